import type { Backup } from '../../src/dao/backup-dao.js';
import { JOB_PENDING } from '../../src/dao/job-dao.js';
import { insertSchedule } from '../kit/builders.js';
import { forEachEngine, testDatabase } from '../kit/engines.js';
import type { FaultPlan } from '../kit/faulty.js';
import type { Bench } from './bench.js';
import { sweep, type Outcome } from './sweep.js';

forEachEngine((engine) => {
  const handle = testDatabase(engine);

  /** Takes a backup of a new machine as the plan has it, and looks at what is left. */
  async function take(bench: Bench, plan: FaultPlan): Promise<Outcome> {
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
    return { succeeded };
  }

  /** Takes a second backup by a schedule that keeps one, and looks at what becomes of the first. */
  async function takeScheduled(bench: Bench, plan: FaultPlan): Promise<Outcome> {
    const vm = await bench.protect();
    const { id: backupScheduleId } = await insertSchedule(handle.db.daos, vm, { maxBackups: 1 });
    const wish = { virtualmachineid: vm.uuid };
    const first = await bench.backUp(vm, backupScheduleId);
    const { succeeded } = await bench.run('createBackup', wish, vm.uuid, plan, { backupScheduleId });
    const about = async () => {
      const deletions = await handle.db.knex('async_job').where({ machineUuid: vm.uuid, command: 'deleteBackup' });
      return deletions.map(({ instanceUuid }: { instanceUuid: string }) => instanceUuid);
    };
    if (!succeeded) expect(await about()).toEqual([]);
    // Otherwise the next attempt's faulty server would run it.
    await bench.finishWaiting();
    const afterwards = async () => {
      const good = (await handle.db.knex('backups').where({ vmId: vm.id, status: 'BackedUp' })) as Backup[];
      expect(good).toHaveLength(1);
      expect(await about()).toEqual(good[0]?.uuid === first.uuid ? [] : [first.uuid]);
      if (succeeded) expect(good[0]?.uuid).not.toBe(first.uuid);
    };
    return { succeeded, afterwards };
  }

  /** Takes a backup that is cancelled when its first server is dead, or has met what the plan has, and looks at what is left. */
  async function takeCancelled(bench: Bench, plan: FaultPlan): Promise<Outcome> {
    const vm = await bench.protect();
    const pending = { status: JOB_PENDING, machineUuid: vm.uuid };
    bench.meanwhile = async () => void (await handle.db.knex('async_job').where(pending).update({ cancelRequested: new Date() }));
    const { succeeded, operationId, result } = await bench.run('createBackup', { virtualmachineid: vm.uuid }, vm.uuid, plan);

    const [row] = (await handle.db.knex('backups').where({ vm_id: vm.id })) as Backup[];
    const there = (await bench.held(vm.uuid)).map(({ externalId }) => externalId);
    const isCancelled = result.includes('cancelled');
    if (succeeded) expect({ result, ...row, there }).toMatchObject({ status: 'BackedUp', operationId, there: [row?.externalId] });
    else if (isCancelled) expect({ status: 'Removed', ...row, there }).toMatchObject({ status: 'Removed', there: [] });
    else expect({ status: 'Error', ...row }).toMatchObject({ status: 'Error' });
    return { succeeded: succeeded || isCancelled };
  }

  sweep('a backup that is cancelled is there or leaves nothing', handle, takeCancelled);
  sweep('a scheduled backup lets go of an older one if it is there, and only once', handle, takeScheduled);
  sweep('a backup is never claimed without being there, nor there without being known', handle, take);
});
