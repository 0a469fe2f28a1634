import type { Answer } from '../../src/client/api-client.js';
import type { Backup } from '../../src/dao/backup-dao.js';
import { Clock } from '../kit/clock.js';
import { forEachEngine } from '../kit/engines.js';
import { GRACE, NOTHING, sync } from '../kit/looks.js';
import { backedUpMachine, configure, deploy, each, listed, makeZone, protectedMachine, script, takeBackup } from '../kit/scene.js';
import { testServer, type TestUser } from '../kit/server.js';
import { strayBackup } from '../kit/stray-backup.js';

forEachEngine((engine) => {
  const clock = new Clock();
  const server = testServer(engine, { now: clock.now });
  let user: TestUser;
  beforeAll(async () => {
    user = await server.createUser('owner');
  });

  const backupsOf = (virtualmachineid: string) => listed(server.admin, 'listBackups', 'backup', { virtualmachineid });
  const statusOf = async (vmId: string) => each(await backupsOf(vmId), 'status');
  const alertsOf = (zoneId: string) => listed(server.admin, 'listAlerts', 'alert', { keyword: zoneId });
  const eventsOf = async (id: unknown) =>
    each(await listed(server.admin, 'listEvents', 'event', { resourceid: String(id), listall: 'true' }), 'description');
  const change = (id: string, changes: Partial<Backup>) => server.db.knex('backups').where({ uuid: id }).update(changes);
  /** The newest job that works on the machine, when it has ended. */
  async function lastJobOn(machineUuid: string): Promise<Answer> {
    const { uuid } = await server.db.knex('async_job').where({ machineUuid }).orderBy('id', 'desc').first<{ uuid: string }>();
    return server.admin.ended(uuid);
  }
  /** What the ledger says now of the machine's backups: reasons to count it, and bytes. */
  async function balanceOf(vmId: string): Promise<number[]> {
    const { id } = await server.db.knex('virtual_machine').where({ uuid: vmId }).first<{ id: number }>();
    const entries = server.db.knex('usage_ledger').where({ vmId: id }).whereNotNull('backupId');
    const sums = (await entries.sum({ reasons: 'reasons', bytes: 'storedBytes' }).first()) as { reasons: number; bytes: number };
    return [Number(sums.reasons), Number(sums.bytes)];
  }

  test('a backup that nobody here has asked for becomes one of the owner of its machine', async () => {
    const { zoneId, vmId, vmName, policyId } = await protectedMachine(server, { client: user.client });
    const externalid = await strayBackup(server.db, zoneId, vmId);
    expect(await sync(server, clock, zoneId)).toMatchObject({
      ...NOTHING,
      zoneid: zoneId,
      provider: 'dummy',
      success: true,
      looked: 1,
      adopted: 1,
    });
    const [backup] = await listed(user.client, 'listBackups', 'backup', { virtualmachineid: vmId });
    expect(backup).toMatchObject({
      ...{ externalid, status: 'BackedUp', size: 7, virtualsize: 11, backupofferingid: policyId, account: 'owner' },
      ...{ name: `${vmName}-2026-01-02T03:04:05.000Z`, created: '2026-01-02T03:04:05+0000' },
    });
    expect(await balanceOf(vmId)).toEqual([1, 7]);
    expect(await eventsOf(backup?.id)).toEqual([expect.stringContaining('was adopted')]);
    expect(await sync(server, clock, zoneId)).toMatchObject({ ...NOTHING, looked: 1 });
    await user.client.run('deleteBackup', { id: String(backup?.id) });
    expect([await backupsOf(vmId), await balanceOf(vmId)]).toEqual([[], [0, 0]]);
  });

  test('backups of machines that are not known, or never were in an offering, are only counted', async () => {
    const zoneId = await makeZone(server);
    const { id } = await deploy(server.admin, zoneId);
    await strayBackup(server.db, zoneId, String(id));
    await strayBackup(server.db, zoneId, '0d0d0d0d-0000-4000-8000-00000000dead');
    expect(await sync(server, clock, zoneId)).toMatchObject({ ...NOTHING, looked: 2, unclaimed: 2 });
  });

  test('a machine that left its offering gets its backups under the one that its last backup was taken under', async () => {
    const { zoneId, vmId, policyId } = await backedUpMachine(server);
    await server.admin.run('removeVirtualMachineFromBackupOffering', { virtualmachineid: vmId });
    await strayBackup(server.db, zoneId, vmId);
    expect(await sync(server, clock, zoneId)).toMatchObject({ ...NOTHING, looked: 2, adopted: 1 });
    expect(each(await backupsOf(vmId), 'backupofferingid')).toEqual([policyId, policyId]);
  });

  test('a backup that vanished is Missing after a second look and the grace time, and BackedUp when it is there again', async () => {
    const { zoneId, vmId, backup, backupId } = await backedUpMachine(server, { client: user.client });
    const held = await balanceOf(vmId);
    await configure(server, GRACE, '60', zoneId);
    await script(server, zoneId, { lost: String(backup.externalid) });
    for (let look = 1; look <= 3; look++) expect(await sync(server, clock, zoneId)).toMatchObject({ ...NOTHING, looked: 0 });
    expect(await statusOf(vmId)).toEqual(['BackedUp']);
    clock.forward(60_000);
    expect(await sync(server, clock, zoneId)).toMatchObject({ ...NOTHING, missing: 1 });
    expect(await sync(server, clock, zoneId)).toMatchObject(NOTHING);
    expect(await statusOf(vmId)).toEqual(['Missing']);
    expect(each(await alertsOf(zoneId), 'description')).toEqual([expect.stringContaining(backupId)]);
    expect(await balanceOf(vmId)).toEqual([0, 0]);
    expect((await user.client.refusal('restoreBackup', { id: backupId })).text).toContain('Missing');

    await script(server, zoneId, { lost: '' });
    expect(await sync(server, clock, zoneId)).toMatchObject({ ...NOTHING, looked: 1, back: 1 });
    expect([await statusOf(vmId), await balanceOf(vmId)]).toEqual([['BackedUp'], held]);
    await user.client.run('restoreBackup', { id: backupId });
    expect((await eventsOf(backupId)).filter((text) => text.startsWith('backup '))).toEqual([
      expect.stringContaining('is back'),
      expect.stringContaining('is missing'),
    ]);
  });

  test('a Missing backup can be deleted, and stays Missing if its provider refuses that', async () => {
    const { zoneId, vmId, backup, backupId } = await backedUpMachine(server);
    await configure(server, GRACE, '0', zoneId);
    await script(server, zoneId, { lost: String(backup.externalid) });
    await sync(server, clock, zoneId);
    expect(await sync(server, clock, zoneId)).toMatchObject({ missing: 1 });
    await script(server, zoneId, { 'fail.call': 'deleteBackup', 'fail.fault': 'rejected' });
    await server.admin.refusal('deleteBackup', { id: backupId });
    expect(await statusOf(vmId)).toEqual(['Missing']);
    await script(server, zoneId, { 'fail.call': '' });
    await server.admin.run('deleteBackup', { id: backupId });
    expect([await backupsOf(vmId), await balanceOf(vmId)]).toEqual([[], [0, 0]]);
  });

  /** Looks at the provider, and sleeps when all has been compared and nothing has been changed yet, while something happens. */
  async function sleepingSync(zoneId: string, meanwhile: () => Promise<unknown>): Promise<Answer> {
    const looks = server.db.daos.backupLooks;
    const real = looks.removedSince.bind(looks);
    looks.removedSince = async (...asked) => {
      looks.removedSince = real;
      const removed = await real(...asked);
      await meanwhile();
      return removed;
    };
    return sync(server, clock, zoneId);
  }

  test('a look that slept takes nothing for lost that another has found again, and nothing for back that has vanished since', async () => {
    const { zoneId, vmId, backup, backupId } = await backedUpMachine(server);
    await configure(server, GRACE, '0', zoneId);
    const hide = (lost: string) => script(server, zoneId, { lost });
    const reappear = async () => {
      await hide('');
      await sync(server, clock, zoneId);
    };
    await hide(String(backup.externalid));
    await sync(server, clock, zoneId);
    expect(await sleepingSync(zoneId, reappear)).toMatchObject(NOTHING);
    expect(await statusOf(vmId)).toEqual(['BackedUp']);

    await hide(String(backup.externalid));
    await sync(server, clock, zoneId);
    expect(await sync(server, clock, zoneId)).toMatchObject({ missing: 1 });
    await hide('');
    const vanish = async () => {
      await sync(server, clock, zoneId);
      await hide(String(backup.externalid));
      await sync(server, clock, zoneId);
      await sync(server, clock, zoneId);
    };
    expect(await sleepingSync(zoneId, vanish)).toMatchObject(NOTHING);
    expect([await statusOf(vmId), await balanceOf(vmId)]).toEqual([['Missing'], [0, 0]]);
    await server.admin.run('deleteBackup', { id: backupId });
  });

  test('a look that slept notes nothing of a backup that others have noted otherwise', async () => {
    const { zoneId, vmId, backup, backupId } = await backedUpMachine(server);
    await script(server, zoneId, { lost: String(backup.externalid) });
    const others = async () => {
      await sync(server, clock, zoneId);
      await script(server, zoneId, { lost: '' });
      await sync(server, clock, zoneId);
    };
    expect(await sleepingSync(zoneId, others)).toMatchObject(NOTHING);
    expect(await server.db.daos.backups.findByUuid(backupId)).toMatchObject({ missed: null });
    expect(await statusOf(vmId)).toEqual(['BackedUp']);
  });

  test('a look that slept adopts nothing that another has adopted and its owner has deleted', async () => {
    const { zoneId, vmId } = await protectedMachine(server);
    await strayBackup(server.db, zoneId, vmId);
    const meanwhile = async () => {
      await sync(server, clock, zoneId);
      const [backup] = await backupsOf(vmId);
      await server.admin.run('deleteBackup', { id: String(backup?.id) });
    };
    await strayBackup(server.db, zoneId, vmId);
    expect(await sleepingSync(zoneId, meanwhile)).toMatchObject(NOTHING);
    expect(await backupsOf(vmId)).toHaveLength(1);
    expect(await balanceOf(vmId)).toEqual([1, 7]);
  });

  test('a listing that fails at its beginning, in the middle or at its end changes nothing', async () => {
    const { zoneId, vmId, backup } = await backedUpMachine(server);
    await strayBackup(server.db, zoneId, vmId);
    await configure(server, GRACE, '0', zoneId);
    for (const step of ['1', '2', '3']) {
      await script(server, zoneId, { lost: String(backup.externalid), 'fail.call': 'listBackups', 'fail.step': step });
      const text = 'scripted fault';
      expect(await sync(server, clock, zoneId)).toMatchObject({
        ...NOTHING,
        looked: 0,
        success: false,
        failure: expect.stringContaining(text) as string,
      });
    }
    expect(await server.db.knex('backups').whereNotNull('missed').whereNull('removed')).toEqual([]);
    expect(await statusOf(vmId)).toEqual(['BackedUp']);
  });

  test('so does one that names a backup twice, or describes one that cannot be', async () => {
    const { zoneId, vmId } = await protectedMachine(server);
    const externalId = await strayBackup(server.db, zoneId, vmId);
    await strayBackup(server.db, zoneId, vmId, 7, { externalId });
    expect(await sync(server, clock, zoneId)).toMatchObject({
      ...NOTHING,
      success: false,
      failure: expect.stringContaining('twice') as string,
    });
    const other = await protectedMachine(server);
    await strayBackup(server.db, other.zoneId, other.vmId, -1);
    expect(await sync(server, clock, other.zoneId)).toMatchObject({ ...NOTHING, success: false });
    expect([await backupsOf(vmId), await backupsOf(other.vmId)]).toEqual([[], []]);
  });

  test('a listing that lacks most of many backups is believed only by force, and an alert says so once', async () => {
    const { zoneId, vmId } = await protectedMachine(server);
    for (let n = 0; n < 5; n++) await takeBackup(server.admin, vmId);
    await configure(server, GRACE, '0', zoneId);
    await script(server, zoneId, { lost: '*' });
    for (let look = 1; look <= 3; look++) {
      expect(await sync(server, clock, zoneId)).toMatchObject({
        ...NOTHING,
        success: false,
        failure: expect.stringContaining('5 of 5') as string,
      });
    }
    expect(each(await alertsOf(zoneId), 'description')).toEqual([expect.stringContaining('forced=true')]);
    expect(new Set(await statusOf(vmId))).toEqual(new Set(['BackedUp']));
    expect(await sync(server, clock, zoneId, { forced: 'true' })).toMatchObject({ ...NOTHING, success: true });
    expect(await sync(server, clock, zoneId)).toMatchObject({ ...NOTHING, success: true, missing: 5 });
    expect(new Set(await statusOf(vmId))).toEqual(new Set(['Missing']));
  });

  test('other sizes at the provider are other sizes here, and in the usage', async () => {
    const { zoneId, vmId, backup, backupId } = await backedUpMachine(server);
    const owner = `backup/dummy/${zoneId}`;
    const key = `backup/${String(backup.externalid)}`;
    for (const sizeBytes of [5, 9]) {
      const entry = await server.db.daos.pluginStore.find(owner, key);
      const value = JSON.stringify({ ...(JSON.parse(entry?.value ?? '') as object), sizeBytes });
      await server.db.daos.pluginStore.update(owner, key, value, entry?.version ?? 0);
      expect(await sync(server, clock, zoneId)).toMatchObject({ ...NOTHING, updated: 1 });
      expect([await backupsOf(vmId), await balanceOf(vmId)]).toMatchObject([[{ size: sizeBytes }], [1, sizeBytes]]);
    }
    await server.admin.run('deleteBackup', { id: backupId });
    expect(await balanceOf(vmId)).toEqual([0, 0]);
  });

  test.each(['BackingUp', 'Error'] as const)(
    'a backup that is %s although its provider has it is what the provider says',
    async (status) => {
      const { zoneId, vmId, backup, backupId } = await backedUpMachine(server);
      const { id } = await server.db.knex('backups').where({ uuid: backupId }).first<{ id: number }>();
      await server.db.knex('usage_ledger').where({ backupId: id }).delete();
      await change(backupId, { status, externalId: null, sizeBytes: 0 });
      expect(await sync(server, clock, zoneId)).toMatchObject({ ...NOTHING, looked: 1, settled: 1 });
      expect(await backupsOf(vmId)).toMatchObject([{ id: backupId, status: 'BackedUp', externalid: backup.externalid, size: backup.size }]);
      expect(await balanceOf(vmId)).toEqual([1, Number(backup.size)]);
    },
  );

  test('a backup that nobody is taking and that is not there has failed, and what it left behind is removed once', async () => {
    const { zoneId, vmId } = await protectedMachine(server);
    await configure(server, GRACE, '0', zoneId);
    const { backupId, externalId } = await (async () => {
      const { id, externalid } = await takeBackup(server.admin, vmId);
      return { backupId: String(id), externalId: String(externalid) };
    })();
    await script(server, zoneId, { lost: externalId });
    await change(backupId, { status: 'BackingUp', externalId: null });
    expect(await sync(server, clock, zoneId)).toMatchObject({ ...NOTHING, settled: 1 });
    expect(await statusOf(vmId)).toEqual(['Error']);
    expect(await sync(server, clock, zoneId)).toMatchObject({ ...NOTHING, cleaned: 1 });
    expect(await sync(server, clock, zoneId)).toMatchObject(NOTHING);
    await script(server, zoneId, { lost: '' });
    expect(await sync(server, clock, zoneId)).toMatchObject({ ...NOTHING, looked: 0 });
  });

  test('a backup that nobody is deleting any more is deleted by a job, or is there again if its provider refuses', async () => {
    const { zoneId, vmId, backupId } = await backedUpMachine(server);
    await change(backupId, { status: 'Deleting' });
    await script(server, zoneId, { 'fail.call': 'deleteBackup', 'fail.fault': 'rejected' });
    expect(await sync(server, clock, zoneId)).toMatchObject({ ...NOTHING, settled: 1 });
    expect(await lastJobOn(vmId)).toMatchObject({ cmd: 'deleteBackup', jobstatus: 2 });
    expect(await statusOf(vmId)).toEqual(['BackedUp']);
    await change(backupId, { status: 'Deleting' });
    await script(server, zoneId, { 'fail.call': '' });
    expect(await sync(server, clock, zoneId)).toMatchObject({ ...NOTHING, settled: 1 });
    expect(await lastJobOn(vmId)).toMatchObject({ cmd: 'deleteBackup', jobstatus: 1 });
    expect(await eventsOf(backupId)).toContain('deleteBackup is done');
    expect([await backupsOf(vmId), await balanceOf(vmId)]).toEqual([[], [0, 0]]);
    expect(await sync(server, clock, zoneId)).toMatchObject({ ...NOTHING, looked: 0 });
  });

  test('a machine that nobody is taking out of its offering any more leaves it by a job', async () => {
    const { zoneId, vmId } = await protectedMachine(server);
    const { id } = await server.db.knex('virtual_machine').where({ uuid: vmId }).first<{ id: number }>();
    await server.db.knex('backup_policy_vm_map').where({ vmId: id }).update({ state: 'Removing' });
    await sync(server, clock, zoneId);
    expect(await lastJobOn(vmId)).toMatchObject({ cmd: 'removeVirtualMachineFromBackupOffering', jobstatus: 1 });
    expect(await server.db.daos.assignments.findByVm(id)).toBeUndefined();
  });

  test('what a job works on is left alone until it has ended', async () => {
    const { zoneId, vmId } = await protectedMachine(server);
    await script(server, zoneId, { 'delay.ms': '20000' });
    await server.admin.call('createBackup', { virtualmachineid: vmId });
    while ((await statusOf(vmId)).length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    await strayBackup(server.db, zoneId, vmId);
    const parameters = { zoneid: zoneId };
    const { backupsync } = await server.admin.run('syncBackups', parameters);
    expect(backupsync).toMatchObject([{ ...NOTHING, looked: 1 }]);
    expect(await statusOf(vmId)).toEqual(['BackingUp']);
    clock.forward(21_000);
    while ((await statusOf(vmId)).join() === 'BackingUp') await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await sync(server, clock, zoneId)).toMatchObject({ ...NOTHING, looked: 2, adopted: 1 });
  });

  test('a look that finds nothing new writes nothing, and asks as often for many backups as for few', async () => {
    const { zoneId, vmId } = await protectedMachine(server);
    const zone = server.db.daos.zones.listAll().then((all) => all.find(({ uuid }) => uuid === zoneId)?.id);
    const cost = async () => {
      const statements = await server.statements.during(() => sync(server, clock, zoneId));
      const about = statements.filter((sql) => /.backups.|usage_ledger|plugin_store/.test(sql) && !/from .event./.test(sql));
      return { reads: about.filter((sql) => sql.startsWith('select')).length, writes: about.filter((sql) => !sql.startsWith('select')) };
    };
    expect(await zone).toBeDefined();
    await strayBackup(server.db, zoneId, vmId);
    await sync(server, clock, zoneId);
    const few = await cost();
    for (let n = 0; n < 60; n++) await strayBackup(server.db, zoneId, vmId);
    expect(await sync(server, clock, zoneId)).toMatchObject({ adopted: 60 });
    expect(await cost()).toEqual(few);
    expect(few.writes).toEqual([]);
  });

  test('the fault of one zone does not keep the others from being looked at, by the clock as on demand', async () => {
    const [away, there] = [await backedUpMachine(server), await protectedMachine(server)];
    await script(server, away.zoneId, { 'fail.call': 'listBackups' });
    await strayBackup(server.db, there.zoneId, there.vmId);
    await configure(server, 'backup.framework.sync.interval', '1');
    clock.forward(300_000);
    while ((await backupsOf(there.vmId)).length === 0) await new Promise((resolve) => setTimeout(resolve, 50));
    await configure(server, 'backup.framework.sync.interval', '300');
    expect(await statusOf(away.vmId)).toEqual(['BackedUp']);
  });

  test('a zone without backups and a provider that is not there are refused', async () => {
    const zoneid = await makeZone(server, { enabled: 'false' });
    expect((await server.admin.refusal('syncBackups', { zoneid })).text).toContain('disabled');
    expect((await server.admin.refusal('syncBackups', { provider: 'none' })).code).toBe(431);
  });
});
