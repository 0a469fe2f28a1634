import { randomUUID } from 'node:crypto';
import { jest } from '@jest/globals';
import type { Answer } from '../../src/client/api-client.js';
import type { Backup } from '../../src/dao/backup-dao.js';
import { BackupRetentionDao } from '../../src/dao/backup-retention-dao.js';
import type { Job } from '../../src/dao/job-dao.js';
import { forEachEngine, present } from '../kit/engines.js';
import { eventually } from '../kit/eventually.js';
import { importRole, userOf } from '../kit/roles.js';
import { backedUpMachine, deploy, each, importPolicy, listed, makeZone, protectedMachine, scheduleBackup, script, takeBackup } from '../kit/scene.js'; // prettier-ignore
import { testServer, TestServer } from '../kit/server.js';

type Parameters = Readonly<Record<string, string>>;
interface Previewed {
  readonly id: string;
  readonly keep: boolean;
  readonly reasons: readonly string[];
  readonly goes?: string;
  readonly dependson?: string;
}

const DAY_MS = 24 * 3_600_000;

forEachEngine((engine) => {
  const server = testServer(engine);
  const backupsOf = (virtualmachineid: string) => listed(server.admin, 'listBackups', 'backup', { virtualmachineid });
  const rowOf = async (uuid: unknown): Promise<Backup> => present(await server.db.daos.backups.findByUuid(String(uuid)));
  const change = (uuid: string, changes: Partial<Backup>) => server.db.knex('backups').where({ uuid }).update(changes);
  const daysAgo = (days: number) => new Date(Date.now() - days * DAY_MS);

  /** Backups like the one given that were taken so many days ago, by the schedule or on demand; answers their ids. */
  async function history(like: unknown, days: readonly number[], more: Partial<Backup> = {}): Promise<string[]> {
    const { id: _, ...row } = await rowOf(like);
    const made = days.map((age) => ({
      ...row,
      ...{ uuid: randomUUID(), operationId: randomUUID(), externalId: `old-${randomUUID()}`, created: daysAgo(age), ...more },
    }));
    for (const backup of made) await server.db.daos.backups.insert(backup);
    return made.map(({ uuid }) => uuid);
  }

  /** The id inside the database of a schedule. */
  const insideId = async ({ id }: Answer) => present(await server.db.daos.schedules.findByUuid(String(id))).id;

  async function preview(wish: Parameters): Promise<Answer & { backups: readonly Previewed[] }> {
    const [machine, ...others] = await listed(server.admin, 'previewBackupRetention', 'backupretention', wish);
    if (!machine || others.length > 0) throw new Error('there is not one machine');
    return machine as Answer & { backups: readonly Previewed[] };
  }
  const dropped = ({ backups }: { backups: readonly Previewed[] }) => backups.filter(({ keep }) => !keep).map(({ id }) => id);

  /** Waits until the machine has exactly these backups, and no deletion is going on. */
  const left = async (vmId: string, ids: readonly unknown[]) => {
    const pending = () => server.db.knex('async_job').where({ command: 'deleteBackup', machineUuid: vmId, status: 0 });
    await eventually(pending, (jobs: unknown[]) => jobs.length === 0);
    expect(each(await backupsOf(vmId), 'id').toSorted()).toEqual(ids.map(String).toSorted());
  };

  /** Has the rules applied, as happens every hour, while two servers more begin to look. */
  async function anHourPasses(): Promise<void> {
    const { knex, daos } = server.db;
    await knex('lease').where({ name: 'apply retention' }).delete();
    const others = [1, 2].map(() => new TestServer(engine, { installation: server.installation }));
    await Promise.all(others.map((other) => other.start()));
    await eventually(
      () => daos.leases.until('apply retention'),
      (due) => due !== undefined,
    );
    await Promise.all(others.map((other) => other.stop()));
  }

  test('a schedule keeps by its rule what it has taken, and nothing else goes', async () => {
    const { vmId, backupId } = await backedUpMachine(server);
    const rule = { keepdaily: '2', keepdays: '3', maxbackups: '1', timezone: 'Etc/UTC' };
    const schedule = await scheduleBackup(server.admin, vmId, rule);
    expect(schedule).toMatchObject({ keepdaily: 2, keepdays: 3, maxbackups: 1 });
    expect(await listed(server.admin, 'listBackupSchedule', 'backupschedule', { virtualmachineid: vmId })).toMatchObject([
      { keepdaily: 2, keepdays: 3, maxbackups: 1 },
    ]);
    const own = { backupScheduleId: await insideId(schedule) };
    const [old, second, first, recent] = await history(backupId, [40, 30, 20, 2], own);
    const [failed] = await history(backupId, [1], { ...own, status: 'Error', externalId: null });
    const [manual] = await history(backupId, [50]);
    const shown = await preview({ virtualmachineid: vmId });
    expect(dropped(shown)).toEqual([old, second]);
    expect(shown).toMatchObject({ kept: 5, dropped: 2, freed: 2 * Number((await rowOf(backupId)).sizeBytes) });
    expect(Object.fromEntries(shown.backups.map(({ id, reasons }) => [id, reasons]))).toMatchObject({
      [String(first)]: ['keepdaily'],
      [String(recent)]: ['maxbackups', 'keepdays', 'keepdaily'],
      [String(failed)]: ['state'],
      // The one that was recorded last, and the one that is newest.
      [String(manual)]: ['norule', 'lastgood'],
      [backupId]: ['norule', 'lastgood'],
    });
    // Any backup of the machine is an occasion to look.
    const newest = await takeBackup(server.admin, vmId);
    await left(vmId, [first, recent, failed, manual, backupId, newest.id]);
    await scheduleBackup(server.admin, vmId, { timezone: 'Etc/UTC' });
    expect(dropped(await preview({ virtualmachineid: vmId }))).toEqual([]);
  });

  test('an offering lets go what grows too old, once however many servers look, and what is on demand only if it says so', async () => {
    const { vmId, policyId, backupId } = await backedUpMachine(server);
    const schedule = await scheduleBackup(server.admin, vmId);
    const [manual] = await history(backupId, [12]);
    const [tooOld, young] = await history(backupId, [11, 9], { backupScheduleId: await insideId(schedule) });
    const { backupoffering } = await server.admin.call('updateBackupOffering', { id: policyId, keepdays: '10' });
    expect(backupoffering).toMatchObject({ keepdays: 10, keeptimezone: 'Etc/UTC' });
    await anHourPasses();
    await left(vmId, [young, manual, backupId]);
    const jobs = await server.db.knex('async_job').where({ instanceUuid: tooOld });
    expect(jobs).toMatchObject([{ command: 'deleteBackup', status: 1, byRule: true, priority: 3 }]);
    expect(dropped(await preview({ virtualmachineid: vmId, backupofferingid: policyId, keepmanual: 'true' }))).toEqual([manual]);
    await server.admin.call('updateBackupOffering', { id: policyId, keepmanual: 'true' });
    expect(await listed(server.admin, 'listBackupOfferings', 'backupoffering', { id: policyId })).toMatchObject([
      { keepdays: 10, keepmanual: true },
    ]);
    await anHourPasses();
    await left(vmId, [young, backupId]);
    // The last good one stays, however old it is.
    await change(present(young), { created: daysAgo(50) });
    await change(backupId, { created: daysAgo(100) });
    expect(dropped(await preview({ virtualmachineid: vmId }))).toEqual([backupId]);
    // A machine that has left the offering loses nothing.
    await server.admin.run('removeVirtualMachineFromBackupOffering', { virtualmachineid: vmId, forced: 'true' });
    expect(dropped(await preview({ virtualmachineid: vmId }))).toEqual([]);
  });

  test('what a deletion for a rule finds kept by now, it leaves', async () => {
    const { vmId, backupId, zoneId } = await backedUpMachine(server);
    const schedule = await scheduleBackup(server.admin, vmId, { maxbackups: '1' });
    const [old, newer] = await history(backupId, [2, 1], { backupScheduleId: await insideId(schedule) });
    await script(server, zoneId, { 'fail.call': 'deleteBackup', 'fail.fault': 'temporary' });
    const newest = await takeBackup(server.admin, vmId);
    const waiting = () => server.db.knex('async_job').where({ instanceUuid: old });
    await eventually(waiting, (jobs: { retries: number }[]) => jobs.some(({ retries }) => retries > 0));
    await server.admin.call('updateBackup', { id: present(old), hold: 'true' });
    await script(server, zoneId, { 'fail.call': '' });
    await server.db.knex('async_job').where({ instanceUuid: old }).update({ leaseUntil: null });
    const [job] = await eventually(waiting, (jobs: { status: number }[]) => jobs.every(({ status }) => status !== 0));
    expect((job as { result: string }).result).toContain('is on hold');
    await left(vmId, [old, newer, backupId, newest.id]);
  });

  test('a backup that is taken is recorded whatever becomes of the rules, which the next turn sees to', async () => {
    const { vmId, backupId } = await backedUpMachine(server);
    const schedule = await scheduleBackup(server.admin, vmId, { maxbackups: '1' });
    await change(backupId, { backupScheduleId: await insideId(schedule) });
    const asking = jest.spyOn(BackupRetentionDao.prototype, 'isUnderRule').mockRejectedValue(new Error('the database is not well'));
    const newest = await takeBackup(server.admin, vmId);
    asking.mockRestore();
    expect(newest.status).toBe('BackedUp');
    const jobs = server.db.knex('async_job').where({ command: 'createBackup', machineUuid: vmId }).orderBy('id', 'desc');
    expect(await jobs.first()).toMatchObject({ attempts: 1 });
    await left(vmId, [backupId, newest.id]);
    await change(String(newest.id), { backupScheduleId: await insideId(schedule) });
    await anHourPasses();
    await left(vmId, [newest.id]);
  });

  test('a deletion for a rule refuses when a look has missed the newer backups since', async () => {
    const { vmId, backupId, zoneId } = await backedUpMachine(server);
    const schedule = await scheduleBackup(server.admin, vmId, { maxbackups: '1' });
    const [old, newer] = await history(backupId, [2, 1], { backupScheduleId: await insideId(schedule) });
    await script(server, zoneId, { 'fail.call': 'deleteBackup', 'fail.fault': 'temporary' });
    const newest = await takeBackup(server.admin, vmId);
    const waiting = () => server.db.knex('async_job').where({ instanceUuid: old });
    await eventually(waiting, (jobs: { retries: number }[]) => jobs.some(({ retries }) => retries > 0));
    for (const uuid of [present(newer), backupId, String(newest.id)]) await change(uuid, { missed: new Date() });
    await script(server, zoneId, { 'fail.call': '' });
    await server.db.knex('async_job').where({ instanceUuid: old }).update({ leaseUntil: null });
    const [job] = await eventually(waiting, (jobs: { status: number }[]) => jobs.every(({ status }) => status !== 0));
    expect((job as { result: string }).result).toMatch(/stays: its retention rules no longer let it go \(lastGood/);
    await left(vmId, [old, newer, backupId, newest.id]);
  });

  test('a deletion for a rule whose time zone the server does not know is refused, once, and asked for when one knows it', async () => {
    const { vmId, backupId, zoneId } = await backedUpMachine(server);
    const schedule = await scheduleBackup(server.admin, vmId, { maxbackups: '1', timezone: 'Etc/UTC' });
    const id = await insideId(schedule);
    const [old] = await history(backupId, [2], { backupScheduleId: id });
    await change(backupId, { backupScheduleId: id });
    const timezone = (name: string) => server.db.knex('backup_schedule').where({ id }).update({ timezone: name });
    const about = () => server.db.knex('async_job').where({ instanceUuid: old });
    await script(server, zoneId, { 'fail.call': 'deleteBackup', 'fail.fault': 'temporary' });
    const others = [backupId, (await takeBackup(server.admin, vmId)).id];
    await eventually(about, (jobs: Job[]) => jobs.some(({ retries }) => retries > 0));
    await timezone('Mars/Phobos');
    await script(server, zoneId, { 'fail.call': '' });
    await about().update({ leaseUntil: null });
    const refused = [{ crashes: 0, result: expect.stringContaining('does not know time zone Mars/Phobos') as string }];
    expect(await eventually(about, (jobs: Job[]) => jobs.every(({ status }) => status !== 0))).toMatchObject(refused);
    others.push((await takeBackup(server.admin, vmId)).id);
    expect(await about()).toMatchObject(refused);
    await timezone('Etc/UTC');
    await left(vmId, [...others, old]);
    others.push((await takeBackup(server.admin, vmId)).id);
    await left(vmId, others);
  });

  test('a rule holds also where whoever takes the backup may not delete it, and finds nothing wrong if another server was faster', async () => {
    const role = await importRole(server, [['deleteBackup', 'deny'], ['*', 'allow']]); // prettier-ignore
    const { client } = await userOf(server, role);
    const zoneId = await makeZone(server);
    const backupofferingid = await importPolicy(server, zoneId);
    const vmId = String((await deploy(client, zoneId)).id);
    await client.run('assignVirtualMachineToBackupOffering', { virtualmachineid: vmId, backupofferingid });
    const { id } = await takeBackup(client, vmId);
    const [old, newer] = await history(id, [2, 1], { backupScheduleId: await insideId(await scheduleBackup(client, vmId, { maxbackups: '1' })) }); // prettier-ignore
    const newest = await takeBackup(client, vmId);
    await left(vmId, [newer, id, newest.id]);
    const jobs = () => server.db.knex('async_job').where({ instanceUuid: old });
    const [{ id: _, ...done }] = (await jobs()) as [Job];
    await server.db.knex('async_job').insert({ ...done, ...{ uuid: randomUUID(), operationId: randomUUID(), status: 0, attempts: 0, completed: null } }); // prettier-ignore
    await eventually(jobs, (all: { status: number }[]) => all.every(({ status }) => status !== 0));
    expect(await jobs()).toMatchObject([{ status: 1 }, { status: 1 }]);
  });

  test('a time zone that a server does not know costs no backup, and keeps no other machine from its turn', async () => {
    const [broken, other] = [await backedUpMachine(server), await backedUpMachine(server)];
    const olds: (string | undefined)[] = [];
    for (const { vmId, backupId } of [broken, other]) {
      const schedule = await scheduleBackup(server.admin, vmId, { keepdaily: '1' });
      olds.push(...(await history(backupId, [2, 1], { backupScheduleId: await insideId(schedule) })));
      if (vmId === broken.vmId) await server.db.knex('backup_schedule').update({ timezone: 'Mars/Olympus' });
    }
    const newest = await takeBackup(server.admin, broken.vmId);
    expect(await rowOf(newest.id)).toMatchObject({ status: 'BackedUp' });
    await anHourPasses();
    const live = async () => {
      const rows = (await server.db.knex('backups').whereNull('removed').orderBy('id').select('uuid')) as { uuid: string }[];
      return rows.map(({ uuid }) => uuid).filter((uuid) => [...olds, broken.backupId, other.backupId].includes(uuid));
    };
    const expected = [broken.backupId, other.backupId, olds[0], olds[1], olds[3]];
    await eventually(live, (uuids) => uuids.length <= expected.length);
    expect((await live()).toSorted()).toEqual(expected.toSorted());
    expect(server.logged('retention not applied')).not.toEqual([]);
  });

  test('a backup on hold is deleted by nobody until it is released', async () => {
    const { vmId, backupId } = await backedUpMachine(server);
    const schedule = await scheduleBackup(server.admin, vmId, { maxbackups: '1' });
    const [old, newer] = await history(backupId, [2, 1], { backupScheduleId: await insideId(schedule) });
    const { backup } = await server.admin.call('updateBackup', { id: present(old), hold: 'true', holdreason: 'case 7' });
    expect(backup).toMatchObject({ id: old, hold: true, holdreason: 'case 7', holdsince: expect.any(String) });
    expect((await backupsOf(vmId)).find(({ id }) => id === old)).toMatchObject({ hold: true, holdreason: 'case 7' });
    for (const forced of ['false', 'true']) {
      const refusal = await server.admin.refusal('deleteBackup', { id: present(old), forced });
      expect(refusal).toMatchObject({ code: 530, text: expect.stringMatching(/is on hold since .* \(case 7\); release it first/) });
    }
    const newest = await takeBackup(server.admin, vmId);
    await left(vmId, [old, newer, backupId, newest.id]);
    await server.admin.call('updateBackup', { id: present(old), hold: 'false' });
    expect(await rowOf(old)).toMatchObject({ held: null, holdReason: null });
    await server.admin.run('deleteBackup', { id: present(old) });
    await change(present(newer), { status: 'Deleting' });
    const refusal = await server.admin.refusal('updateBackup', { id: present(newer), hold: 'true' });
    expect(refusal).toMatchObject({ code: 530, text: expect.stringContaining('is Deleting; it can be on hold when') });
  });

  describe('a chain', () => {
    const names = (ids: readonly unknown[]) => Promise.all(ids.map(async (id) => (await rowOf(id)).externalId));
    const heldBy = async (zoneId: string): Promise<string[]> => {
      const rows = await server.db.knex('plugin_store').where({ owner: `backup/dummy/${zoneId}` });
      const backups = rows.map(({ value }: { value: string }) => JSON.parse(value) as { state?: string; externalId: string });
      return backups.filter(({ state }) => state === 'held').map(({ externalId }) => externalId);
    };

    /** A machine with a chain of three and one that begins another. */
    async function chained() {
      const scene = await protectedMachine(server);
      await script(server, scene.zoneId, { 'full.every': '3' });
      const ids: string[] = [];
      for (let taken = 0; taken < 4; taken++) ids.push(String((await takeBackup(server.admin, scene.vmId)).id));
      return { ...scene, ids: ids as [string, string, string, string] };
    }

    test('is as the provider says, and goes only as a whole, the last link first', async () => {
      const { vmId, zoneId, ids } = await chained();
      const [base, middle, last, other] = ids;
      expect(each(await backupsOf(vmId), 'type')).toEqual(['FULL', 'INCREMENTAL', 'INCREMENTAL', 'FULL']);
      const [baseName, middleName] = await names([base, middle]);
      expect([(await rowOf(middle)).dependsOn, (await rowOf(last)).dependsOn, (await rowOf(other)).dependsOn]).toEqual([
        ...[baseName, middleName, null],
      ]);
      expect((await server.admin.refusal('deleteBackup', { id: base })).text).toContain(`backup ${base} is needed by 2 others, which`);
      expect((await server.admin.refusal('deleteBackup', { id: middle })).text).toContain('is needed by 1 other, which');
      await server.admin.call('updateBackup', { id: last, hold: 'true' });
      expect((await server.admin.refusal('deleteBackup', { id: base, forced: 'true' })).text).toContain(`backup ${last} is on hold`);
      await server.admin.call('updateBackup', { id: last, hold: 'false' });
      await script(server, zoneId, { 'fail.call': 'deleteBackup' });
      await server.admin.refusal('deleteBackup', { id: base, forced: 'true' });
      expect(each(await backupsOf(vmId), 'status')).toEqual(['BackedUp', 'BackedUp', 'BackedUp', 'BackedUp']);
      // The first deletion is done and not known to be.
      await script(server, zoneId, { 'fail.step': '3', 'fail.fault': 'unknown' });
      await server.admin.refusal('deleteBackup', { id: base, forced: 'true' });
      expect(each(await backupsOf(vmId), 'status')).toEqual(['BackedUp', 'BackedUp', 'Deleting', 'BackedUp']);
      await script(server, zoneId, { 'fail.call': '' });
      const otherName = await names([other]);
      await server.admin.run('deleteBackup', { id: base, forced: 'true' });
      await left(vmId, [other]);
      expect(await heldBy(zoneId)).toEqual(otherName);
    });

    test('is kept as far as something that is kept needs it, and the preview says so', async () => {
      const { vmId, ids } = await chained();
      const [base, middle, last, other] = ids;
      await server.admin.call('updateBackup', { id: middle, hold: 'true' });
      const schedule = await scheduleBackup(server.admin, vmId, { maxbackups: '1' });
      await server.db
        .knex('backups')
        .whereIn('uuid', ids)
        .update({ backupScheduleId: await insideId(schedule) });
      const shown = await preview({ scheduleid: String(schedule.id) });
      expect(shown.backups).toMatchObject([
        { id: base, keep: true, reasons: ['neededby'] },
        { id: middle, keep: true, reasons: ['hold'], dependson: base },
        { id: last, keep: false, reasons: [], goes: expect.any(String), dependson: middle },
        { id: other, keep: true, reasons: ['lastgood', 'maxbackups'] },
      ]);
      await anHourPasses();
      await left(vmId, [base, middle, other]);
      await server.admin.call('updateBackup', { id: middle, hold: 'false' });
      await anHourPasses();
      await left(vmId, [other]);
    });
  });

  test('the preview tries other rules and looks ahead, and changes nothing', async () => {
    const { vmId, policyId, backupId } = await backedUpMachine(server);
    const schedule = await scheduleBackup(server.admin, vmId, { intervaltype: 'DAILY', schedule: '0:12', timezone: 'Etc/UTC' });
    const [old, young] = await history(backupId, [20, 4], { backupScheduleId: await insideId(schedule) });
    const scheduleid = String(schedule.id);
    expect(dropped(await preview({ scheduleid }))).toEqual([]);
    expect(dropped(await preview({ scheduleid, maxbackups: '1' }))).toEqual([old]);
    expect(dropped(await preview({ scheduleid, keeplast: '2', keepweekly: '1' }))).toEqual([]);
    const aged = await preview({ scheduleid, keepdays: '10' });
    expect(dropped(aged)).toEqual([old]);
    const goes = new Map(aged.backups.map(({ id, goes: at }) => [id, at]));
    // It goes when it is ten days old, six days from now.
    expect(Math.round((Date.parse(String(goes.get(present(young)))) - Date.now()) / DAY_MS)).toBe(6);
    expect(goes.get(backupId)).toBeUndefined();
    // Of the three newest days, that of the young one is passed when three more backups have been taken.
    const ahead = await preview({ scheduleid, keepdaily: '3', lookaheaddays: '7' });
    const thirdRun = new Date(Date.parse(String(ahead.backups.find(({ id }) => id === young)?.goes)));
    expect([thirdRun.getUTCHours(), Math.ceil((thirdRun.getTime() - Date.now()) / DAY_MS)]).toEqual([12, 3]);
    expect(dropped(await preview({ scheduleid, keepdaily: '3', lookaheaddays: '0' }))).toEqual([]);
    expect(dropped(await preview({ backupofferingid: policyId, maxbackups: '1' }))).toEqual([old]);
    expect(each(await backupsOf(vmId), 'id')).toHaveLength(3);
    for (const [wish, why] of [
      [{}, 'say what is looked at'],
      [{ virtualmachineid: vmId, keepdays: '1' }, 'say whose rule is tried'],
      [{ scheduleid, keepdays: '-1' }, 'parameter keepdays: -1 is negative'],
      [{ scheduleid, keepmanual: 'true' }, 'keeptimezone and keepmanual are of offerings'],
      [{ scheduleid, virtualmachineid: vmId }, 'give scheduleid alone'],
      [{ scheduleid, lookaheaddays: '367' }, 'parameter lookaheaddays: 367 is not from 0 to 366'],
      [{ backupofferingid: policyId, lookaheaddays: '1' }, 'ahead is looked for one machine at a time'],
      [{ backupofferingid: policyId, keeptimezone: 'Mars/Olympus' }, 'parameter keeptimezone: "Mars/Olympus" is not the name'],
      [{ backupofferingid: policyId, virtualmachineid: (await protectedMachine(server)).vmId }, 'is not in backup offering'],
    ] as const) {
      expect(await server.admin.refusal('previewBackupRetention', wish)).toMatchObject({ code: 530, text: expect.stringContaining(why) });
    }
  });

  test('of the machines in an offering, everybody is shown their own', async () => {
    const { client } = await server.createUser('previewer');
    const zoneId = await makeZone(server);
    const wanted = { zoneid: zoneId, externalid: 'gold-policy', description: 'gold', allowuserdrivenbackups: 'true' };
    const told = { keepmonthly: '12', keeplast: '3', keeptimezone: 'Europe/Zurich', keepmanual: 'true' };
    const { backupoffering } = await server.admin.run('importBackupOffering', { ...wanted, name: 'gold', ...told });
    expect(backupoffering).toMatchObject({ keepmonthly: 12, maxbackups: 3, keeptimezone: 'Europe/Zurich', keepmanual: true });
    const backupofferingid = String((backupoffering as Answer).id);
    const machines: string[] = [];
    for (const owner of [server.admin, client]) {
      const { id, name } = await deploy(owner, zoneId);
      await owner.run('assignVirtualMachineToBackupOffering', { virtualmachineid: String(id), backupofferingid });
      await takeBackup(owner, String(id));
      machines.push(String(name));
    }
    const shown = (parameters: Parameters = {}) => listed(client, 'previewBackupRetention', 'backupretention', { backupofferingid, ...parameters }); // prettier-ignore
    expect(await shown()).toMatchObject([{ virtualmachinename: machines[1], kept: 1, dropped: 0, freed: 0 }]);
    const all = await server.admin.call('previewBackupRetention', { backupofferingid, page: '2', pagesize: '1' });
    expect(all).toMatchObject({ count: 2, backupretention: [{ virtualmachinename: machines[1] }] });
    const one = await server.admin.call('previewBackupRetention', { backupofferingid, keyword: String(machines[0]) });
    expect(one).toMatchObject({ count: 1, backupretention: [{ virtualmachinename: machines[0] }] });
    const { backupoffering: changed } = await server.admin.call('updateBackupOffering', { id: backupofferingid, keepmonthly: '0', keeplast: '0' }); // prettier-ignore
    expect(changed).not.toHaveProperty('keepmonthly');
    const policy = await importPolicy(server, await makeZone(server));
    for (const [wish, why] of [
      [{ keepyearly: '36501' }, 'parameter keepyearly: 36501 is more than 36500'],
      [{ keeptimezone: 'Mars/Olympus' }, 'parameter keeptimezone'],
    ] as const) {
      const refusal = await server.admin.refusal('updateBackupOffering', { id: policy, ...wish });
      expect(refusal).toMatchObject({ code: 530, text: expect.stringContaining(why) });
    }
  });
});
