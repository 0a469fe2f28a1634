import { randomBytes, randomUUID } from 'node:crypto';
import { SANDBOX } from '../db/seeds/sandbox.js';
import { insertAccount } from './account/account-manager.js';
import type { KeyManager, KeyPair } from './account/key-manager.js';
import type { Passwords } from './account/password.js';
import type { Owner } from './account/access.js';
import type { Database } from './dao/database.js';
import { isDuplicate } from './dao/database-error.js';
import type { InventoryCopy } from './inventory/inventory-copy.js';
import type { ZoneDirectory } from './inventory/zone-directory.js';
import type { ZoneManager } from './inventory/zone-manager.js';
import type { PluginInstances } from './plugin-host/plugin-instances.js';
import type { SettingsManager } from './settings/settings-manager.js';

export const ADMIN = 'admin';

/** The credentials of the first administrator: shown once. */
export interface FirstAdmin extends KeyPair {
  readonly username: string;
  readonly password: string;
}

/** Makes the first administrator of an empty database; undefined if the database has accounts. */
export async function createFirstAdmin(db: Database, passwords: Passwords, keys: KeyManager, now: () => Date): Promise<FirstAdmin | undefined> {
  if (await db.daos.accounts.exist()) return undefined;
  const password = randomBytes(15).toString('base64url');
  const user = { username: ADMIN, password, firstName: 'admin', lastName: 'cloud', email: 'admin@localhost', timezone: 'Etc/UTC' };
  const passwordHash = await passwords.hash(password);
  try {
    await db.transaction((daos) => insertAccount(daos, { role: 'Admin', name: ADMIN, domainId: undefined, user, passwordHash, created: now() }));
  } catch (error) {
    // Another server that starts on the same empty database was faster.
    if (isDuplicate(error)) return undefined;
    throw error;
  }
  const admin = await findAdmin(db);
  return { username: ADMIN, password, ...(await keys.renewFor(admin.id)) };
}

/** The administrator that every database begins with. */
export async function findAdmin(db: Database) {
  const top = await db.daos.domains.findByPath('ROOT');
  const admin = top && (await db.daos.users.findByUsername(top.id, ADMIN));
  if (!admin) throw new Error('the database has no administrator yet; start the server once');
  return admin;
}

interface SandboxParts {
  readonly zones: ZoneManager;
  readonly zoneDirectory: ZoneDirectory;
  readonly settings: SettingsManager;
  readonly plugins: PluginInstances;
  readonly copy: InventoryCopy;
}

/** Makes the sandbox zone with its simulated machines. */
export async function createSandbox({ zones, zoneDirectory, settings, plugins, copy }: SandboxParts, owner: Owner): Promise<void> {
  const { uuid } = await zones.create(SANDBOX.zone);
  const zone = zoneDirectory.get(uuid);
  for (const [name, value] of Object.entries(SANDBOX.settings)) await settings.update(name, value, uuid);
  const signal = new AbortController().signal;
  for (const machine of SANDBOX.machines) {
    const operation = { operationId: randomUUID(), report: () => Promise.resolve() };
    const hardware = { cpuNumber: 1, cpuSpeedMhz: 1000, memoryMb: 512 };
    const facts = await plugins.inventory(zone).deployMachine({ ...operation, ...hardware, ...machine, machineUuid: randomUUID() }, signal);
    await copy.record(zone, facts, owner, signal);
  }
}
