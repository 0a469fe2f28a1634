import type { Backup } from '../../src/dao/backup-dao.js';
import type { ProviderBackup } from '../../src/provider/index.js';
import { forEachEngine, testDatabase } from '../kit/engines.js';
import { FaultPlan, MANNERS } from '../kit/faulty.js';
import { Bench } from './bench.js';

const MOST_CALLS = 200;
const TEST_MS = 120_000;

forEachEngine((engine) => {
  const handle = testDatabase(engine);

  async function held({ server, zone }: Bench, machineUuid: string): Promise<ProviderBackup[]> {
    const all: ProviderBackup[] = [];
    for await (const page of server.instances.backup('dummy', zone).listBackups(new AbortController().signal)) all.push(...page);
    return all.filter((backup) => backup.machineUuid === machineUuid);
  }

  /** Takes a backup of a new machine as the plan has it, and looks at what is left. */
  async function take(bench: Bench, plan: FaultPlan): Promise<boolean> {
    const vm = await bench.protect();
    const { succeeded, operationId, result } = await bench.run('createBackup', { virtualmachineid: vm.uuid }, vm.uuid, plan);

    const rows = (await handle.db.knex('backups').where({ vm_id: vm.id })) as Backup[];
    const there = (await held(bench, vm.uuid)).map(({ externalId }) => externalId);
    const [row] = rows;
    expect(rows.length).toBeLessThan(2);
    if (succeeded) {
      expect({ result, ...row }).toMatchObject({ status: 'BackedUp', operationId, externalId: there[0] });
      expect(there).toHaveLength(1);
    } else {
      // What the provider may have can be found again and deleted, by the row of its operation.
      expect(there.length).toBeLessThan(2);
      if (row || there.length > 0) expect({ result, ...row }).toMatchObject({ status: 'Error', operationId, externalId: null });
    }
    return succeeded;
  }

  test.each(MANNERS)(
    'a backup is never claimed without being there, nor there without being known, whichever call fails $when it is made and the server $then',
    async (manner) => {
      const bench = await Bench.open(handle.db);
      const outcomes = new Set<boolean>();
      for (let n = 1; n <= MOST_CALLS; n++) {
        const plan = new FaultPlan(n, manner);
        outcomes.add(await take(bench, plan));
        if (plan.hit) continue;
        expect(n).toBeGreaterThan(20);
        // A dead server's job is always brought to its good end by the next.
        expect(outcomes).toEqual(manner.then === 'is dead' ? new Set([true]) : new Set([true, false]));
        return;
      }
      throw new Error('no run was free of faults');
    },
    TEST_MS,
  );
});
