import { randomUUID } from 'node:crypto';
import { forEachEngine, testDatabase } from '../kit/engines.js';
import { noFault } from './assemble.js';
import { sweep } from './sweep.js';

forEachEngine((engine) => {
  const handle = testDatabase(engine);

  sweep('an offering that is said to be imported is there, once, and one that is not can be imported', handle, async (bench, plan) => {
    const name = randomUUID();
    const about = { name, description: 'of the test', externalid: 'silver-policy', allowuserdrivenbackups: 'true' };
    const wish = { ...about, zoneid: bench.zone.uuid };
    const imported = () => handle.db.knex('backup_policy').where({ name }).whereNull('removed');
    const { succeeded, result } = await bench.run('importBackupOffering', wish, null, plan);
    expect({ result, imported: await imported() }).toMatchObject({ imported: succeeded ? [{ userDriven: true }] : [] });
    if (!succeeded) await bench.run('importBackupOffering', wish, null, noFault());
    expect(await imported()).toHaveLength(1);
    // So that the next run can import it again.
    await imported().delete();
    return { succeeded };
  });
});
