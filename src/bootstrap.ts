import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { SANDBOX } from '../db/seeds/sandbox.js';
import { ROOT_DOMAIN } from './account/domain-manager.js';
import { insertAccount } from './account/new-account.js';
import { newKeyPair, type KeyPair } from './account/key-manager.js';
import type { Passwords } from './account/password.js';
import type { Database } from './dao/database.js';
import { isContention, isDuplicate } from './dao/database-error.js';
import type { Zone } from './dao/zone-dao.js';
import { found, isOwnFault } from './errors.js';
import type { InventoryCopy, MachineOwner } from './inventory/inventory-copy.js';
import type { ZoneDirectory } from './inventory/zone-directory.js';
import type { ZoneManager } from './inventory/zone-manager.js';
import type { Log } from './log.js';
import type { PluginInstances } from './plugin-host/plugin-instances.js';
import type { Secrets } from './secrets.js';
import type { SettingsManager } from './settings/settings-manager.js';
import { stableUuid } from './stable-uuid.js';

export const ADMIN = 'admin';

const SANDBOX_ATTEMPTS = 10;
const SANDBOX_PAUSE_MS = 200;

/** Says, in the database, whether the sandbox has still to be made: a start that was cut off is taken up by the next. */
const SANDBOX_STATE = { name: 'sandbox.state', scope: 'Internal', scopeId: 0 };

/** The credentials of the first administrator: shown once. */
export interface FirstAdmin extends KeyPair {
  readonly username: string;
  readonly password: string;
}

/** What becomes of the first administrator's credentials, which are nowhere else in clear. */
export interface CredentialKeeper {
  /** Called before the administrator exists, so that no crash can lose them. */
  keep(admin: FirstAdmin): void;
  /** Called when it turns out that another server has made the administrator. */
  discard(): void;
}

interface FirstStart {
  readonly passwords: Passwords;
  readonly secrets: Secrets;
  readonly keeper: CredentialKeeper;
  readonly withSandbox: boolean;
  readonly created: Date;
}

/** Makes the first administrator of an empty database; undefined if the database has accounts. */
export async function createFirstAdmin(db: Database, start: FirstStart): Promise<FirstAdmin | undefined> {
  if (await db.daos.accounts.exist()) return undefined;
  const { passwords, secrets, keeper, withSandbox, created } = start;
  const admin = { username: ADMIN, password: randomBytes(15).toString('base64url'), ...newKeyPair() };
  const user = { ...admin, firstName: 'admin', lastName: 'cloud', email: 'admin@localhost', timezone: 'Etc/UTC' };
  const passwordHash = await passwords.hash(admin.password);
  const keys = { apiKey: admin.apiKey, secretKey: secrets.seal(admin.secretKey) };
  keeper.keep(admin);
  try {
    await db.transaction(async (daos) => {
      const { id: domainId } = await daos.domains.insert({
        uuid: randomUUID(),
        parentId: null,
        name: ROOT_DOMAIN,
        path: ROOT_DOMAIN,
        created,
      });
      const { id: roleId } = found(await daos.roles.findDefault('Admin'), 'role', 'Admin');
      await insertAccount(daos, { uuid: randomUUID(), roleId, name: ADMIN, domainId, user, passwordHash, keys, isDefault: true, created });
      await daos.configuration.insertIfAbsent({ ...SANDBOX_STATE, value: withSandbox ? 'wanted' : 'none' });
    });
    return admin;
  } catch (error) {
    if (!isDuplicate(error)) throw error;
    keeper.discard();
    return undefined;
  }
}

/** The administrator that every database begins with. */
export async function findAdmin(db: Database) {
  const admin = await db.daos.users.findDefault();
  if (!admin) throw new Error('the database has no administrator yet; start the server once');
  return admin;
}

interface SandboxParts {
  readonly db: Database;
  readonly zones: ZoneManager;
  readonly zoneDirectory: ZoneDirectory;
  readonly settings: SettingsManager;
  readonly plugins: PluginInstances;
  readonly copy: InventoryCopy;
  readonly log: Log;
}

/**
 * Makes the sandbox zone with its simulated machines, if the first start wanted one; what is there already is left. If a plugin keeps it from
 * that, the next start goes on.
 */
export async function completeSandbox(parts: SandboxParts): Promise<void> {
  const { configuration } = parts.db.daos;
  const { name, scope, scopeId } = SANDBOX_STATE;
  for (let attempt = 1; (await configuration.findValue(name, scope, scopeId)) === 'wanted'; attempt++) {
    try {
      await makeSandbox(parts);
      await configuration.save({ ...SANDBOX_STATE, value: 'made' });
    } catch (error) {
      // Another server that starts on the same database is making it too.
      const isOthersWork = isDuplicate(error) || isContention(error) || isDuplicate((error as Error).cause);
      // A server without a sandbox is better than none.
      if (!isOthersWork && !isOwnFault(error)) return parts.log('error', 'sandbox not made', { error });
      if (!isOthersWork || attempt === SANDBOX_ATTEMPTS) throw error;
      await pause(SANDBOX_PAUSE_MS);
      await parts.zoneDirectory.load();
    }
  }
}

async function makeSandbox(parts: SandboxParts): Promise<void> {
  const known = parts.zoneDirectory.all().find(({ name }) => name === SANDBOX.zone.name);
  const zone = known ?? (await parts.zones.create(SANDBOX.zone));
  for (const [setting, value] of Object.entries(SANDBOX.settings)) await parts.settings.update(setting, value, { zoneUuid: zone.uuid });
  const { id: userId, accountId, domainId } = await findAdmin(parts.db);
  const owner = { accountId, domainId, userId };
  for (const machine of SANDBOX.machines) await deploy(machine, zone, owner, parts);
}

type SandboxMachine = (typeof SANDBOX)['machines'][number];

async function deploy(machine: SandboxMachine, zone: Zone, owner: MachineOwner, { plugins, copy }: SandboxParts): Promise<void> {
  const { signal } = new AbortController();
  const machineUuid = stableUuid(`${zone.uuid}/${machine.name}`);
  const operation = { operationId: machineUuid, report: () => Promise.resolve() };
  const hardware = { cpuNumber: 1, cpuSpeedMhz: 1000, memoryMb: 512 };
  const facts = await plugins.inventory(zone).deployMachine({ ...operation, ...hardware, ...machine, machineUuid }, signal);
  await copy.record(zone, facts, owner, signal);
}
