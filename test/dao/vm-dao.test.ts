import type { VmFacts } from '../../src/dao/vm-dao.js';
import { CREATED, insertAssignment, insertOffering, insertUser, insertVm } from '../kit/builders.js';
import { forEachEngine, testDatabase } from '../kit/engines.js';
import { race, winners } from '../kit/races.js';

const ALL = { limit: 100, offset: 0 };
const REMOVED = new Date('2026-02-03T04:05:06.789Z');

const FACTS: VmFacts = {
  name: 'renamed',
  displayName: 'Renamed',
  state: 'Stopped',
  hypervisor: 'VMware',
  cpuNumber: 8,
  cpuSpeedMhz: 3000,
  memoryMb: 4096,
  osType: 'BSD',
  osTypeUuid: 'os-type',
  templateName: 'another',
  templateUuid: 'template',
  serviceOfferingName: 'large',
  serviceOfferingUuid: 'service-offering',
  settings: '{"a":"b"}',
  nics: '[1]',
  host: 'host-1',
  removed: null,
};

forEachEngine((engine) => {
  const handle = testDatabase(engine);
  const daos = () => handle.db.daos;
  const stored = async (id: number) => (await daos().vms.findByIdIncludingRemoved(id))!;

  test('finds a machine by its uuid and its id', async () => {
    const vm = await insertVm(daos());
    await insertVm(daos());
    expect(await daos().vms.findByUuid(vm.uuid)).toEqual({ ...vm, live: 1 });
    expect(await daos().vms.findByUuidIncludingRemoved(vm.uuid)).toMatchObject(vm);
    expect(await daos().vms.findByIdIncludingRemoved(vm.id)).toMatchObject(vm);
    expect(await daos().vms.findByUuid('none')).toBeUndefined();
  });

  test('shows an expunged machine only to those who ask for removed ones', async () => {
    const vm = await insertVm(daos(), { restoreOperation: 'op' });
    await insertVm(daos());
    await daos().vms.markExpunged(vm.id, REMOVED);
    expect(await daos().vms.findByUuid(vm.uuid)).toBeUndefined();
    expect((await daos().vms.list({}, ALL)).total).toBe(1);
    expect(await daos().vms.findByUuidIncludingRemoved(vm.uuid)).toMatchObject({
      state: 'Expunging',
      removed: REMOVED,
      restoreOperation: null,
    });
    expect(await daos().vms.beginRestore(vm.id, 'op')).toBe(false);
    expect(await daos().vms.findView(vm.uuid)).toMatchObject({ id: vm.id, removed: REMOVED });
  });

  test('shows a machine with its zone and owner, and without offering', async () => {
    const vm = await insertVm(daos());
    const [zone] = await daos().zones.listAll();
    const { uuid: accountUuid, name: accountName } = await handle.db.knex('account').first();
    const { uuid: domainUuid, path: domainPath } = await handle.db.knex('domain').first();
    const names = { zoneUuid: zone!.uuid, zoneName: zone!.name, accountUuid, accountName, domainUuid, domainPath };
    const view = { ...vm, ...names, backupOfferingUuid: null, backupOfferingName: null };
    expect(await daos().vms.findView(vm.uuid)).toMatchObject(view);
    expect((await daos().vms.list({}, ALL)).rows).toMatchObject([view]);
  });

  test('shows who had a machine made', async () => {
    const user = await insertUser(daos());
    const [made, found] = [await insertVm(daos(), { userId: user.id }), await insertVm(daos())];
    expect(await daos().vms.findView(made.uuid)).toMatchObject({ userUuid: user.uuid, username: user.username });
    expect(await daos().vms.findView(found.uuid)).toMatchObject({ userUuid: null, username: null });
  });

  test('shows the offering only while the machine is fully in it', async () => {
    const [vm, offering] = [await insertVm(daos()), await insertOffering(daos())];
    const { id } = await insertAssignment(daos(), vm, offering, { state: 'Assigning' });
    expect(await daos().vms.findView(vm.uuid)).toMatchObject({ backupOfferingUuid: null });
    await daos().assignments.transition(id, 'Assigning', 'Assigned');
    expect(await daos().vms.findView(vm.uuid)).toMatchObject({ backupOfferingUuid: offering.uuid, backupOfferingName: offering.name });
    await daos().assignments.transition(id, 'Assigned', 'Removing');
    expect(await daos().vms.findView(vm.uuid)).toMatchObject({ backupOfferingUuid: null });
  });

  test('lists under an offering only the machines that are fully in it', async () => {
    const offering = await insertOffering(daos());
    const [wanted, coming, going] = [await insertVm(daos()), await insertVm(daos()), await insertVm(daos())];
    await insertAssignment(daos(), wanted, offering);
    await insertAssignment(daos(), coming, offering, { state: 'Assigning' });
    await insertAssignment(daos(), going, offering, { state: 'Removing' });
    expect((await daos().vms.list({ backupOfferingId: offering.id }, ALL)).rows.map(({ id }) => id)).toEqual([wanted.id]);
  });

  test('narrows the list by each field', async () => {
    const wanted = await insertVm(daos(), { name: 'wanted', state: 'Stopped' });
    const other = await insertVm(daos());
    const offering = await insertOffering(daos());
    await insertAssignment(daos(), wanted, offering);
    expect((await daos().vms.list({}, ALL)).rows.map(({ id }) => id)).toEqual([wanted.id, other.id]);
    const { id, zoneId, accountId, domainId } = wanted;
    const filters = [{ id }, { zoneId }, { accountId }, { domainId }, { name: 'wanted' }, { state: 'Stopped' }];
    for (const filter of [...filters, { backupOfferingId: offering.id }, { keyword: 'ANTE' }, { keyword: 'display of WANTED' }]) {
      const { rows, total } = await daos().vms.list(filter, ALL);
      expect({ ids: rows.map((row) => row.id), total }).toEqual({ ids: [id], total: 1 });
    }
  });

  test('lists a machine that is being restored as Restoring, whatever its own state is', async () => {
    const [restoring, stopped] = [
      await insertVm(daos(), { state: 'Stopped', restoreOperation: 'op' }),
      await insertVm(daos(), { state: 'Stopped' }),
    ];
    expect((await daos().vms.list({ state: 'Restoring' }, ALL)).rows.map(({ id }) => id)).toEqual([restoring.id]);
    expect((await daos().vms.list({ state: 'Stopped' }, ALL)).rows.map(({ id }) => id)).toEqual([stopped.id]);
  });

  test('takes over what the source says of one machine, and nothing else', async () => {
    const [vm, other] = [await insertVm(daos(), { restoreOperation: 'op' }), await insertVm(daos())];
    await daos().vms.updateFacts(vm.id, FACTS);
    expect(await stored(vm.id)).toEqual({ ...vm, ...FACTS, live: 1 });
    expect(await stored(other.id)).toMatchObject(other);
  });

  test('removes a machine that the source has removed, and brings back one that it has again', async () => {
    const vm = await insertVm(daos());
    await daos().vms.updateFacts(vm.id, { ...FACTS, removed: REMOVED });
    expect(await stored(vm.id)).toMatchObject({ removed: REMOVED, live: null });
    await daos().vms.updateFacts(vm.id, FACTS);
    expect(await stored(vm.id)).toMatchObject({ removed: null, live: 1 });
  });

  test('lets one of many restores begin, and repeats of it', async () => {
    const vm = await insertVm(daos());
    const outcomes = await race(8, (contender) => daos().vms.beginRestore(vm.id, `op-${contender}`));
    expect(winners(outcomes)).toBe(1);
    const operation = `op-${outcomes.indexOf(true)}`;
    expect(await stored(vm.id)).toMatchObject({ restoreOperation: operation });
    expect(await daos().vms.beginRestore(vm.id, operation)).toBe(true);
  });

  test('takes the mark of a restore away only for its operation', async () => {
    const [vm, other] = [await insertVm(daos(), { restoreOperation: 'op' }), await insertVm(daos(), { restoreOperation: 'others' })];
    expect(await daos().vms.endRestore('another')).toBe(0);
    expect(await stored(vm.id)).toMatchObject({ restoreOperation: 'op' });
    expect(await daos().vms.endRestore('op')).toBe(1);
    expect(await stored(vm.id)).toMatchObject({ restoreOperation: null, created: CREATED });
    expect(await daos().vms.beginRestore(vm.id, 'another')).toBe(true);
    expect(await stored(other.id)).toMatchObject({ restoreOperation: 'others' });
  });
});
