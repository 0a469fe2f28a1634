import { insertBackup, insertOffering, insertRestore, insertVm } from '../kit/builders.js';
import { forEachEngine, testDatabase } from '../kit/engines.js';

forEachEngine((engine) => {
  const handle = testDatabase(engine);

  test('a restore is written once for its operation, whatever is found the second time', async () => {
    const { daos } = handle.db;
    const vm = await insertVm(daos);
    const backup = await insertBackup(daos, vm, await insertOffering(daos, { zoneId: vm.zoneId }));
    const first = await insertRestore(daos, backup);
    const second = { ...first, uuid: 'another', verdict: 'Differs' } as const;
    expect(await handle.db.transaction(({ restores }) => restores.insert(second))).toBe(false);
    expect(await daos.restores.findByOperation(first.operationId)).toMatchObject({ uuid: first.uuid, verdict: 'Matches' });
    expect((await daos.restores.list({ backupUuid: backup.uuid }, { limit: 10, offset: 0 })).total).toBe(1);
  });
});
