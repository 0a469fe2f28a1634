import type { Answer } from '../../src/client/api-client.js';
import type { Backup } from '../../src/dao/backup-dao.js';
import { JOB_PENDING, JOB_SUCCEEDED, type Job } from '../../src/dao/job-dao.js';
import type { Vm } from '../../src/dao/vm-dao.js';
import type { Volume } from '../../src/dao/volume-dao.js';
import { insertWebhook } from '../kit/builders.js';
import { Clock } from '../kit/clock.js';
import { forEachEngine } from '../kit/engines.js';
import { eventually } from '../kit/eventually.js';
import { GRACE, NOTHING, sync } from '../kit/looks.js';
import { backedUpMachine, configure, deploy, each, GIB, listed, NOBODY, only, protectedMachine, script, takeBackup } from '../kit/scene.js';
import { testServer, type TestUser } from '../kit/server.js';

/** What operations that nobody will finish have left, and what becomes of it. */
forEachEngine((engine) => {
  const clock = new Clock();
  const server = testServer(engine, { now: clock.now });
  let user: TestUser;
  beforeAll(async () => {
    user = await server.createUser('owner');
  });

  const statusOf = async (vmId: string) => each(await listed(server.admin, 'listBackups', 'backup', { virtualmachineid: vmId }), 'status');
  const eventsOf = async (id: unknown) =>
    each(await listed(server.admin, 'listEvents', 'event', { resourceid: String(id), listall: 'true' }), 'description');
  const change = (id: string, changes: Partial<Backup>) => server.db.knex('backups').where({ uuid: id }).update(changes);

  test('what a restore without a job has marked is no longer busy', async () => {
    const { zoneId, vmId } = await backedUpMachine(server);
    const restoreOperation = '0d0d0d0d-0000-4000-8000-00000000beef';
    await server.db.knex('virtual_machine').where({ uuid: vmId }).update({ restoreOperation });
    await server.db.knex('volume').where({ state: 'Ready' }).whereNotNull('vmId').limit(1).update({ restoreOperation });
    // It would be told in no report of a provider that the zone has nothing of.
    expect(await server.admin.run('syncBackups', { zoneid: zoneId, provider: 'veeam' })).not.toHaveProperty('backupsync.0');
    expect(await server.db.knex('virtual_machine').whereNotNull('restoreOperation')).toHaveLength(1);
    expect(await sync(server, clock, zoneId)).toMatchObject({ ...NOTHING, settled: 1 });
    expect(await server.db.knex('virtual_machine').whereNotNull('restoreOperation')).toEqual([]);
    expect(await server.db.knex('volume').whereNotNull('restoreOperation')).toEqual([]);
  });

  test('of a chain that nobody is deleting any more, a link waits quietly for those that depend on it', async () => {
    const { zoneId, vmId } = await protectedMachine(server);
    await script(server, zoneId, { 'full.every': '3' });
    const ids: string[] = [];
    for (let n = 0; n < 3; n++) ids.push(String((await takeBackup(server.admin, vmId)).id));
    const [base = '', middle = '', last = ''] = ids;
    const deletions = async () => {
      const jobs = server.db.knex('async_job').where({ command: 'deleteBackup', machineUuid: vmId });
      const ended = await eventually(
        () => jobs.clone().orderBy('id'),
        (all: Job[]) => all.every(({ status }) => status !== JOB_PENDING),
      );
      return ended.map(({ instanceUuid, status }: Job) => [instanceUuid, status]);
    };
    await change(base, { status: 'Deleting' });
    await change(middle, { status: 'Deleting' });
    for (let look = 1; look <= 2; look++) expect(await sync(server, clock, zoneId)).toMatchObject(NOTHING);
    expect(await deletions()).toEqual([]);
    await server.admin.run('deleteBackup', { id: last });
    const done = [[last, JOB_SUCCEEDED], [middle, JOB_SUCCEEDED], [base, JOB_SUCCEEDED]]; // prettier-ignore
    for (let look = 1; look <= 2; look++) {
      expect(await sync(server, clock, zoneId)).toMatchObject({ ...NOTHING, settled: 1 });
      expect(await deletions()).toEqual(done.slice(0, 1 + look));
    }
    expect(await statusOf(vmId)).toEqual([]);
  });

  /** Has the restore of a volume fail when the provider has written it; answers the row of the new volume. */
  async function halfMadeVolume() {
    const { zoneId, vmId, backupId } = await backedUpMachine(server, { client: user.client });
    const source = await only(user.client, 'listVolumes', 'volume', { virtualmachineid: vmId });
    const target = String((await deploy(user.client, zoneId)).id);
    await script(server, zoneId, { 'fail.call': 'restoreVolume', 'fail.step': '3', 'fail.fault': 'corrupt' });
    const wish = { backupid: backupId, volumeid: String(source.id), virtualmachineid: target };
    await user.client.refusal('restoreBackupVolume', wish);
    const rows = () => server.db.knex('volume').orderBy('id', 'desc');
    const { uuid } = await rows().first<Volume>();
    const atSource = { owner: `inventory/simulator/${zoneId}`, entryKey: `volume/${uuid}` };
    /** The volume as the provider has left it, which the source's own store has only when it is taken over. */
    const write = async (machineUuid?: string) => {
      const volume = { uuid, name: 'x', type: 'DATADISK', deviceNumber: 1, sizeBytes: GIB, path: 'x', digest: 'x' };
      const value = JSON.stringify({ volume, state: 'Ready', created: clock.now().toISOString(), machineUuid });
      await server.db.knex('plugin_store').insert({ ...atSource, value, version: 1 });
    };
    return {
      zoneId,
      target,
      uuid,
      write,
      isAtSource: () => server.db.knex('plugin_store').where(atSource),
      row: () => rows().where({ uuid }).first<Volume>(),
    };
  }

  test('what a failed restore has written of a volume is deleted when the grace time is over, once', async () => {
    const { zoneId, uuid, write, isAtSource, row } = await halfMadeVolume();
    await write();
    expect(await sync(server, clock, zoneId)).toMatchObject(NOTHING);
    expect([await isAtSource(), await row()]).toMatchObject([[{}], { state: 'Copying' }]);
    await configure(server, GRACE, '0', zoneId);
    expect(await sync(server, clock, zoneId)).toMatchObject({ ...NOTHING, cleaned: 1 });
    expect([await isAtSource(), await row()]).toMatchObject([[], { state: 'Destroy' }]);
    expect(await eventsOf(uuid)).toEqual([expect.stringContaining('was deleted')]);
    expect(await sync(server, clock, zoneId)).toMatchObject(NOTHING);
  });

  test('a volume of a failed restore that the source has taken over is kept and known', async () => {
    const { zoneId, target, uuid, write, isAtSource } = await halfMadeVolume();
    await write(target);
    await configure(server, GRACE, '0', zoneId);
    expect(await sync(server, clock, zoneId)).toMatchObject({ ...NOTHING, cleaned: 1 });
    expect(await isAtSource()).toHaveLength(1);
    expect(await only(user.client, 'listVolumes', 'volume', { id: uuid })).toMatchObject({ state: 'Ready', virtualmachineid: target });
    expect(await eventsOf(uuid)).toEqual([expect.stringContaining('look at what it holds')]);
  });

  test.each([
    ['backups are off', (zoneId: string) => configure(server, 'backup.framework.enabled', 'false', zoneId)],
    ['no listing is to be had', (zoneId: string) => script(server, zoneId, { 'fail.call': 'listBackups' })],
  ])('what nobody works on any more is settled by the clock also where %s, and its owner is told', async (_where, disturb) => {
    const { zoneId, vmId, backupId } = await backedUpMachine(server, { client: user.client });
    const { id, accountId, domainId } = await server.db.knex('virtual_machine').where({ uuid: vmId }).first<Vm>();
    await server.db.knex('usage_ledger').where({ vmId: id }).whereNotNull('backupId').delete();
    await change(backupId, { status: 'BackingUp', externalId: null });
    const used = async () => (await server.db.daos.backups.useOf({ accountId })).backups;
    const before = await used();
    await server.db.knex('virtual_machine').where({ id }).update({ restoreOperation: NOBODY });
    const { id: webhookId } = await insertWebhook(server.db.daos, { accountId, domainId });
    await disturb(zoneId);
    await configure(server, 'backup.framework.sync.interval', '1');
    const machine = () => server.db.daos.vms.findByUuid(vmId);
    await eventually(machine, (vm) => vm?.restoreOperation === null);
    await configure(server, 'backup.framework.sync.interval', '300');
    expect([await statusOf(vmId), before - (await used())]).toEqual([['Error'], 1]);
    expect(await eventsOf(vmId)).toContainEqual(expect.stringContaining('is no longer Restoring'));
    expect(await eventsOf(backupId)).toContainEqual(expect.stringContaining('was not taken'));
    const left = await server.db.knex('webhook_delivery').where({ webhookId, eventType: 'BACKUP.SYNC' });
    expect(left.map(({ payload }: { payload: string }) => (JSON.parse(payload) as Answer).entityuuid).sort()).toEqual(
      [vmId, backupId].sort(),
    );
    await server.db.knex('webhook').delete();

    await configure(server, 'backup.framework.enabled', 'true', zoneId);
    await script(server, zoneId, { 'fail.call': '' });
    expect(await sync(server, clock, zoneId)).toMatchObject({ ...NOTHING, looked: 1, settled: 1 });
    expect(await statusOf(vmId)).toEqual(['BackedUp']);
  });
});
