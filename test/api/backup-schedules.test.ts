import { nextDue } from '../../src/backup/next-due.js';
import type { Answer } from '../../src/client/api-client.js';
import type { BackupSchedule } from '../../src/dao/backup-schedule-dao.js';
import { forEachEngine, present } from '../kit/engines.js';
import { configure, deploy, each, listed, makeZone, only, protectedMachine, script, uniqueName } from '../kit/scene.js';
import { testServer } from '../kit/server.js';
import { aUuid } from '../kit/signed-request.js';

type Parameters = Readonly<Record<string, string>>;

const DAILY = { intervaltype: 'DAILY', schedule: '15:02', timezone: 'Europe/Zurich' };
/** What is answered of what was not said. */
const UNSAID = { jitter: 0, catchup: true };
const HOURLY = { intervaltype: 'HOURLY', schedule: '30', timezone: 'Etc/UTC' };

forEachEngine((engine) => {
  const server = testServer(engine);
  const create = async (virtualmachineid: string, wish: Parameters = DAILY, command = 'createBackupSchedule') =>
    (await server.admin.call(command, { virtualmachineid, ...wish })).backupschedule as Answer;
  const refused = (virtualmachineid: string, wish: Parameters) =>
    server.admin.refusal('createBackupSchedule', { virtualmachineid, ...DAILY, ...wish });
  const schedules = (parameters: Parameters = {}) => listed(server.admin, 'listBackupSchedule', 'backupschedule', parameters);
  const rowOf = async ({ id }: Answer) => present(await server.db.daos.schedules.findByUuid(String(id)));

  describe('createBackupSchedule', () => {
    test('answers the schedule, which listBackupSchedule then shows in an array', async () => {
      const { vmId, vmName } = await protectedMachine(server);
      const schedule = await create(vmId);
      const machine = { virtualmachineid: vmId, virtualmachinename: vmName };
      expect(schedule).toEqual({ id: aUuid, ...machine, ...DAILY, maxbackups: 0, ...UNSAID, nextruns: expect.any(Array) });
      expect(await server.admin.call('listBackupSchedule', { virtualmachineid: vmId })).toEqual({ count: 1, backupschedule: [schedule] });
    });

    test.each(['hourly', 'Hourly', 'HOURLY'])('takes the interval %s in any case and answers it in capitals', async (intervaltype) => {
      const { vmId } = await protectedMachine(server);
      expect(await create(vmId, { ...HOURLY, intervaltype })).toMatchObject(HOURLY);
    });

    test('records when it is due next, and whose it is', async () => {
      const { vmId } = await protectedMachine(server);
      const row = await rowOf(await create(vmId));
      const timing = { intervalType: 'DAILY', schedule: '15:02', timezone: 'Europe/Zurich' } as const;
      expect(row.nextRun).toEqual(nextDue(timing, row.created));
      const { accountId, domainId } = present(await server.db.daos.vms.findByUuid(vmId));
      expect(row).toMatchObject({ accountId, domainId } satisfies Partial<BackupSchedule>);
    });

    test('keeps what is said of backups to keep and of quiescing', async () => {
      const { zoneId, vmId } = await protectedMachine(server);
      await script(server, zoneId, { quiesce: 'true' });
      expect(await create(vmId, { ...DAILY, maxbackups: '3', quiescevm: 'true' })).toMatchObject({ maxbackups: 3, quiescevm: true });
      expect(await create(vmId, { ...HOURLY, quiescevm: 'false' })).toMatchObject({ maxbackups: 0, quiescevm: false });
    });

    test('puts one schedule of an interval in place of another and leaves those of other intervals alone', async () => {
      const { vmId } = await protectedMachine(server);
      const [daily, hourly] = [await create(vmId, { ...DAILY, maxbackups: '3' }), await create(vmId, HOURLY)];
      const before = await rowOf(daily);
      const again = await create(vmId, { intervaltype: 'daily', schedule: '0:0', timezone: 'Asia/Tokyo' });
      const { nextruns } = again;
      expect(again).toEqual({ ...daily, schedule: '0:0', timezone: 'Asia/Tokyo', maxbackups: 0, nextruns });
      expect((await rowOf(again)).nextRun).not.toEqual(before.nextRun);
      expect(await schedules({ virtualmachineid: vmId })).toEqual([hourly, again]);
    });

    test('makes one schedule when many ask for it at the same time', async () => {
      const { vmId } = await protectedMachine(server);
      const made = await Promise.all(Array.from({ length: 10 }, () => create(vmId)));
      expect(await schedules({ virtualmachineid: vmId })).toEqual([made[0]]);
    });
  });

  test('updateBackupSchedule does the same and answers the schedule', async () => {
    const { vmId } = await protectedMachine(server);
    const made = await create(vmId, DAILY, 'updateBackupSchedule');
    expect(made).toMatchObject(DAILY);
    const again = await create(vmId, { ...DAILY, schedule: '16:03' }, 'updateBackupSchedule');
    expect(again).toEqual({ ...made, schedule: '16:03', nextruns: again.nextruns });
  });

  describe('createBackupSchedule refuses', () => {
    test.each<[Parameters, string]>([
      [{ intervaltype: 'yearly' }, 'parameter intervaltype: "yearly" is none of HOURLY, DAILY, WEEKLY, MONTHLY'],
      [{ schedule: '75:02' }, 'parameter schedule: the minute in "75:02" is not from 0 to 59'],
      [{ schedule: '02' }, 'parameter schedule: "02" is not of the form MM:HH'],
      [{ intervaltype: 'MONTHLY', schedule: '0:0:31' }, 'the day of the month in "0:0:31" is not from 1 to 28'],
      [{ timezone: 'Mars/Olympus' }, 'parameter timezone: "Mars/Olympus" is not the name of a time zone'],
      [{ maxbackups: '-1' }, 'parameter maxbackups: -1 is negative; 0 says nothing of what is kept'],
      [{ quiescevm: 'true' }, 'backup provider dummy cannot quiesce a virtual machine'],
    ])('%j', async (wish, why) => {
      const { vmId } = await protectedMachine(server);
      const { code, text } = await refused(vmId, wish);
      expect([code, text]).toEqual([530, expect.stringContaining(why)]);
      expect(await schedules({ virtualmachineid: vmId })).toEqual([]);
    });

    test('to keep more backups than the owner may have, unless it is a root administrator', async () => {
      const { client, account } = await server.createUser(uniqueName('limited'));
      const owner = { account: String(account.name), domainid: String(account.domainid) };
      await server.admin.call('updateResourceLimit', { ...owner, resourcetype: '12', max: '2' });
      const { vmId } = await protectedMachine(server, { client });
      expect(await refused(vmId, { maxbackups: '3' })).toEqual({
        code: 530,
        text: `parameter maxbackups: 3 is more than the 2 backups that account ${String(account.name)} of domain ROOT may have`,
      });
      expect(await create(vmId, { ...DAILY, maxbackups: '2' })).toMatchObject({ maxbackups: 2 });
      expect(await create((await protectedMachine(server)).vmId, { ...DAILY, maxbackups: '1000' })).toMatchObject({ maxbackups: 1000 });
    });

    test('a machine that has no offering', async () => {
      const { id } = await deploy(server.admin, await makeZone(server));
      const { code, text } = await refused(String(id), {});
      expect([code, text]).toEqual([530, `virtual machine ${String(id)} has no backup offering`]);
    });

    test('a machine whose offering has its own schedules', async () => {
      const { vmId } = await protectedMachine(server, { policy: { allowuserdrivenbackups: 'false' } });
      const { code, text } = await refused(vmId, {});
      expect([code, text]).toEqual([530, expect.stringContaining('does not allow backups on demand')]);
    });

    test('a zone in which backups are disabled', async () => {
      const { zoneId, vmId } = await protectedMachine(server);
      await configure(server, 'backup.framework.enabled', 'false', zoneId);
      const { code, text } = await refused(vmId, {});
      expect([code, text]).toEqual([530, expect.stringContaining('is disabled in zone')]);
    });

    test('what was begun while the machine left its offering', async () => {
      const { vmId } = await protectedMachine(server);
      const { knex } = server.db;
      // As if another server had ended a removal between this one's look at the offering and its record of the schedule.
      const left = 'delete from backup_policy_vm_map where vm_id = new.vm_id;';
      await knex.raw(`create trigger left_meanwhile after insert on backup_schedule for each row begin ${left} end`);
      try {
        expect(await refused(vmId, {})).toEqual({ code: 530, text: `virtual machine ${vmId} has no backup offering` });
        expect(await schedules({ virtualmachineid: vmId })).toEqual([]);
      } finally {
        await knex.raw('drop trigger left_meanwhile');
      }
    });
  });

  describe('listBackupSchedule', () => {
    test('shows those of all machines to an administrator, of the own to a user, the newest first', async () => {
      const { client, account } = await server.createUser(uniqueName('scheduler'));
      const { vmId } = await protectedMachine(server, { client });
      const { vmId: otherId } = await protectedMachine(server);
      const [daily, other, hourly] = [await create(vmId), await create(otherId), await create(vmId, HOURLY)];
      expect((await schedules({ listall: 'true' })).slice(0, 3)).toEqual([hourly, other, daily]);
      expect((await schedules()).slice(0, 3)).toEqual([hourly, other, daily]);
      expect(await listed(client, 'listBackupSchedule', 'backupschedule', { listall: 'true' })).toEqual([hourly, daily]);
      const owner = { account: String(account.name), domainid: String(account.domainid) };
      expect(await schedules(owner)).toEqual([hourly, daily]);
    });

    test('finds them by id, machine and a part of the name of the machine, page by page', async () => {
      const { vmId, vmName } = await protectedMachine(server, { machine: { name: uniqueName('needle') } });
      const [daily, hourly] = [await create(vmId), await create(vmId, HOURLY)];
      expect(await schedules({ id: String(daily.id), listall: 'true' })).toEqual([daily]);
      expect(await schedules({ virtualmachineid: vmId })).toEqual([hourly, daily]);
      expect(await schedules({ keyword: vmName.toUpperCase() })).toEqual([hourly, daily]);
      const page = { virtualmachineid: vmId, page: '2', pagesize: '1' };
      expect(await server.admin.call('listBackupSchedule', page)).toEqual({ count: 2, backupschedule: [daily] });
    });

    test('is empty for a machine that has none', async () => {
      const { vmId } = await protectedMachine(server);
      expect(await server.admin.call('listBackupSchedule', { virtualmachineid: vmId })).toEqual({});
    });
  });

  describe('deleteBackupSchedule', () => {
    test('deletes the one of the id, whatever machine is named beside it', async () => {
      const { vmId } = await protectedMachine(server);
      const [daily, hourly] = [await create(vmId), await create(vmId, HOURLY)];
      const wish = { id: String(daily.id), virtualmachineid: vmId };
      expect(await server.admin.call('deleteBackupSchedule', wish)).toEqual({ success: true });
      expect(await schedules({ virtualmachineid: vmId })).toEqual([hourly]);
      expect((await server.admin.refusal('deleteBackupSchedule', wish)).code).toBe(431);
    });

    test('deletes all of a machine, also none', async () => {
      const { vmId: virtualmachineid } = await protectedMachine(server);
      const { vmId: other } = await protectedMachine(server);
      await create(virtualmachineid);
      await create(virtualmachineid, HOURLY);
      const kept = await create(other);
      for (const _ of ['two', 'none'])
        expect(await server.admin.call('deleteBackupSchedule', { virtualmachineid })).toEqual({ success: true });
      expect(await schedules({ virtualmachineid })).toEqual([]);
      expect(await schedules({ virtualmachineid: other })).toEqual([kept]);
    });

    test('is refused without either, and in a zone in which backups are disabled', async () => {
      const { zoneId, vmId } = await protectedMachine(server);
      const { id } = await create(vmId);
      expect(await server.admin.refusal('deleteBackupSchedule')).toMatchObject({ code: 530 });
      await configure(server, 'backup.framework.enabled', 'false', zoneId);
      expect(await server.admin.refusal('deleteBackupSchedule', { id: String(id) })).toMatchObject({ code: 530 });
      expect(each(await schedules({ virtualmachineid: vmId }), 'id')).toEqual([id]);
    });
  });

  describe('the schedules of a machine', () => {
    const remove = (virtualmachineid: string) => ({ virtualmachineid });

    test('go when it leaves its offering, and no others', async () => {
      const [{ vmId }, { vmId: other }] = [await protectedMachine(server), await protectedMachine(server)];
      await create(vmId);
      const kept = await create(other);
      await server.admin.run('removeVirtualMachineFromBackupOffering', remove(vmId));
      expect(await schedules({ virtualmachineid: vmId })).toEqual([]);
      expect(await schedules({ virtualmachineid: other })).toEqual([kept]);
    });

    test('stay when the provider does not let it go', async () => {
      const { zoneId, vmId } = await protectedMachine(server);
      const schedule = await create(vmId);
      await script(server, zoneId, { 'fail.call': 'unassign' });
      await server.admin.refusal('removeVirtualMachineFromBackupOffering', remove(vmId));
      expect(await schedules({ virtualmachineid: vmId })).toEqual([schedule]);
      await server.admin.run('removeVirtualMachineFromBackupOffering', { ...remove(vmId), forced: 'true' });
      expect(await schedules({ virtualmachineid: vmId })).toEqual([]);
    });

    test('go when it is expunged', async () => {
      const { vmId } = await protectedMachine(server);
      await create(vmId);
      // Otherwise the machine is not expunged, and leaving the offering deletes the schedules.
      const { id } = present(await server.db.daos.vms.findByUuid(vmId));
      await server.db.knex('backup_policy_vm_map').where({ vmId: id }).delete();
      await server.admin.run('destroyVirtualMachine', { id: vmId, expunge: 'true' });
      expect(await schedules({ virtualmachineid: vmId })).toEqual([]);
    });
  });

  test('a backup shows the interval of the schedule that took it, as long as there is that schedule', async () => {
    const { vmId } = await protectedMachine(server);
    await server.admin.run('createBackup', { virtualmachineid: vmId });
    const intervalOf = async () => (await only(server.admin, 'listBackups', 'backup', { virtualmachineid: vmId })).intervaltype;
    expect(await intervalOf()).toBe('MANUAL');
    const schedule = await create(vmId, HOURLY);
    const { id } = await rowOf(schedule);
    await server.db.knex('backups').update({ backupScheduleId: id });
    expect(await intervalOf()).toBe('HOURLY');
    await server.admin.call('deleteBackupSchedule', { id: String(schedule.id) });
    expect(await intervalOf()).toBe('MANUAL');
  });
});
