import type { Backup } from '../../src/dao/backup-dao.js';
import { forEachEngine, testDatabase } from '../kit/engines.js';
import { noFault } from './assemble.js';
import { sweep } from './sweep.js';

forEachEngine((engine) => {
  const handle = testDatabase(engine);
  const statusOf = async (uuid: string) => (await handle.db.knex('backups').where({ uuid }).first<Backup>()).status;

  sweep('a backup that is said to be there is there, and one that is going is gone in the end', handle, async (bench, plan) => {
    const { vm, backup: { uuid } } = await bench.backedUp(); // prettier-ignore
    const { succeeded, result } = await bench.run('deleteBackup', { id: uuid }, vm.uuid, plan);
    const status = await statusOf(uuid);
    const isThere = (await bench.held(vm.uuid)).length === 1;
    if (succeeded) expect({ result, status, isThere }).toMatchObject({ status: 'Removed', isThere: false });
    else expect({ result, isThere: isThere || status !== 'BackedUp' }).toEqual({ result, isThere: true });
    const afterwards = async () => {
      if (status === 'BackedUp') await bench.run('deleteBackup', { id: uuid }, vm.uuid, noFault());
      expect([await statusOf(uuid), await bench.held(vm.uuid)]).toEqual(['Removed', []]);
    };
    return { succeeded, afterwards };
  });
});
