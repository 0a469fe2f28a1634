import type { Volume } from '../../src/dao/volume-dao.js';
import type { Vm } from '../../src/dao/vm-dao.js';
import { forEachEngine, testDatabase } from '../kit/engines.js';
import { noFault } from './assemble.js';
import type { Bench } from './bench.js';
import { expectEvidence } from './evidence.js';
import { sweep } from './sweep.js';

const signal = new AbortController().signal;

forEachEngine((engine) => {
  const handle = testDatabase(engine);

  /** A machine with one backup. */
  async function backedUp(bench: Bench): Promise<{ vm: Vm; backupUuid: string; externalId: string }> {
    const { vm, backup } = await bench.backedUp();
    return { vm, backupUuid: backup.uuid, externalId: String(backup.externalId) };
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

  sweep('a machine is restored once or not at all and is never left Restoring', handle, async (bench, plan) => {
    const { vm, backupUuid, externalId } = await backedUp(bench);
    const ended = await bench.run('restoreBackup', { id: backupUuid }, vm.uuid, plan);
    const { succeeded, result } = ended;

    await expectEvidence(handle.db, ended, 2);
    expect({ result, busy: await busy(vm) }).toEqual({ result, busy: [null, []] });
    expect(succeeded ? [1] : [0, 1]).toContain(await restoresOf(bench, externalId));
    const afterwards = async () => {
      if (!succeeded) expect((await bench.run('restoreBackup', { id: backupUuid }, vm.uuid, noFault())).succeeded).toBe(true);
      expect((await handle.db.daos.volumes.listByVm(vm.id)).map(({ state }) => state)).toEqual(['Ready', 'Ready']);
    };
    return { succeeded, afterwards };
  });

  sweep('a volume is restored once or not at all and is never left Copying', handle, async (bench, plan) => {
    const { vm, backupUuid, externalId } = await backedUp(bench);
    const target = await bench.deploy();
    const [source] = await handle.db.daos.volumes.listByVm(vm.id);
    const wish = { backupid: backupUuid, volumeid: String(source?.uuid), virtualmachineid: target.uuid };
    const ended = await bench.run('restoreBackupVolume', wish, target.uuid, plan);
    const { succeeded, result } = ended;

    await expectEvidence(handle.db, ended, 1);
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
    return { succeeded };
  });
});
