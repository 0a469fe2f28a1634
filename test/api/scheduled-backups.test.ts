import type { Answer } from '../../src/client/api-client.js';
import type { BackupSchedule } from '../../src/dao/backup-schedule-dao.js';
import { Clock, hold } from '../kit/clock.js';
import { forEachEngine, present } from '../kit/engines.js';
import { eventually } from '../kit/eventually.js';
import { configure, each, listed, protectedMachine, scheduleBackup, script, takeBackup } from '../kit/scene.js';
import { testServer, TestServer } from '../kit/server.js';
import { adminKeys } from '../kit/signed-request.js';

/** Never due by itself while the tests run. */
const YEARS_AGO = new Date('2020-01-01T00:00:00Z');

forEachEngine((engine) => {
  const clock = new Clock();
  const server = testServer(engine, { now: clock.now });
  const backupsOf = (virtualmachineid: string) => listed(server.admin, 'listBackups', 'backup', { virtualmachineid });
  const rowOf = async ({ id }: Answer): Promise<BackupSchedule> => present(await server.db.daos.schedules.findByUuid(String(id)));
  const jobsOf = async (schedule: Answer): Promise<{ status: number; uuid: string; command: string }[]> =>
    server.db.knex('async_job').where({ backupScheduleId: (await rowOf(schedule)).id });
  const eventsOf = (resourceid: string, more = {}) =>
    listed(server.admin, 'listEvents', 'event', { resourceid, resourcetype: 'VirtualMachine', listall: 'true', ...more });

  /** Has the schedules be due, as if nobody had looked since then. */
  async function makeDue(...schedules: readonly Answer[]): Promise<void> {
    const { daos, knex } = server.db;
    await knex('backup_schedule').whereIn('uuid', each(schedules, 'id')).update({ nextRun: YEARS_AGO });
    await daos.cacheChanges.insert('schedule', clock.now());
  }

  /** Has the schedule be due, and waits for the end of the job that it has begun. */
  async function runDue(schedule: Answer): Promise<void> {
    const before = (await jobsOf(schedule)).length;
    await makeDue(schedule);
    await eventually(
      () => jobsOf(schedule),
      (jobs) => jobs.length > before && jobs.every(({ status }) => status !== 0),
    );
  }

  const skips = (vmId: string) =>
    eventually(
      () => eventsOf(vmId, { level: 'WARN' }),
      (events) => events.length > 0,
    );

  test("belongs to the machine's account: its job, its events and its backup", async () => {
    const { client, account } = await server.createUser('scheduler');
    const { vmId } = await protectedMachine(server, { client });
    await runDue(await scheduleBackup(client, vmId));
    const [backup] = await listed(client, 'listBackups', 'backup', { virtualmachineid: vmId });
    expect(backup).toMatchObject({ status: 'BackedUp', account: account.name });
    const events = await listed(client, 'listEvents', 'event', { resourceid: vmId, resourcetype: 'VirtualMachine', type: 'BACKUP.CREATE' });
    expect(each(events, 'state').toSorted()).toEqual(['Completed', 'Scheduled', 'Started']);
    expect(new Set(each(events, 'account'))).toEqual(new Set([account.name]));
  });

  test('deletes the oldest of its backups when it has taken more than it keeps, and no others', async () => {
    const { vmId } = await protectedMachine(server);
    const manual = await takeBackup(server.admin, vmId);
    const schedule = await scheduleBackup(server.admin, vmId, { maxbackups: '2' });
    for (let due = 0; due < 2; due++) await runDue(schedule);
    const [, oldest, newest] = each(await backupsOf(vmId), 'id');
    await runDue(schedule);
    const left = await eventually(
      () => backupsOf(vmId),
      (backups) => !each(backups, 'id').includes(present(oldest)),
    );
    expect(each(left, 'id')).toEqual([manual.id, newest, expect.any(String)]);
    expect(each(left, 'intervaltype')).toEqual(['MANUAL', 'DAILY', 'DAILY']);
  });

  test('deletes nothing when the new backup fails, and does not count what failed', async () => {
    const { vmId, zoneId } = await protectedMachine(server);
    const schedule = await scheduleBackup(server.admin, vmId, { maxbackups: '1' });
    await runDue(schedule);
    const [good] = each(await backupsOf(vmId), 'id');
    await script(server, zoneId, { 'fail.call': 'takeBackup' });
    await runDue(schedule);
    expect(await backupsOf(vmId)).toMatchObject([{ id: good, status: 'BackedUp' }, { status: 'Error' }]);
    expect(await eventsOf(vmId, { level: 'ERROR' })).toMatchObject([{ type: 'BACKUP.CREATE', state: 'Completed' }]);
  });

  test('keeps what is no longer too many when its turn to be deleted comes', async () => {
    const { vmId, zoneId } = await protectedMachine(server);
    const schedule = await scheduleBackup(server.admin, vmId, { maxbackups: '2' });
    for (let due = 0; due < 2; due++) await runDue(schedule);
    const [oldest, second] = each(await backupsOf(vmId), 'id') as [string, string];
    await makeDue(schedule);
    const name = 'backup.plugin.dummy.delay.ms';
    await configure(server, name, '3000', zoneId);
    await eventually(
      () => backupsOf(vmId),
      (backups) => backups.some(({ status }) => status === 'BackingUp'),
    );
    await configure(server, name, '0', zoneId);
    // It waits for the backup, and is done before what the backup makes too many.
    expect(await server.admin.run('deleteBackup', { id: second })).toEqual({ success: true });
    const [deletion] = await eventually(
      async () => (await jobsOf(schedule)).filter(({ command }) => command === 'deleteBackup'),
      (jobs) => jobs.some(({ status }) => status !== 0),
    );
    expect(deletion).toMatchObject({ status: 2 });
    expect(each(await backupsOf(vmId), 'id')).toEqual([oldest, expect.any(String)]);
  });

  test('finishes a deletion of which nobody knows how it ended', async () => {
    const { vmId } = await protectedMachine(server);
    const schedule = await scheduleBackup(server.admin, vmId, { maxbackups: '5' });
    await runDue(schedule);
    const [stuck] = each(await backupsOf(vmId), 'id');
    await server.db.knex('backups').where({ uuid: stuck }).update({ status: 'Deleting' });
    await runDue(schedule);
    const left = await eventually(
      () => backupsOf(vmId),
      (backups) => !each(backups, 'id').includes(present(stuck)),
    );
    expect(left).toMatchObject([{ status: 'BackedUp' }]);
  });

  test('is not put off by saving the same schedule again', async () => {
    const { vmId } = await protectedMachine(server);
    const schedule = await scheduleBackup(server.admin, vmId);
    // Not announced, so that nobody looks before it is saved.
    await server.db
      .knex('backup_schedule')
      .where({ uuid: String(schedule.id) })
      .update({ nextRun: YEARS_AGO });
    await scheduleBackup(server.admin, vmId, { maxbackups: '3' });
    await eventually(
      () => jobsOf(schedule),
      (jobs) => jobs.length === 1,
    );
  });

  test('raises an alert when the account may have no more backups', async () => {
    const { client, account } = await server.createUser('limited');
    const { vmId } = await protectedMachine(server, { client });
    const limit = { account: String(account.name), domainid: String(account.domainid), resourcetype: '12', max: '0' };
    const schedule = await scheduleBackup(client, vmId);
    await server.admin.call('updateResourceLimit', limit);
    await runDue(schedule);
    const alerts = () => listed(server.admin, 'listAlerts', 'alert', { type: 'ALERT.RESOURCE.COUNT' });
    const [alert] = await alerts();
    expect(alert?.description).toContain(`scheduled backup of virtual machine ${vmId}`);
    expect((await client.refusal('createBackup', { virtualmachineid: vmId })).code).toBe(530);
    expect(await alerts()).toEqual([alert]);
    expect(await backupsOf(vmId)).toEqual([]);
  });

  test('asks again for a deletion that has failed', async () => {
    const { vmId, zoneId } = await protectedMachine(server);
    const schedule = await scheduleBackup(server.admin, vmId, { maxbackups: '1' });
    await runDue(schedule);
    await script(server, zoneId, { 'fail.call': 'deleteBackup' });
    await runDue(schedule);
    await eventually(
      () => server.db.knex('async_job').where({ command: 'deleteBackup', machineUuid: vmId }),
      (jobs: { status: number }[]) => jobs.length === 1 && jobs.every(({ status }) => status === 2),
    );
    expect(each(await backupsOf(vmId), 'status')).toEqual(['BackedUp', 'BackedUp']);
    await script(server, zoneId, { 'fail.call': '' });
    await runDue(schedule);
    await eventually(
      () => backupsOf(vmId),
      (backups) => backups.length === 1,
    );
  });

  describe('is skipped, once and on record,', () => {
    test('in a zone in which backups are off', async () => {
      const { vmId, zoneId } = await protectedMachine(server);
      const schedule = await scheduleBackup(server.admin, vmId);
      await configure(server, 'backup.framework.enabled', 'false', zoneId);
      await makeDue(schedule);
      const [event, ...others] = await skips(vmId);
      expect(event?.description).toContain('backup and recovery is disabled in zone');
      expect([others, await jobsOf(schedule)]).toEqual([[], []]);
      expect((await rowOf(schedule)).nextRun.getTime()).toBeGreaterThan(Date.now());
    });

    test('for an account that is disabled', async () => {
      const { client, accountId } = await server.createUser('disabled');
      const { vmId } = await protectedMachine(server, { client });
      const schedule = await scheduleBackup(client, vmId);
      await server.admin.run('disableAccount', { id: accountId, lock: 'false' });
      await makeDue(schedule);
      const [event] = await skips(vmId);
      expect(event?.description).toContain('account disabled is disabled');
      expect(await jobsOf(schedule)).toEqual([]);
    });

    test('while the backup of the due time before is still being taken', async () => {
      const { vmId, zoneId } = await protectedMachine(server);
      const schedule = await scheduleBackup(server.admin, vmId);
      const held = await hold(server, clock, zoneId, 'createBackup', { virtualmachineid: vmId });
      await makeDue(schedule);
      const waiting = await eventually(
        () => jobsOf(schedule),
        (jobs) => jobs.length === 1,
      );
      await makeDue(schedule);
      const [event] = await skips(vmId);
      expect(event?.description).toContain('the backup that was due before has not ended yet');
      await held.letGo();
      expect(await server.admin.ended(present(waiting[0]).uuid)).toMatchObject({ jobstatus: 1 });
      expect(await jobsOf(schedule)).toHaveLength(1);
    });
  });

  describe('with another server on the database', () => {
    let other: TestServer | undefined;
    beforeAll(async () => {
      other = new TestServer(engine, { now: clock.now, installation: server.installation });
      await other.start();
    });
    afterAll(() => other?.stop());

    test('a due time is one backup, however long it has passed, and whichever servers look', async () => {
      const machines = await Promise.all(Array.from({ length: 8 }, () => protectedMachine(server)));
      const schedules: Answer[] = [];
      for (const { vmId } of machines) schedules.push(await scheduleBackup(server.admin, vmId));
      await makeDue(...schedules);
      for (const schedule of schedules) {
        await eventually(
          () => jobsOf(schedule),
          (jobs) => jobs.some(({ status }) => status !== 0),
        );
      }
      for (const [index, { vmId }] of machines.entries()) {
        const schedule = present(schedules[index]);
        expect(await jobsOf(schedule)).toMatchObject([{ status: 1 }]);
        expect(await backupsOf(vmId)).toMatchObject([{ status: 'BackedUp', intervaltype: 'DAILY' }]);
        expect((await rowOf(schedule)).nextRun.getTime()).toBeGreaterThan(Date.now());
      }
    });

    test('is due again after it has been saved by another server', async () => {
      const { vmId, zoneId } = await protectedMachine(server);
      const client = present(other).client(adminKeys(server));
      await eventually(
        () => listed(client, 'listZones', 'zone'),
        (zones) => each(zones, 'id').includes(zoneId),
      );
      const schedule = await scheduleBackup(client, vmId);
      await runDue(schedule);
      await runDue(schedule);
      expect(await backupsOf(vmId)).toHaveLength(2);
    });
  });
});
