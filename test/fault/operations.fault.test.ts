import { randomUUID } from 'node:crypto';
import { writeManifest } from '../../src/backup/manifest.js';
import { commands } from '../../src/commands/index.js';
import type { Vm } from '../../src/dao/vm-dao.js';
import { machineOf } from '../../src/inventory/facts.js';
import { held } from '../../src/usage/ledger-entries.js';
import { insertAssignment, insertBackup } from '../kit/builders.js';
import { forEachEngine, testDatabase } from '../kit/engines.js';
import { strayBackup } from '../kit/stray-backup.js';
import { noFault, type Bench, type Ended } from './bench.js';
import { sweep } from './sweep.js';

/** A command with what it is about, and what else tells whether it succeeded. */
interface Scene {
  readonly parameters: Readonly<Record<string, string>>;
  readonly machineUuid: string | null;
  readonly succeeded?: (ended: Ended) => boolean;
  readonly afterwards?: () => Promise<void>;
}

const on = ({ uuid }: Vm, more: Readonly<Record<string, string>> = {}): Scene => ({
  parameters: { id: uuid, ...more },
  machineUuid: uuid,
});

async function running(bench: Bench): Promise<Vm> {
  const vm = await bench.deploy();
  await bench.run('startVirtualMachine', { id: vm.uuid }, vm.uuid, noFault());
  return vm;
}

async function detachedVolume(bench: Bench): Promise<string> {
  const vm = await bench.deploy();
  const id = await dataDiskOf(bench, vm);
  await bench.run('detachVolume', { id }, vm.uuid, noFault());
  return id;
}

async function dataDiskOf({ server: { db } }: Bench, vm: Vm): Promise<string> {
  return String((await db.daos.volumes.listByVm(vm.id)).find(({ type }) => type === 'DATADISK')?.uuid);
}

/** All that a look at the provider finds and puts right. */
async function inDisorder(bench: Bench): Promise<Scene> {
  const { zone, offering, server } = bench;
  const { db } = server;
  const { daos } = db;
  // The last look may have asked for jobs.
  await bench.finishWaiting();
  const [vm, leaving, joining] = [await bench.protect(), await bench.deploy(), await bench.deploy()];
  const manifest = writeManifest({ machine: machineOf(vm), volumes: [] });
  const stray = (more: object = {}) => strayBackup(db, zone.uuid, vm.uuid, 7, more);
  const row = (about: Parameters<typeof insertBackup>[3]) => insertBackup(daos, vm, offering, { manifest, ...about });
  const known = async (externalId: string, status: 'BackedUp' | 'Deleting') => {
    const backup = await row({ externalId, status });
    await daos.usage.append(held(backup, new Date()));
    return backup;
  };

  await stray();
  await known(await stray(), 'BackedUp');
  await known(await stray(), 'Deleting');
  const lost = await known(randomUUID(), 'BackedUp');
  const taken = await row({ status: 'BackingUp', externalId: null });
  await stray({ operationId: taken.operationId });
  const failed = await row({ status: 'BackingUp', externalId: null });
  await daos.vms.beginRestore(vm.id, randomUUID());
  await bench.assign(leaving);
  await db.knex('backup_policy_vm_map').where({ vmId: leaving.id }).update({ state: 'Removing' });
  await insertAssignment(daos, joining, offering, { state: 'Assigning' });

  const statusOf = async (id: number) => (await daos.backupLooks.listByIds([id]))[0]?.status;
  return {
    parameters: { zoneid: zone.uuid },
    machineUuid: null,
    succeeded: ({ result }) => result.includes('"success":true'),
    afterwards: async () => {
      const statuses = [await statusOf(lost.id), await statusOf(taken.id), await statusOf(failed.id)];
      expect(statuses).toEqual(['Missing', 'BackedUp', 'Error']);
      expect([await bench.isProtected(vm), await bench.isProtected(leaving)]).toEqual([true, false]);
    },
  };
}

const SCENES: Readonly<Record<string, (bench: Bench) => Promise<Scene>>> = {
  deployVirtualMachine: async ({ zone }) => ({ parameters: { zoneid: zone.uuid, rootdisksize: '1' }, machineUuid: null }),
  rebootVirtualMachine: async (bench) => on(await running(bench)),
  destroyVirtualMachine: async (bench) => on(await bench.protect(), { expunge: 'true' }),
  createVolume: async ({ zone }) => ({ parameters: { zoneid: zone.uuid, name: 'data', size: '1' }, machineUuid: null }),
  attachVolume: async (bench) => {
    const [{ uuid }, id] = [await bench.deploy(), await detachedVolume(bench)];
    return { parameters: { id, virtualmachineid: uuid }, machineUuid: uuid };
  },
  detachVolume: async (bench) => {
    const vm = await bench.deploy();
    return { parameters: { id: await dataDiskOf(bench, vm) }, machineUuid: vm.uuid };
  },
  syncBackups: inDisorder,
};

/** Those of which more is to be shown, each in a file of its own. */
const ELSEWHERE = [
  'assignVirtualMachineToBackupOffering',
  'createBackup',
  'createVMFromBackup',
  'deleteBackup',
  'importBackupOffering',
  'removeVirtualMachineFromBackupOffering',
  'restoreBackup',
  'restoreBackupVolume',
];
/** What is part of others, or another name of the same work. */
const PARTS = ['assignBackupPolicy', 'expungeVirtualMachine', 'importBackupPolicy', 'startVirtualMachine', 'stopVirtualMachine'];
/** What changes nothing but rows, in one transaction. */
const ROWS_ONLY = ['deleteAccount', 'deleteDomain', 'disableAccount', 'disableUser'];

test('every command that becomes a job is swept', () => {
  const jobs = [...new Set([...commands.values()].filter((spec) => spec.async).map(({ names }) => names[0]))];
  expect(jobs.sort()).toEqual([...Object.keys(SCENES), ...ELSEWHERE, ...PARTS, ...ROWS_ONLY].sort());
});

forEachEngine((engine) => {
  const handle = testDatabase(engine);

  // What becomes of machines is rows like those of backups, whose sweeps show the engines' differences.
  const swept = engine === 'sqlite' ? Object.entries(SCENES) : [['syncBackups', inDisorder] as const];
  for (const [command, prepare] of swept) {
    sweep(`${command} comes to an end that leaves nothing in disorder`, handle, async (bench, plan) => {
      const { parameters, machineUuid, succeeded = (ended) => ended.succeeded, afterwards } = await prepare(bench);
      const ended = await bench.run(command, parameters, machineUuid, plan);
      return { succeeded: succeeded(ended), ...(afterwards ? { afterwards } : {}) };
    });
  }
});
