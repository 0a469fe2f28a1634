import { randomUUID } from 'node:crypto';
import { readManifest } from '../../src/backup/manifest.js';
import type { Backup } from '../../src/dao/backup-dao.js';
import type { Volume } from '../../src/dao/volume-dao.js';
import { forEachEngine, testDatabase } from '../kit/engines.js';
import { FaultPlan } from '../kit/faulty.js';
import { Bench } from './bench.js';
import { expectEvidence } from './evidence.js';
import { sweep } from './sweep.js';

const signal = new AbortController().signal;

forEachEngine((engine) => {
  const handle = testDatabase(engine);

  /** Makes a machine of a backup as the plan has it. */
  async function create(bench: Bench, plan: FaultPlan, startvm: string) {
    const { backup } = await bench.backedUp();
    const wish = { zoneid: bench.zone.uuid, backupid: backup.uuid, startvm };
    const ended = await bench.run('createVMFromBackup', wish, randomUUID(), plan);
    await expectEvidence(handle.db, ended, 2);
    const { succeeded, operationId: machineUuid, result } = ended;
    return { backup, succeeded, machineUuid, result };
  }

  /** What there is of the machine: at its source, in the copy, and how often the backup has been written to a machine. */
  async function traces({ server, zone }: Bench, machineUuid: string, { externalId }: Backup) {
    const machine = await server.instances.inventory(zone).findMachine(machineUuid, signal);
    const vm = await handle.db.daos.vms.findByUuid(machineUuid);
    const volumes = vm ? await handle.db.daos.volumes.listByVm(vm.id) : [];
    const busy = (await handle.db.knex('volume').whereNotNull('restore_operation')) as Volume[];
    const held = await handle.db.daos.pluginStore.find(`backup/dummy/${zone.uuid}`, `backup/${externalId ?? ''}`);
    const { restores } = JSON.parse(held?.value ?? '{}') as { restores: number };
    return { machine, vm, volumes, restores, marks: [vm?.restoreOperation ?? null, busy.length] };
  }

  /** The machine is whole and agrees with its copy, or there is none. */
  function expectWholeOrGone({ machine, vm, volumes, restores, marks }: Awaited<ReturnType<typeof traces>>, result: string) {
    expect({ result, marks }).toEqual({ result, marks: [null, 0] });
    expect({ result, isKnown: vm !== undefined }).toEqual({ result, isKnown: machine !== undefined });
    if (!machine) return;
    expect({ result, restores, state: vm?.state }).toEqual({ result, restores: 1, state: machine.state });
    expect(volumes.map(({ uuid }) => uuid)).toEqual(machine.volumes.map(({ volume }) => volume.uuid));
  }

  sweep('a machine made from a backup holds what was backed up, or there is no such machine', handle, async (bench, plan) => {
    const { backup, succeeded, machineUuid, result } = await create(bench, plan, 'false');
    const there = await traces(bench, machineUuid, backup);
    expectWholeOrGone(there, result);
    expect({ result, isThere: there.machine !== undefined }).toEqual({ result, isThere: succeeded });
    expect(there.restores).toBeLessThan(2);
    if (!succeeded) return { succeeded };
    // A fault of the server's own is no reason to give the machine up.
    const removal = await handle.db.daos.pluginStore.find(
      `inventory/simulator/${bench.zone.uuid}`,
      `operation/${machineUuid}/destroyMachine`,
    );
    expect(removal).toBeUndefined();
    const recorded = readManifest(backup.manifest).volumes.map(({ digest, deviceNumber }) => [deviceNumber, digest]);
    expect(there.machine?.volumes.map(({ volume }) => [volume.deviceNumber, volume.digest])).toEqual(recorded);
    return { succeeded };
  });

  sweep('a machine made from a backup runs, or is whole, or there is no such machine', handle, async (bench, plan) => {
    const { backup, succeeded, machineUuid, result } = await create(bench, plan, 'true');
    const there = await traces(bench, machineUuid, backup);
    // That the machine runs may be known only to its source until somebody looks.
    if (there.machine && !succeeded) await bench.server.copy.refreshExisting(machineUuid, signal);
    expectWholeOrGone(await traces(bench, machineUuid, backup), result);
    if (succeeded) expect({ result, state: there.machine?.state }).toEqual({ result, state: 'Running' });
    return { succeeded };
  });

  test('a machine whose server died is whole or gone, although its backup cannot be used any more when the next one goes on', async () => {
    const bench = await Bench.open(handle.db);
    const enabled = { name: 'backup.framework.enabled', scope: 'Zone', scopeId: bench.zone.id };
    bench.meanwhile = () => handle.db.daos.configuration.save({ ...enabled, value: 'false' });
    const outcomes = new Set<boolean>();
    for (let n = 1, met = true; met; n++) {
      const plan = new FaultPlan(n, { when: 'after', then: 'is dead' });
      const { backup, succeeded, machineUuid, result } = await create(bench, plan, 'false');
      const there = await traces(bench, machineUuid, backup);
      expectWholeOrGone(there, result);
      expect({ result, isThere: there.machine !== undefined }).toEqual({ result, isThere: succeeded });
      await handle.db.daos.configuration.save({ ...enabled, value: 'true' });
      outcomes.add(succeeded);
      met = plan.hit;
    }
    expect(outcomes).toEqual(new Set([true, false]));
  }, 120_000);
});
