import { up as noteAttached } from '../../db/migrations/0027_attached_volumes.js';
import type { StoredVolumeFacts } from '../../src/dao/volume-dao.js';
import { CREATED, insertVm, insertVolume } from '../kit/builders.js';
import { forEachEngine, testDatabase } from '../kit/engines.js';
import { meetsDuplicate, race, winners } from '../kit/races.js';

const ALL = { limit: 100, offset: 0 };
const REMOVED = new Date('2026-02-03T04:05:06.789Z');

forEachEngine((engine) => {
  const handle = testDatabase(engine);
  const daos = () => handle.db.daos;
  const ids = (volumes: readonly { id: number }[]) => volumes.map(({ id }) => id);

  test('finds a volume by its uuid and by the restore that made it', async () => {
    const volume = await insertVolume(daos(), { operationId: 'op', sizeBytes: Number.MAX_SAFE_INTEGER, digest: 'sha256:0' });
    await insertVolume(daos());
    expect(await daos().volumes.findByUuid(volume.uuid)).toEqual({ ...volume, live: 1 });
    expect(await daos().volumes.findByOperation('op')).toMatchObject({ id: volume.id });
    expect(await daos().volumes.findByUuid('none')).toBeUndefined();
    expect(await daos().volumes.findByOperation('none')).toBeUndefined();
  });

  test('makes one volume for a restore, however often it is asked', async () => {
    const { zoneId, accountId, domainId } = await insertVm(daos());
    const insert = () => insertVolume(daos(), { zoneId, accountId, domainId, operationId: 'op' });
    expect(winners(await race(8, async () => !(await meetsDuplicate(insert()))))).toBe(1);
  });

  test('shows a volume with its zone, its owner and its machine', async () => {
    const vm = await insertVm(daos(), { state: 'Stopped', restoreOperation: 'op' });
    const { zoneId, accountId, domainId } = vm;
    const volume = await insertVolume(daos(), { vmId: vm.id, zoneId, accountId, domainId });
    const [zone] = await daos().zones.listAll();
    const { name: accountName } = await handle.db.knex('account').first();
    const { uuid: domainUuid, path: domainPath } = await handle.db.knex('domain').first();
    const machine = { vmUuid: vm.uuid, vmName: vm.name, vmDisplayName: vm.displayName, vmState: 'Stopped', vmRestoreOperation: 'op' };
    const view = { ...volume, ...machine, zoneUuid: zone!.uuid, zoneName: zone!.name, accountName, domainUuid, domainPath };
    expect(await daos().volumes.findView(volume.uuid)).toMatchObject(view);
    expect((await daos().volumes.list({}, ALL)).rows).toMatchObject([view]);
  });

  test('shows a volume that is on no machine', async () => {
    const { uuid } = await insertVolume(daos());
    expect(await daos().volumes.findView(uuid)).toMatchObject({ vmId: null, vmUuid: null, vmName: null, vmState: null });
  });

  test('lists the volumes of a machine by their slots', async () => {
    const [vm, other] = [await insertVm(daos()), await insertVm(daos())];
    const second = await insertVolume(daos(), { vmId: vm.id, deviceNumber: 2 });
    const root = await insertVolume(daos(), { vmId: vm.id, deviceNumber: 0, type: 'ROOT' });
    await insertVolume(daos(), { vmId: other.id, deviceNumber: 0 });
    await insertVolume(daos(), { vmId: vm.id, deviceNumber: 1, removed: REMOVED });
    expect(ids(await daos().volumes.listByVm(vm.id))).toEqual([root.id, second.id]);
  });

  test('lists volumes by their uuids, also removed ones', async () => {
    const [live, removed] = [await insertVolume(daos()), await insertVolume(daos(), { removed: REMOVED })];
    await insertVolume(daos());
    expect(ids(await daos().volumes.listByUuidsIncludingRemoved([live.uuid, removed.uuid, 'none'])).sort()).toEqual(
      [live.id, removed.id].sort(),
    );
    expect(await daos().volumes.listByUuidsIncludingRemoved([])).toEqual([]);
  });

  test('narrows the list by each field', async () => {
    const vm = await insertVm(daos());
    const wanted = await insertVolume(daos(), { name: 'wanted', type: 'ROOT', vmId: vm.id });
    const other = await insertVolume(daos());
    await insertVolume(daos(), { removed: REMOVED });
    expect(ids((await daos().volumes.list({}, ALL)).rows)).toEqual([wanted.id, other.id]);
    const { id, zoneId, accountId, domainId } = wanted;
    const filters = [
      { id },
      { zoneId },
      { accountId },
      { domainId },
      { vmId: vm.id },
      { type: 'ROOT' },
      { name: 'wanted' },
      { keyword: 'ANTE' },
    ];
    for (const filter of filters) {
      const { rows, total } = await daos().volumes.list(filter, ALL);
      expect({ ids: ids(rows), total }).toEqual({ ids: [id], total: 1 });
    }
  });

  test('takes over what the source says of one volume, and nothing else', async () => {
    const vm = await insertVm(daos());
    const [volume, other] = [await insertVolume(daos(), { operationId: 'op' }), await insertVolume(daos())];
    const facts: StoredVolumeFacts = {
      vmId: vm.id,
      attached: CREATED,
      name: 'renamed',
      type: 'ROOT',
      deviceNumber: 3,
      sizeBytes: 7,
      path: '/elsewhere',
      digest: 'sha256:1',
      state: 'Destroy',
      removed: null,
    };
    await daos().volumes.updateFacts(volume.id, facts);
    expect(await daos().volumes.findByUuid(volume.uuid)).toEqual({ ...volume, ...facts, live: 1 });
    expect(await daos().volumes.findByUuid(other.uuid)).toMatchObject(other);
    await daos().volumes.updateFacts(volume.id, { ...facts, removed: REMOVED });
    expect(await daos().volumes.listByUuidsIncludingRemoved([volume.uuid])).toMatchObject([{ removed: REMOVED, live: null }]);
  });

  test('of which nobody noted since when they are attached have been so since they were made', async () => {
    const on = await insertVolume(daos(), { vmId: (await insertVm(daos())).id });
    const off = await insertVolume(daos());
    await noteAttached(handle.db.knex);
    const stored = await daos().volumes.listByUuidsIncludingRemoved([on.uuid, off.uuid]);
    expect(new Map(stored.map(({ uuid, attached }) => [uuid, attached]))).toEqual(
      new Map([
        [on.uuid, CREATED],
        [off.uuid, null],
      ]),
    );
  });

  test('marks the volumes that a restore writes, and takes its marks away', async () => {
    const volumes = [await insertVolume(daos()), await insertVolume(daos()), await insertVolume(daos())];
    const [first, second, third] = volumes.map(({ uuid }) => uuid) as [string, string, string];
    const marks = async () => (await daos().volumes.list({}, ALL)).rows.map(({ restoreOperation }) => restoreOperation);
    expect(await daos().volumes.beginRestore([first, second], 'op')).toBe(true);
    expect(await daos().volumes.beginRestore([third], 'another')).toBe(true);
    expect(await daos().volumes.beginRestore([], 'none')).toBe(true);
    expect(await daos().volumes.beginRestore([first, 'unknown'], 'op')).toBe(true);
    expect(await daos().volumes.beginRestore([third, first], 'op')).toBe(false);
    expect(await marks()).toEqual(['op', 'op', 'another']);
    await daos().volumes.endRestore('op');
    expect(await marks()).toEqual([null, null, 'another']);
  });

  test('lets one of several restores have the volumes', async () => {
    const uuids = [(await insertVolume(daos())).uuid, (await insertVolume(daos())).uuid];
    const outcomes = await race(8, (contender) => daos().volumes.beginRestore(uuids, `op-${contender}`));
    expect(winners(outcomes)).toBe(1);
    const operation = `op-${outcomes.indexOf(true)}`;
    expect(await daos().volumes.listByUuidsIncludingRemoved(uuids)).toMatchObject(uuids.map(() => ({ restoreOperation: operation })));
  });

  test('removes the volume that an operation was making and has not finished', async () => {
    const unfinished = await insertVolume(daos(), { operationId: 'op', state: 'Copying' });
    const finished = await insertVolume(daos(), { operationId: 'done', state: 'Ready' });
    const others = await insertVolume(daos(), { operationId: 'another', state: 'Copying' });
    for (const operation of ['op', 'done']) await daos().volumes.removeUnfinished(operation, REMOVED);
    expect(ids((await daos().volumes.list({}, ALL)).rows)).toEqual([finished.id, others.id]);
    expect(await daos().volumes.findByOperation('op')).toMatchObject({ id: unfinished.id, removed: REMOVED, live: null });
  });

  test('removes the volumes that are named and takes them off their machine', async () => {
    const vm = await insertVm(daos());
    const [first, second, kept] = [
      await insertVolume(daos(), { vmId: vm.id }),
      await insertVolume(daos()),
      await insertVolume(daos(), { vmId: vm.id }),
    ];
    await daos().volumes.markRemoved([first.id, second.id], REMOVED);
    expect(ids(await daos().volumes.listByVm(vm.id))).toEqual([kept.id]);
    expect(await daos().volumes.findByUuid(first.uuid)).toBeUndefined();
    const removed = await daos().volumes.listByUuidsIncludingRemoved([first.uuid, second.uuid]);
    expect(removed).toMatchObject([
      { removed: REMOVED, live: null, vmId: null },
      { removed: REMOVED, live: null, vmId: null },
    ]);
    await daos().volumes.markRemoved([], REMOVED);
    expect((await daos().volumes.list({}, ALL)).total).toBe(1);
  });
});
