import type { Backup } from '../../src/dao/backup-dao.js';
import { forEachEngine, testDatabase } from '../kit/engines.js';
import type { FaultPlan } from '../kit/faulty.js';
import type { Bench } from './bench.js';
import { sweep } from './sweep.js';

forEachEngine((engine) => {
  const handle = testDatabase(engine);

  /** Takes a backup of a new machine as the plan has it, and looks at what is left. */
  async function take(bench: Bench, plan: FaultPlan): Promise<boolean> {
    const vm = await bench.protect();
    const { succeeded, operationId, result } = await bench.run('createBackup', { virtualmachineid: vm.uuid }, vm.uuid, plan);

    const rows = (await handle.db.knex('backups').where({ vm_id: vm.id })) as Backup[];
    const there = (await bench.held(vm.uuid)).map(({ externalId }) => externalId);
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

  sweep('a backup is never claimed without being there, nor there without being known', () => handle.db, take);
});
