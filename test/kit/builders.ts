import { randomUUID } from 'node:crypto';
import type { RoleType } from '../../src/account/role-type.js';
import type { Account } from '../../src/dao/account-dao.js';
import type { Alert } from '../../src/dao/alert-dao.js';
import type { Backup } from '../../src/dao/backup-dao.js';
import type { BackupOffering } from '../../src/dao/backup-offering-dao.js';
import type { BackupRepository } from '../../src/dao/backup-repository-dao.js';
import type { BackupSchedule, BackupScheduleView } from '../../src/dao/backup-schedule-dao.js';
import type { Daos } from '../../src/dao/database.js';
import type { Domain } from '../../src/dao/domain-dao.js';
import type { Event } from '../../src/dao/event-dao.js';
import { ASKED, type JobView, type NewJob } from '../../src/dao/job-dao.js';
import type { OfferingAssignment } from '../../src/dao/offering-assignment-dao.js';
import type { Restore } from '../../src/dao/restore-dao.js';
import type { User } from '../../src/dao/user-dao.js';
import type { Vm } from '../../src/dao/vm-dao.js';
import type { Volume } from '../../src/dao/volume-dao.js';
import type { WebhookDelivery } from '../../src/dao/webhook-delivery-dao.js';
import type { Webhook } from '../../src/dao/webhook-dao.js';
import type { Zone } from '../../src/dao/zone-dao.js';
import { NO_OFFERING_RULE, NO_RULE } from '../../src/retention-rule.js';
import { present } from './engines.js';
import { uniqueName } from './unique-name.js';

/** When everything was made that says nothing else. */
export const CREATED = new Date('2026-01-02T03:04:05.678Z');

/** An account as the owner of things. */
export interface Owned {
  readonly accountId: number;
  readonly domainId: number;
}

/** The two columns that name an owner. */
export const ownerOf = ({ id, domainId }: Pick<Account, 'id' | 'domainId'>): Owned => ({ accountId: id, domainId });

/** Each builder inserts one row through its DAO, with the overrides; what the row refers to is made too unless it is given. */
export async function insertDomain(daos: Daos, overrides: Partial<Domain> = {}): Promise<Domain> {
  const name = overrides.name ?? uniqueName('domain');
  return daos.domains.insert({ uuid: randomUUID(), parentId: null, name, path: `ROOT/${name}`, created: CREATED, ...overrides });
}

/** See `insertDomain`. */
export async function insertAccount(daos: Daos, { role = 'User', ...overrides }: Partial<Account> & { role?: RoleType } = {}) {
  const domainId = overrides.domainId ?? (await insertDomain(daos)).id;
  const roleId = overrides.roleId ?? present(await daos.roles.findDefault(role)).id;
  const own = { uuid: randomUUID(), domainId, roleId, name: uniqueName('account'), state: 'enabled', apiKeyAccess: 'inherit' } as const;
  return daos.accounts.insert({ ...own, isDefault: false, created: CREATED, ...overrides });
}

/** See `insertDomain`. */
export async function insertUser(daos: Daos, overrides: Partial<User> = {}): Promise<User> {
  const username = overrides.username ?? uniqueName('user');
  return daos.users.insert({
    uuid: randomUUID(),
    ...(await ownedOr(daos, overrides)),
    username,
    passwordHash: 'hash',
    firstName: 'First',
    lastName: 'Last',
    email: `${username}@example.org`,
    timezone: null,
    state: 'enabled',
    apiKey: null,
    secretKey: null,
    apiKeyAccess: 'inherit',
    isDefault: false,
    created: CREATED,
    ...overrides,
  });
}

/** See `insertDomain`. */
export function insertZone(daos: Daos, overrides: Partial<Zone> = {}): Promise<Zone> {
  return daos.zones.insert({
    uuid: randomUUID(),
    name: uniqueName('zone'),
    networkType: 'Advanced',
    allocationState: 'Enabled',
    dns1: '192.0.2.1',
    internalDns1: '192.0.2.2',
    created: CREATED,
    ...overrides,
  });
}

/** See `insertDomain`. */
export async function insertVm(daos: Daos, overrides: Partial<Vm> = {}): Promise<Vm> {
  const name = overrides.name ?? uniqueName('vm');
  return daos.vms.insert({
    uuid: randomUUID(),
    zoneId: overrides.zoneId ?? (await insertZone(daos)).id,
    ...(await ownedOr(daos, overrides)),
    userId: null,
    name,
    displayName: `Display of ${name}`,
    state: 'Running',
    hypervisor: 'KVM',
    cpuNumber: 2,
    cpuSpeedMhz: 1000,
    memoryMb: 512,
    osType: 'Linux',
    osTypeUuid: null,
    templateName: 'template',
    templateUuid: null,
    serviceOfferingName: 'small',
    serviceOfferingUuid: null,
    settings: '{}',
    nics: '[]',
    host: null,
    restoreOperation: null,
    created: CREATED,
    removed: null,
    ...overrides,
  });
}

/** See `insertDomain`. */
export async function insertVolume(daos: Daos, overrides: Partial<Volume> = {}): Promise<Volume> {
  return daos.volumes.insert({
    uuid: randomUUID(),
    zoneId: overrides.zoneId ?? (await insertZone(daos)).id,
    ...(await ownedOr(daos, overrides)),
    vmId: null,
    attached: null,
    name: uniqueName('volume'),
    type: 'DATADISK',
    deviceNumber: null,
    sizeBytes: 2 ** 30,
    path: '/volumes/1',
    digest: null,
    state: 'Ready',
    operationId: null,
    restoreOperation: null,
    created: CREATED,
    removed: null,
    ...overrides,
  });
}

/** See `insertDomain`. */
export async function insertOffering(daos: Daos, overrides: Partial<BackupOffering> = {}): Promise<BackupOffering> {
  return daos.offerings.insert({
    uuid: randomUUID(),
    zoneId: overrides.zoneId ?? (await insertZone(daos)).id,
    name: uniqueName('offering'),
    description: 'an offering',
    externalId: uniqueName('external'),
    provider: 'dummy',
    userDriven: true,
    ...NO_OFFERING_RULE,
    created: CREATED,
    removed: null,
    ...overrides,
  });
}

/** Puts a machine into an offering. */
export function insertAssignment(daos: Daos, vm: Vm, offering: BackupOffering, overrides: Partial<OfferingAssignment> = {}) {
  const own = { state: 'Assigned', operationId: randomUUID(), externalId: null, created: CREATED } as const;
  return daos.assignments.insert({ vmId: vm.id, policyId: offering.id, zoneId: vm.zoneId, ...own, ...overrides });
}

/** A finished backup of the machine, taken under the offering. */
export function insertBackup(daos: Daos, vm: Vm, offering: BackupOffering, overrides: Partial<Backup> = {}): Promise<Backup> {
  return daos.backups.insert({
    uuid: randomUUID(),
    vmId: vm.id,
    policyId: offering.id,
    zoneId: vm.zoneId,
    accountId: vm.accountId,
    domainId: vm.domainId,
    provider: offering.provider,
    name: uniqueName('backup'),
    description: null,
    externalId: uniqueName('external'),
    type: 'FULL',
    status: 'BackedUp',
    sizeBytes: 100,
    protectedSizeBytes: 200,
    operationId: randomUUID(),
    backupScheduleId: null,
    manifest: '{}',
    created: CREATED,
    removed: null,
    ...overrides,
  });
}

/** A restore of the backup, to a machine that is not in the database. */
export async function insertRestore(daos: Daos, backup: Backup, overrides: Partial<Restore> = {}): Promise<Omit<Restore, 'id'>> {
  const { uuid: backupUuid, zoneId, accountId, domainId } = backup;
  const own = { uuid: randomUUID(), operationId: randomUUID(), kind: 'Machine', vmUuid: randomUUID(), verdict: 'Matches' } as const;
  const restore = { ...own, backupUuid, zoneId, accountId, domainId, volumes: '[]', created: CREATED, ...overrides };
  await daos.restores.insert(restore);
  return restore;
}

/** A schedule of the machine; one that it has of the interval type or expression is overwritten. */
export async function insertSchedule(daos: Daos, vm: Vm, overrides: Partial<BackupSchedule> = {}): Promise<BackupScheduleView> {
  const schedule = {
    uuid: randomUUID(),
    vmId: vm.id,
    ...ownerOf({ id: vm.accountId, domainId: vm.domainId }),
    intervalType: 'DAILY',
    schedule: '15:02',
    timezone: 'Etc/UTC',
    ...NO_RULE,
    quiesceVm: null,
    runWindow: null,
    jitterMinutes: 0,
    catchUp: true,
    nextRun: new Date('2026-01-03T02:15:00Z'),
    created: CREATED,
    ...overrides,
  } as const;
  await daos.schedules.save(schedule);
  const saved = await daos.schedules.findSame(schedule);
  if (!saved) throw new Error(`machine ${vm.uuid} has no such schedule`);
  return saved;
}

/** See `insertDomain`. */
export async function insertRepository(daos: Daos, overrides: Partial<BackupRepository> = {}): Promise<BackupRepository> {
  return daos.repositories.insert({
    uuid: randomUUID(),
    zoneId: overrides.zoneId ?? (await insertZone(daos)).id,
    name: uniqueName('repository'),
    provider: 'nas',
    type: 'nfs',
    address: '192.0.2.9:/backups',
    mountOptions: 'sealed',
    capacityBytes: null,
    crossZone: false,
    created: CREATED,
    removed: null,
    ...overrides,
  });
}

/** A job that nobody has taken yet. */
export async function insertJob(daos: Daos, overrides: Partial<NewJob> = {}): Promise<JobView> {
  const user = overrides.userId === undefined ? await insertUser(daos) : undefined;
  const uuid = overrides.uuid ?? randomUUID();
  await daos.jobs.insert({
    uuid,
    operationId: randomUUID(),
    command: 'createBackup',
    params: '[]',
    userId: 0,
    accountId: user?.accountId ?? 0,
    domainId: user?.domainId ?? 0,
    requestId: randomUUID(),
    instanceType: null,
    instanceUuid: null,
    machineUuid: null,
    backupUuid: null,
    backupScheduleId: null,
    byRule: false,
    priority: ASKED,
    zoneId: null,
    providerKey: null,
    repositoryKey: null,
    hostKey: null,
    created: CREATED,
    ...(user && { userId: user.id }),
    ...overrides,
  });
  const job = await daos.jobs.find(uuid);
  if (!job) throw new Error(`job ${uuid} was not inserted`);
  return job;
}

/** An alert; answers its uuid. */
export async function insertAlert(daos: Daos, overrides: Partial<Alert> = {}): Promise<string> {
  const uuid = overrides.uuid ?? randomUUID();
  await daos.alerts.insert({ uuid, type: 21, description: 'look after it', archived: false, created: CREATED, ...overrides });
  return uuid;
}

/** Something that a user has done; answers it as it was inserted. */
export async function insertEvent(daos: Daos, overrides: Partial<Event> = {}): Promise<Omit<Event, 'id'>> {
  const user = overrides.userId === undefined ? await insertUser(daos) : undefined;
  const event = {
    uuid: randomUUID(),
    type: 'BACKUP.CREATE',
    level: 'INFO',
    state: 'Completed',
    description: 'a backup was taken',
    userId: 0,
    accountId: user?.accountId ?? 0,
    domainId: user?.domainId ?? 0,
    requestId: randomUUID(),
    operationId: null,
    resourceType: null,
    resourceUuid: null,
    resourceName: null,
    machineUuid: null,
    archived: false,
    created: CREATED,
    ...(user && { userId: user.id }),
    ...overrides,
  } as const;
  await daos.events.insert(event);
  return event;
}

/** A webhook that nobody listens at; answers it as it is found. */
export async function insertWebhook(daos: Daos, overrides: Partial<Webhook> = {}): Promise<Webhook> {
  const owner = await ownedOr(daos, overrides);
  const webhook = {
    uuid: randomUUID(),
    name: uniqueName('webhook'),
    description: null,
    state: 'Enabled',
    scope: 'Local',
    ...owner,
    heardDomainId: owner.domainId,
    number: 0,
    payloadUrl: 'http://192.0.2.1/hook',
    secretKey: null,
    sslVerification: true,
    failingSince: null,
    created: CREATED,
    ...overrides,
  } as const;
  await daos.webhooks.insert(webhook);
  return present(await daos.webhooks.findByUuid(webhook.uuid));
}

/** A delivery that has been made; answers its uuid. */
export async function insertWebhookDelivery(daos: Daos, webhook: Webhook, overrides: Partial<WebhookDelivery> = {}): Promise<string> {
  const uuid = overrides.uuid ?? randomUUID();
  const event = { eventUuid: randomUUID(), eventType: 'BACKUP.CREATE', accountUuid: randomUUID(), payload: '{}' };
  const made = { state: 'Delivered', attempts: 1, due: CREATED, started: CREATED, completed: CREATED, response: 'thank you' } as const;
  await daos.webhookDeliveries.insertAll([
    { uuid, webhookId: webhook.id, scope: webhook.scope, ...event, ...made, created: CREATED, ...overrides },
  ]);
  return uuid;
}

/** What a job needs of the user that asked for it. */
export const askedBy = ({ id, accountId, domainId }: User) => ({ userId: id, accountId, domainId });

async function ownedOr(daos: Daos, { accountId, domainId }: Partial<Owned>): Promise<Owned> {
  if (accountId !== undefined && domainId !== undefined) return { accountId, domainId };
  return ownerOf(await insertAccount(daos));
}
