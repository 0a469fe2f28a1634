import type { Backup } from '../../src/dao/backup-dao.js';
import { forEachEngine, testDatabase } from '../kit/engines.js';
import { noFault, type Bench } from './bench.js';
import { sweep } from './sweep.js';

forEachEngine((engine) => {
  const handle = testDatabase(engine);

  const rowOf = (uuid: string): Promise<Backup> => handle.db.knex('backups').where({ uuid }).first<Backup>();

  /** Takes a backup of a new machine, which nothing disturbs. */
  async function backedUp(bench: Bench) {
    const vm = await bench.protect();
    await bench.run('createBackup', { virtualmachineid: vm.uuid }, vm.uuid, noFault());
    const { uuid } = await handle.db.knex('backups').where({ vm_id: vm.id }).first<Backup>();
    return { vm, uuid };
  }

  sweep(
    'a backup that is said to be there is there, and one that is gone can be deleted to the end',
    () => handle.db,
    async (bench, plan) => {
      const { vm, uuid } = await backedUp(bench);
      const { succeeded, result } = await bench.run('deleteBackup', { id: uuid }, vm.uuid, plan);
      const isThere = (await bench.held(vm.uuid)).length === 1;
      const { status } = await rowOf(uuid);
      if (succeeded) expect({ result, status, isThere }).toMatchObject({ status: 'Removed', isThere: false });
      else expect({ result, isThere, isClaimed: status === 'BackedUp' }).toMatchObject({ isClaimed: isThere && status === 'BackedUp' });
      if (!succeeded) {
        expect(await bench.run('deleteBackup', { id: uuid }, vm.uuid, noFault())).toMatchObject({ succeeded: true });
        expect([(await rowOf(uuid)).status, await bench.held(vm.uuid)]).toEqual(['Removed', []]);
      }
      return succeeded;
    },
  );
});
