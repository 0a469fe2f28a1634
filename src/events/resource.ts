import type { Owner } from '../account/access.js';
import type { CommandSpec } from '../api/command.js';
import { sentParameters, type RequestParameters } from '../api/request-parameters.js';
import type { Daos } from '../dao/database.js';

/** What an event tells of: CloudStack's name of the kind, and the thing's uuid. */
export interface Resource {
  readonly type: string;
  readonly uuid: string;
}

/** The kinds of things that events tell of, by their keys in answers. */
export const RESOURCE_TYPES: Readonly<Record<string, string>> = {
  account: 'Account',
  asyncjobs: 'AsyncJob',
  backup: 'Backup',
  backupoffering: 'BackupOffering',
  backuppolicy: 'BackupOffering',
  diskoffering: 'DiskOffering',
  backuprepository: 'BackupRepository',
  backupschedule: 'BackupSchedule',
  domain: 'Domain',
  network: 'Network',
  role: 'Role',
  rolepermission: 'RolePermission',
  serviceoffering: 'ServiceOffering',
  template: 'VirtualMachineTemplate',
  user: 'User',
  virtualmachine: 'VirtualMachine',
  volume: 'Volume',
  webhook: 'Webhook',
  webhookdelivery: 'WebhookDelivery',
  zone: 'Zone',
};

/** The kind of things that a client names by their key in answers, or by CloudStack's own word. */
export function resourceTypeOf(named: string): string {
  const key = named.toLowerCase();
  return Object.hasOwn(RESOURCE_TYPES, key) ? (RESOURCE_TYPES[key] ?? named) : named;
}

interface Named {
  readonly name: string;
}

/** What an account owns, a domain, or what belongs to nobody. */
export type Known = (Named & Owner) | (Named & Pick<Owner, 'domainId'>) | Named;

/** How things that have an owner, or a name to show, are found by their uuid. */
const FINDERS: Readonly<Record<string, (daos: Daos, uuid: string) => Promise<Known | undefined>>> = {
  Account: async ({ accounts }, uuid) => {
    const account = await accounts.findByUuid(uuid);
    return account && { name: account.name, accountId: account.id, domainId: account.domainId };
  },
  AsyncJob: async ({ jobs }, uuid) => {
    const job = await jobs.find(uuid);
    return job && { name: job.command, accountId: job.accountId, domainId: job.domainId };
  },
  Backup: ({ backups }, uuid) => backups.findByUuidIncludingRemoved(uuid),
  BackupOffering: ({ offerings }, uuid) => offerings.findByUuid(uuid),
  BackupRepository: ({ repositories }, uuid) => repositories.findByUuid(uuid),
  BackupSchedule: async ({ schedules }, uuid) => {
    const schedule = await schedules.findByUuid(uuid);
    return schedule && { ...schedule, name: `${schedule.intervalType} of ${schedule.vmName}` };
  },
  Domain: async ({ domains }, uuid) => {
    const domain = await domains.findByUuid(uuid);
    return domain && { name: domain.name, domainId: domain.id };
  },
  Role: async ({ roles }, uuid) => {
    const role = await roles.findByUuid(uuid);
    return role && { name: role.name };
  },
  RolePermission: async ({ rolePermissions }, uuid) => {
    const permission = await rolePermissions.findByUuid(uuid);
    return permission && { name: permission.rule };
  },
  User: async ({ users }, uuid) => {
    const user = await users.findByUuid(uuid);
    return user && { name: user.username, accountId: user.accountId, domainId: user.domainId };
  },
  VirtualMachine: ({ vms }, uuid) => vms.findByUuidIncludingRemoved(uuid),
  Volume: async ({ volumes }, uuid) => (await volumes.listByUuidsIncludingRemoved([uuid]))[0],
  Webhook: ({ webhooks }, uuid) => webhooks.findByUuidIncludingRemoved(uuid),
  WebhookDelivery: async ({ webhooks, webhookDeliveries }, uuid) => {
    const delivery = await webhookDeliveries.findByUuid(uuid);
    return delivery && webhooks.findByUuidIncludingRemoved(delivery.webhookUuid);
  },
};

/** What the database knows of the thing; undefined if it is not there, or of a kind that belongs to nobody. */
export const lookUpResource = async (daos: Daos, { type, uuid }: Resource): Promise<Known | undefined> => FINDERS[type]?.(daos, uuid);

/** The thing with the uuid, if it is what the command answers; undefined if the command answers none of the kinds that events tell of. */
export function answeredResource({ returns }: Pick<CommandSpec, 'returns'>, uuid: string): Resource | undefined {
  const type = RESOURCE_TYPES[returns.object];
  return type === undefined ? undefined : { type, uuid };
}

/** What a command that is no job was about: the thing that it answered, else the first one that its parameters name. */
export function resourceOf(spec: CommandSpec, sent: RequestParameters, answer?: object): Resource | undefined {
  const { returns, parameters } = spec;
  const answered = (answer as Record<string, { id?: unknown } | undefined> | undefined)?.[returns.object];
  const resource = typeof answered?.id === 'string' ? answeredResource(spec, answered.id) : undefined;
  if (resource) return resource;
  const [named] = sentParameters(parameters, sent).flatMap(({ declared, value }) => {
    const kind = declared.type === 'uuid' ? RESOURCE_TYPES[declared.entity ?? ''] : undefined;
    return kind === undefined ? [] : [{ type: kind, uuid: value.toLowerCase() }];
  });
  return named;
}
