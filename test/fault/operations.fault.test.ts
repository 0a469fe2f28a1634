import { randomUUID } from 'node:crypto';
import { writeManifest } from '../../src/backup/manifest.js';
import { commands } from '../../src/commands/index.js';
import type { Account } from '../../src/dao/account-dao.js';
import type { Domain } from '../../src/dao/domain-dao.js';
import type { User } from '../../src/dao/user-dao.js';
import type { Vm } from '../../src/dao/vm-dao.js';
import { machineOf } from '../../src/inventory/facts.js';
import { held } from '../../src/usage/ledger-entries.js';
import { insertAccount, insertBackup, insertDomain, insertUser, ownerOf } from '../kit/builders.js';
import { forEachEngine, testDatabase } from '../kit/engines.js';
import { strayBackup } from '../kit/stray-backup.js';
import type { Bench, Ended } from './bench.js';
import { always, sweep, type Attempt } from './sweep.js';

/** A command with what it is about, and what else tells whether it succeeded. */
interface Scene {
  readonly parameters: Readonly<Record<string, string>>;
  readonly machineUuid: string | null;
  readonly succeeded?: (ended: Ended) => boolean;
  readonly afterwards?: (isDone: boolean) => Promise<void>;
}

const on = ({ uuid }: Vm, more: Readonly<Record<string, string>> = {}): Scene => ({
  parameters: { id: uuid, ...more },
  machineUuid: uuid,
});

async function running(bench: Bench): Promise<Vm> {
  const vm = await bench.deploy();
  await bench.prepare(({ machines }, call) => machines.start(vm.uuid, call));
  return vm;
}

async function detachedVolume(bench: Bench): Promise<string> {
  const vm = await bench.deploy();
  const id = await dataDiskOf(bench, vm);
  await bench.prepare(({ volumes }, call) => volumes.detach(id, call));
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
  const [vm, joining] = [await bench.protect(), await bench.protect()];
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
  // Leaves the offering at this look, and by a job at the next one.
  await db.knex('backup_policy_vm_map').where({ vmId: joining.id }).update({ state: 'Assigning' });

  const toldOf = async ({ uuid: resourceUuid }: Vm) => (await db.knex('event').where({ resourceUuid, type: 'BACKUP.SYNC' })).length;
  const statusOf = async (id: number) => (await daos.backupLooks.listByIds([id]))[0]?.status;
  return {
    parameters: { zoneid: zone.uuid },
    machineUuid: null,
    succeeded: ({ result }) => result.includes('"success":true'),
    afterwards: async () => {
      const statuses = [await statusOf(lost.id), await statusOf(taken.id), await statusOf(failed.id)];
      expect(statuses).toEqual(['Missing', 'BackedUp', 'Error']);
      expect([await bench.isProtected(vm), await bench.isProtected(joining)]).toEqual([true, false]);
      // Told once, whichever call failed: of the restore that was broken off, and of the assignment.
      expect([await toldOf(vm), await toldOf(joining)]).toEqual([1, 1]);
    },
  };
}

/** An account with a user in a domain of its own, and the states of all three. */
async function tenant({ server: { db } }: Bench) {
  // The top of the tree cannot be deleted.
  const top = await insertDomain(db.daos);
  const { id: domainId } = await insertDomain(db.daos, { parentId: top.id });
  const user = await insertUser(db.daos, ownerOf(await insertAccount(db.daos, { domainId })));
  const account = await db.knex('account').where({ id: user.accountId }).first<Account>();
  const domain = await db.knex('domain').where({ id: user.domainId }).first<Domain>();
  const isGone = async (table: string, { id }: { id: number }) =>
    (await db.knex(table).where({ id }).first<{ removed: Date | null } | undefined>())?.removed !== null;
  return {
    ids: { user: user.uuid, account: account.uuid, domain: domain.uuid },
    gone: async () => [await isGone('domain', domain), await isGone('account', account), await isGone('user', user)],
    states: async () => [
      (await db.knex('account').where({ id: account.id }).first<Account>()).state,
      (await db.knex('user').where({ id: user.id }).first<User>()).state,
    ],
  };
}

/** What changes nothing but rows: it is all done, or nothing of it. */
const TENANCY: Readonly<Record<string, (bench: Bench) => Promise<Scene>>> = {
  deleteAccount: async (bench) => {
    const { ids, gone } = await tenant(bench);
    const afterwards = async (isDone: boolean) => expect(await gone()).toEqual([false, isDone, isDone]);
    return { parameters: { id: ids.account }, machineUuid: null, afterwards };
  },
  deleteDomain: async (bench) => {
    const { ids, gone } = await tenant(bench);
    const afterwards = async (isDone: boolean) => expect(await gone()).toEqual([isDone, isDone, isDone]);
    return { parameters: { id: ids.domain, cleanup: 'true' }, machineUuid: null, afterwards };
  },
  disableAccount: async (bench) => {
    const { ids, states } = await tenant(bench);
    const afterwards = async (isDone: boolean) => expect(await states()).toEqual([isDone ? 'disabled' : 'enabled', 'enabled']);
    return { parameters: { id: ids.account, lock: 'false' }, machineUuid: null, afterwards };
  },
  disableUser: async (bench) => {
    const { ids, states } = await tenant(bench);
    const afterwards = async (isDone: boolean) => expect(await states()).toEqual(['enabled', isDone ? 'disabled' : 'enabled']);
    return { parameters: { id: ids.user }, machineUuid: null, afterwards };
  },
};

const SCENES: Readonly<Record<string, (bench: Bench) => Promise<Scene>>> = {
  deployVirtualMachine: async ({ zone }) => ({ parameters: { zoneid: zone.uuid, rootdisksize: '1' }, machineUuid: null }),
  rebootVirtualMachine: async (bench) => on(await running(bench)),
  destroyVirtualMachine: async (bench) => on(await bench.protect(), { expunge: 'true' }),
  expungeVirtualMachine: async (bench) => {
    const vm = await bench.deploy();
    await bench.prepare(({ machines }, call) => machines.destroy(vm.uuid, false, call));
    return on(vm);
  },
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
const PARTS = ['assignBackupPolicy', 'importBackupPolicy', 'startVirtualMachine', 'stopVirtualMachine'];

test('every command that becomes a job is swept', () => {
  const jobs = [...new Set([...commands.values()].filter((spec) => spec.async).map(({ names }) => names[0]))];
  expect(jobs.sort()).toEqual([...Object.keys(SCENES), ...Object.keys(TENANCY), ...ELSEWHERE, ...PARTS].sort());
});

forEachEngine((engine) => {
  const handle = testDatabase(engine);

  for (const [command, prepare] of [...Object.entries(SCENES), ...Object.entries(TENANCY)]) {
    const attempt: Attempt = async (bench, plan) => {
      const { parameters, machineUuid, succeeded = (ended) => ended.succeeded, afterwards } = await prepare(bench);
      const ended = await bench.run(command, parameters, machineUuid, plan);
      const isDone = succeeded(ended);
      return { succeeded: isDone, ...(afterwards ? { afterwards: () => afterwards(isDone) } : {}) };
    };
    sweep(`${command} comes to an end that leaves nothing in disorder`, handle, attempt, ...(command in TENANCY ? [always] : []));
  }
});
