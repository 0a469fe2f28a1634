import { MIGRATIONS } from '../../db/migrations/index.js';
import type { Backup } from '../../src/dao/backup-dao.js';
import type { LedgerEntry } from '../../src/dao/usage-ledger-dao.js';
import type { Vm } from '../../src/dao/vm-dao.js';
import { assigned, gone, held, released } from '../../src/usage/ledger-entries.js';
import { CREATED, insertAssignment, insertBackup, insertOffering, insertVm } from '../kit/builders.js';
import { forEachEngine, present, testDatabase } from '../kit/engines.js';
import { meetsDuplicate } from '../kit/races.js';

const PAGE = { limit: 20, offset: 0 };
const at = (hour: number): Date => new Date(CREATED.getTime() + hour * 3_600_000);
const period = (from: number, to: number) => ({ start: at(from), end: at(to) });

forEachEngine((engine) => {
  const handle = testDatabase(engine);
  const daos = () => handle.db.daos;
  const used = async (from: number, to: number, filter = {}) => (await daos().usage.listUsed(filter, period(from, to), PAGE)).rows;
  const append = async (...entries: readonly LedgerEntry[]) => {
    for (const entry of entries) await daos().usage.append(entry);
  };
  const backup = async (vm: Vm, sizes: Partial<Backup> = {}): Promise<Backup> =>
    insertBackup(daos(), vm, await insertOffering(daos(), { zoneId: vm.zoneId }), sizes);

  test('shows the machines for which there was a reason at some time in the period', async () => {
    const one = await backup(await insertVm(daos()));
    await append(held(one, at(10)), gone(one, at(20)));
    const counted = async (from: number, to: number) => (await used(from, to)).length;
    expect(await counted(0, 10)).toBe(0);
    expect(await counted(0, 11)).toBe(1);
    expect(await counted(12, 18)).toBe(1);
    expect(await counted(19, 30)).toBe(1);
    expect(await counted(20, 30)).toBe(0);
    expect(await counted(0, 30)).toBe(1);
  });

  test('sums up how things stood when the period began, and answers what changed from then on', async () => {
    const vm = await insertVm(daos());
    const offering = await insertOffering(daos(), { zoneId: vm.zoneId });
    const big = { sizeBytes: 2 ** 40, protectedSizeBytes: 2 ** 41 };
    const [first, second] = [await insertBackup(daos(), vm, offering, big), await insertBackup(daos(), vm, offering, big)];
    const assignment = await insertAssignment(daos(), vm, offering);
    const facts = [
      assigned(assignment, vm, at(1)),
      held(first, at(2)),
      held(second, at(3)),
      gone(first, at(4)),
      released(assignment, vm, at(5)),
    ];
    await append(...facts);
    const [row, ...others] = await used(3, 6);
    expect(others).toEqual([]);
    expect(row).toMatchObject({ reasons: 3, storedBytes: 2 ** 41, logicalBytes: 2 ** 42, vmUuid: vm.uuid, offeringUuid: offering.uuid });
    expect((await daos().usage.listChanges([vm.id], period(3, 5))).map(({ fact }) => fact)).toEqual(['Gone']);
    expect((await daos().usage.listChanges([vm.id], period(3, 6))).map(({ fact }) => fact)).toEqual(['Gone', 'Released']);
    expect(await daos().usage.listChanges([vm.id + 1], period(0, 9))).toEqual([]);
  });

  test('keeps the offerings of a machine apart, and shows the machines page by page', async () => {
    const vm = await insertVm(daos());
    const backups = [await backup(vm), await backup(vm), await backup(await insertVm(daos()))];
    await append(...backups.map((one) => held(one, at(1))));
    expect((await used(0, 2)).map(({ policyId }) => policyId)).toEqual(backups.map(({ policyId }) => policyId));
    const page = await daos().usage.listUsed({}, period(0, 2), { limit: 2, offset: 2 });
    expect([page.rows.length, page.total]).toEqual([1, 3]);
    expect((await daos().usage.listUsed({}, period(0, 2), { limit: 1, offset: 0 })).total).toBe(3);
  });

  test('narrows the list by owner, machine and name', async () => {
    const [mine, theirs] = [await insertVm(daos(), { name: 'needle' }), await insertVm(daos())];
    await append(held(await backup(mine), at(1)), held(await backup(theirs), at(1)));
    for (const filter of [{ accountId: mine.accountId }, { domainId: mine.domainId }, { vmId: mine.id }, { keyword: 'NEEDLE' }]) {
      expect((await used(0, 2, filter)).map(({ vmName }) => vmName)).toEqual(['needle']);
    }
  });

  test('keeps each fact about a backup once', async () => {
    const one = await backup(await insertVm(daos()));
    await append(held(one, at(1)));
    expect(await meetsDuplicate(daos().usage.append(held(one, at(2))))).toBe(true);
  });

  test('begins with what was assigned and backed up before there was a ledger', async () => {
    const vm = await insertVm(daos());
    const offering = await insertOffering(daos(), { zoneId: vm.zoneId });
    await insertAssignment(daos(), vm, offering, { state: 'Removing' });
    await insertAssignment(daos(), await insertVm(daos()), offering, { state: 'Assigning' });
    const { id } = await insertBackup(daos(), vm, offering, { status: 'Deleting' });
    await insertBackup(daos(), vm, offering, { status: 'Error', externalId: null });
    await insertBackup(daos(), vm, offering, { removed: CREATED });
    const { up, down } = present(MIGRATIONS.get('0011_usage'));
    await down(handle.db.knex);
    await up(handle.db.knex);
    const same = { vmId: vm.id, policyId: offering.id, accountId: vm.accountId, reasons: 1, created: CREATED };
    expect(await handle.db.knex('usage_ledger').orderBy('id')).toEqual([
      expect.objectContaining({ ...same, fact: 'Assigned', backupId: null, storedBytes: 0, logicalBytes: 0 }),
      expect.objectContaining({ ...same, fact: 'Held', backupId: id, storedBytes: 100, logicalBytes: 200 }),
    ]);
  });
});
