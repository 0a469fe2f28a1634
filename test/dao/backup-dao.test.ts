import type { Backup } from '../../src/dao/backup-dao.js';
import type { Domain } from '../../src/dao/domain-dao.js';
import { insertAccount, insertAssignment, insertBackup, insertDomain, insertOffering, insertSchedule, insertVm } from '../kit/builders.js';
import { forEachEngine, testDatabase } from '../kit/engines.js';
import { meetsDuplicate, race, winners } from '../kit/races.js';

const ALL = { limit: 100, offset: 0 };
const REMOVED = new Date('2026-02-03T04:05:06.789Z');

forEachEngine((engine) => {
  const handle = testDatabase(engine);
  const daos = () => handle.db.daos;
  const newBackup = async (overrides: Partial<Backup> = {}) =>
    insertBackup(daos(), await insertVm(daos()), await insertOffering(daos()), overrides);

  test('finds a backup by its uuid and by the operation that took it', async () => {
    const backup = await newBackup({
      description: 'nightly',
      type: 'INCREMENTAL',
      sizeBytes: Number.MAX_SAFE_INTEGER,
      manifest: '{"a":"日本"}',
    });
    await newBackup();
    expect(await daos().backups.findByUuid(backup.uuid)).toEqual({ ...backup, live: 1 });
    expect(await daos().backups.findByOperation(backup.operationId!)).toMatchObject({ id: backup.id });
    expect(await daos().backups.findByUuid('none')).toBeUndefined();
    expect(await daos().backups.findByOperation('none')).toBeUndefined();
  });

  test('takes one backup for an operation, however often it is asked', async () => {
    const [vm, offering] = [await insertVm(daos()), await insertOffering(daos())];
    const outcomes = await race(8, async () => !(await meetsDuplicate(insertBackup(daos(), vm, offering, { operationId: 'op' }))));
    expect(winners(outcomes)).toBe(1);
  });

  test("takes a provider's backup once in a zone, and any number that are not confirmed", async () => {
    const [vm, offering] = [await insertVm(daos()), await insertOffering(daos())];
    await insertBackup(daos(), vm, offering, { externalId: 'held' });
    expect(await meetsDuplicate(insertBackup(daos(), vm, offering, { externalId: 'held' }))).toBe(true);
    await insertBackup(daos(), vm, offering, { externalId: 'held', provider: 'another' });
    await insertBackup(daos(), vm, offering, { externalId: null });
    await insertBackup(daos(), vm, offering, { externalId: null });
  });

  test("takes a provider's backup again after its row was removed", async () => {
    const [vm, offering] = [await insertVm(daos()), await insertOffering(daos())];
    const { id } = await insertBackup(daos(), vm, offering, { externalId: 'held' });
    await daos().backups.remove(id, 'BackedUp', REMOVED);
    await insertBackup(daos(), vm, offering, { externalId: 'held' });
  });

  test('is put on hold or deleted, whichever comes first, and only when it is there', async () => {
    const { id } = await newBackup();
    const hold = { held: REMOVED, holdReason: 'why' };
    const outcomes = await race(8, (at) => (at % 2 === 0 ? daos().backups.hold(id, hold) : daos().backups.beginDeleting(id, 'BackedUp')));
    const isHeld = outcomes.some((outcome, at) => at % 2 === 0 && outcome);
    expect(await handle.db.knex('backups').where({ id }).first()).toMatchObject(
      isHeld ? { status: 'BackedUp', ...hold } : { status: 'Deleting', held: null },
    );
    for (const status of ['BackingUp', 'Error', 'Deleting'] as const) {
      expect(await daos().backups.hold((await newBackup({ status })).id, hold)).toBe(false);
    }
    expect(await daos().backups.hold((await newBackup({ status: 'Missing' })).id, hold)).toBe(true);
  });

  test('depends on another one of the same provider and zone', async () => {
    const base = await newBackup({ externalId: 'base' });
    const [vm, offering] = [await insertVm(daos()), await insertOffering(daos())];
    const dependant = await insertBackup(daos(), vm, offering, { zoneId: base.zoneId, dependsOn: 'base' });
    await insertBackup(daos(), vm, offering, { zoneId: base.zoneId, dependsOn: 'another' });
    await insertBackup(daos(), vm, offering, { zoneId: base.zoneId, dependsOn: 'base', provider: 'another' });
    await newBackup({ dependsOn: 'base' });
    const gone = await insertBackup(daos(), vm, offering, { zoneId: base.zoneId, dependsOn: 'base' });
    await daos().backups.remove(gone.id, 'BackedUp', REMOVED);
    expect(await daos().backups.listDependants(base, ['base', 'none'])).toMatchObject([{ id: dependant.id }]);
  });

  test('machines are under rules when a schedule of theirs or the offering that they are in lets anything go', async () => {
    const [scheduled, offered, both, unruled] = [await insertVm(daos()), await insertVm(daos()), await insertVm(daos()), await insertVm(daos())]; // prettier-ignore
    const offering = await insertOffering(daos(), { keepYearly: 1 });
    for (const vm of [offered, both]) await insertAssignment(daos(), vm, offering);
    await insertAssignment(daos(), unruled, await insertOffering(daos()));
    for (const vm of [scheduled, both]) await insertSchedule(daos(), vm, { keepDays: 1 });
    await insertSchedule(daos(), unruled);
    const list = (after: number, limit: number) => daos().backupRetention.listVmsUnderRules(after, limit);
    expect(await list(0, 10)).toEqual([scheduled.id, offered.id, both.id]);
    expect(await list(scheduled.id, 1)).toEqual([offered.id]);
    expect(await daos().backupRetention.isUnderRule(offered.id)).toBe(true);
    expect(await daos().backupRetention.isUnderRule(unruled.id)).toBe(false);
  });

  test('fails what an operation was taking, and nothing that it or another has ended', async () => {
    const taking = await newBackup({ status: 'BackingUp', operationId: 'op' });
    const others = await newBackup({ status: 'BackingUp', operationId: 'another' });
    await daos().backups.failTaking('op');
    expect(await daos().backups.findByUuid(taking.uuid)).toMatchObject({ ...taking, status: 'Error' });
    expect(await daos().backups.findByUuid(others.uuid)).toMatchObject({ status: 'BackingUp' });
    await daos().backups.transition(taking.id, 'Error', 'BackedUp');
    await daos().backups.failTaking('op');
    expect(await daos().backups.findByUuid(taking.uuid)).toMatchObject({ status: 'BackedUp' });
  });

  test('knows whether a machine has backups of an offering that are not removed', async () => {
    const { id, vmId, policyId } = await newBackup({ status: 'Error' });
    const { id: otherPolicyId } = await insertOffering(daos());
    expect(await daos().backups.existForVm(vmId, policyId)).toBe(true);
    expect(await daos().backups.existForVm(vmId, otherPolicyId)).toBe(false);
    await daos().backups.remove(id, 'Error', REMOVED);
    expect(await daos().backups.existForVm(vmId, policyId)).toBe(false);
  });

  test('moves on from the status that is named, with the changes', async () => {
    const backup = await newBackup({ status: 'BackingUp', externalId: null });
    const outcome = { externalId: 'held', sizeBytes: 5 };
    expect(await daos().backups.transition(backup.id, 'Deleting', 'BackedUp', outcome)).toBe(false);
    expect(await daos().backups.findByUuid(backup.uuid)).toMatchObject(backup);
    expect(await daos().backups.transition(backup.id, 'BackingUp', 'BackedUp', outcome)).toBe(true);
    expect(await daos().backups.findByUuid(backup.uuid)).toMatchObject({ ...backup, ...outcome, status: 'BackedUp' });
  });

  test('lets one of many move it on', async () => {
    const { id, uuid } = await newBackup();
    const outcomes = await race(8, (sizeBytes) => daos().backups.transition(id, 'BackedUp', 'Deleting', { sizeBytes }));
    expect(winners(outcomes)).toBe(1);
    expect(await daos().backups.findByUuid(uuid)).toMatchObject({ status: 'Deleting', sizeBytes: outcomes.indexOf(true) });
  });

  test('is removed only from the status that is named, and once', async () => {
    const { id, uuid, operationId } = await newBackup({ status: 'Deleting' });
    expect(await daos().backups.remove(id, 'BackedUp', REMOVED)).toBe(false);
    expect(winners(await race(8, () => daos().backups.remove(id, 'Deleting', REMOVED)))).toBe(1);
    expect(await daos().backups.findByUuid(uuid)).toBeUndefined();
    expect(await daos().backups.list({}, ALL)).toEqual({ rows: [], total: 0 });
    expect(await daos().backups.transition(id, 'Removed', 'BackedUp')).toBe(false);
    const removed = { id, status: 'Removed', removed: REMOVED, live: null };
    expect(await daos().backups.findByOperation(operationId!)).toMatchObject(removed);
    expect(await daos().backups.findByUuidIncludingRemoved(uuid)).toMatchObject(removed);
  });

  test('shows a backup with its machine, offering, zone and owner', async () => {
    const [vm, offering] = [await insertVm(daos()), await insertOffering(daos())];
    const backup = await insertBackup(daos(), vm, offering);
    const account = await handle.db.knex('account').first('uuid', 'name');
    const domain = await handle.db.knex('domain').first('uuid', 'path');
    const zone = (await daos().zones.listAll()).find(({ id }) => id === vm.zoneId)!;
    const { rows } = await daos().backups.list({}, ALL);
    expect(rows).toMatchObject([
      {
        ...backup,
        vmUuid: vm.uuid,
        vmName: vm.name,
        vmRemoved: null,
        offeringUuid: offering.uuid,
        offeringName: offering.name,
        assignedPolicyId: null,
        zoneUuid: zone.uuid,
        zoneName: zone.name,
        accountUuid: account.uuid,
        accountName: account.name,
        domainUuid: domain.uuid,
        domainPath: domain.path,
      },
    ]);
  });

  test('still shows a backup whose machine and offering are removed, and the offering that the machine is in', async () => {
    const [vm, offering] = [await insertVm(daos()), await insertOffering(daos())];
    await insertBackup(daos(), vm, offering);
    await insertAssignment(daos(), vm, offering);
    await daos().vms.markExpunged(vm.id, REMOVED);
    await daos().offerings.remove(offering.id, REMOVED);
    const { rows } = await daos().backups.list({}, ALL);
    expect(rows).toMatchObject([{ vmRemoved: REMOVED, offeringUuid: offering.uuid, assignedPolicyId: offering.id }]);
  });

  test('narrows the list by each field', async () => {
    const wanted = await newBackup({ name: 'wanted' });
    const other = await newBackup();
    expect((await daos().backups.list({}, ALL)).rows.map(({ id }) => id)).toEqual([wanted.id, other.id]);
    const { id, vmId, zoneId, policyId, accountId, domainId } = wanted;
    for (const filter of [
      { id },
      { vmId },
      { zoneId },
      { policyId },
      { accountId },
      { domainId },
      { name: 'wanted' },
      { keyword: 'ANTE' },
    ]) {
      const { rows, total } = await daos().backups.list(filter, ALL);
      expect({ ids: rows.map((row) => row.id), total }).toEqual({ ids: [id], total: 1 });
    }
  });

  test('finds a keyword in the name of the machine', async () => {
    const vm = await insertVm(daos(), { name: 'Payroll' });
    const wanted = await insertBackup(daos(), vm, await insertOffering(daos()));
    await newBackup();
    expect((await daos().backups.list({ keyword: 'payroll' }, ALL)).rows.map(({ id }) => id)).toEqual([wanted.id]);
  });

  describe('what backups take up', () => {
    const counted: Partial<Backup>[] = [
      { sizeBytes: 1 },
      { status: 'BackingUp', externalId: null, sizeBytes: 0, protectedSizeBytes: 10 },
      { status: 'Deleting', sizeBytes: 100 },
    ];
    const failed: Partial<Backup>[] = [
      { status: 'Error', externalId: null, sizeBytes: 0 },
      { status: 'Deleting', externalId: null, sizeBytes: 0 },
    ];

    /** Takes the backups of a machine of its own and in a domain of its own. */
    async function take(backups: readonly Partial<Backup>[], domain: Partial<Domain> = {}) {
      const { id: domainId, path } = await insertDomain(daos(), domain);
      const { id: accountId } = await insertAccount(daos(), { domainId });
      const vm = await insertVm(daos(), { accountId, domainId });
      const offering = await insertOffering(daos());
      for (const backup of backups) await insertBackup(daos(), vm, offering, backup);
      return { accountId, domainId, path };
    }

    test('is what is held, being taken or not yet deleted, and nothing that failed or is removed', async () => {
      const { accountId } = await take([...counted, ...failed]);
      await take(counted);
      const removed = await newBackup({ accountId });
      expect(await daos().backups.useOf({ accountId })).toEqual({ backups: 4, backupBytes: 211 });
      await daos().backups.remove(removed.id, 'BackedUp', REMOVED);
      expect(await daos().backups.useOf({ accountId })).toEqual({ backups: 3, backupBytes: 111 });
    });

    test('is nothing where there are none', async () => {
      expect(await daos().backups.useOf({ accountId: 1 })).toEqual({ backups: 0, backupBytes: 0 });
    });

    test('is added up for each account, without those that have none', async () => {
      const [one, two, three] = [await take(counted), await take([{ sizeBytes: 7 }]), await take(failed)];
      const accountIds = [one, two, three].map(({ accountId }) => accountId);
      expect(await daos().backups.usePerOwner({ accountIds })).toEqual([
        { owner: one.accountId, backups: 3, backupBytes: 111 },
        { owner: two.accountId, backups: 1, backupBytes: 7 },
      ]);
    });

    test('is added up for each domain of a tree', async () => {
      const north = await take(counted, { path: 'ROOT/north' });
      const far = await take([{ sizeBytes: 7 }], { path: 'ROOT/north/far' });
      await take(counted, { path: 'ROOT/northern' });
      const rows = await daos().backups.usePerOwner({ domainPath: north.path });
      expect(rows.sort((a, b) => a.backupBytes - b.backupBytes)).toEqual([
        { owner: far.path, backups: 1, backupBytes: 7 },
        { owner: north.path, backups: 3, backupBytes: 111 },
      ]);
    });
  });
});
