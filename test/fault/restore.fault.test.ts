import type { Volume } from '../../src/dao/volume-dao.js';
import type { Vm } from '../../src/dao/vm-dao.js';
import { forEachEngine, testDatabase } from '../kit/engines.js';
import { FaultPlan, MANNERS, type Manner } from '../kit/faulty.js';
import { Bench, noFault } from './bench.js';

const MOST_CALLS = 200;
const TEST_MS = 120_000;
const signal = new AbortController().signal;

forEachEngine((engine) => {
  const handle = testDatabase(engine);

  /** A machine with one backup. */
  async function backedUp(bench: Bench): Promise<{ vm: Vm; backupUuid: string; externalId: string }> {
    const vm = await bench.protect();
    await bench.run('createBackup', { virtualmachineid: vm.uuid }, vm.uuid, noFault());
    const { uuid, externalId } = await handle.db.knex('backups').where({ vm_id: vm.id }).first<{ uuid: string; externalId: string }>();
    return { vm, backupUuid: uuid, externalId };
  }

  /** How often the provider has carried out a restore of the backup. */
  async function restoresOf({ zone }: Bench, externalId: string): Promise<number> {
    const row = await handle.db.daos.pluginStore.find(`backup/dummy/${zone.uuid}`, `backup/${externalId}`);
    return (JSON.parse(row?.value ?? '{}') as { restores: number }).restores;
  }

  /** Everything by which a machine or a volume could be seen to be busy. */
  async function busy(vm: Vm): Promise<unknown> {
    const machine = await handle.db.daos.vms.findByUuid(vm.uuid);
    const volumes = (await handle.db.knex('volume').where({ vm_id: vm.id }).orWhere({ state: 'Copying' })) as Volume[];
    const marked = volumes.filter(
      ({ restoreOperation, state, removed }) => restoreOperation !== null || (state === 'Copying' && removed === null),
    );
    return [machine?.restoreOperation, marked.map(({ uuid }) => uuid)];
  }

  /** Lets the nth call of `attempt` fail, for n from 1 until none does. */
  async function sweep(manner: Manner, attempt: (bench: Bench, plan: FaultPlan) => Promise<boolean>): Promise<void> {
    const bench = await Bench.open(handle.db);
    const outcomes = new Set<boolean>();
    for (let n = 1; n <= MOST_CALLS; n++) {
      const plan = new FaultPlan(n, manner);
      outcomes.add(await attempt(bench, plan));
      if (plan.hit) continue;
      expect(n).toBeGreaterThan(20);
      // A dead server's job is always brought to its good end by the next.
      expect(outcomes).toEqual(manner.then === 'is dead' ? new Set([true]) : new Set([true, false]));
      return;
    }
    throw new Error('no run was free of faults');
  }

  test.each(MANNERS)(
    'a machine is restored once or not at all and is never left Restoring, whichever call fails $when it is made and the server $then',
    (manner) =>
      sweep(manner, async (bench, plan) => {
        const { vm, backupUuid, externalId } = await backedUp(bench);
        const { succeeded, result } = await bench.run('restoreBackup', { id: backupUuid }, vm.uuid, plan);

        expect({ result, busy: await busy(vm) }).toEqual({ result, busy: [null, []] });
        expect(succeeded ? [1] : [0, 1]).toContain(await restoresOf(bench, externalId));
        expect((await bench.run('restoreBackup', { id: backupUuid }, vm.uuid, noFault())).succeeded).toBe(true);
        expect((await handle.db.daos.volumes.listByVm(vm.id)).map(({ state }) => state)).toEqual(['Ready', 'Ready']);
        return succeeded;
      }),
    TEST_MS,
  );

  test.each(MANNERS)(
    'a volume is restored once or not at all and is never left Copying, whichever call fails $when it is made and the server $then',
    (manner) =>
      sweep(manner, async (bench, plan) => {
        const { vm, backupUuid, externalId } = await backedUp(bench);
        const target = await bench.deploy();
        const [source] = await handle.db.daos.volumes.listByVm(vm.id);
        const wish = { backupid: backupUuid, volumeid: String(source?.uuid), virtualmachineid: target.uuid };
        const { succeeded, result } = await bench.run('restoreBackupVolume', wish, target.uuid, plan);

        expect({ result, busy: await busy(target) }).toEqual({ result, busy: [null, []] });
        expect(await restoresOf(bench, externalId)).toBeLessThan(2);
        const rows = await handle.db.daos.volumes.listByVm(target.id);
        if (succeeded) expect(rows.map(({ state }) => state)).toEqual(['Ready', 'Ready', 'Ready']);
        // The copy agrees with the source as soon as it is looked at again.
        const facts = await bench.server.instances.inventory(bench.zone).findMachine(target.uuid, signal);
        await bench.server.copy.refreshExisting(target.uuid, signal);
        const known = (await handle.db.daos.volumes.listByVm(target.id)).map(({ uuid }) => uuid).sort();
        expect(known).toEqual(facts?.volumes.map(({ volume }) => volume.uuid).sort());
        expect(known.length).toBeLessThan(4);
        return succeeded;
      }),
    TEST_MS,
  );
});
