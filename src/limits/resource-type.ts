import type { BackupUse } from '../dao/backup-dao.js';
import type { OwnerKind } from '../dao/resource-limit-dao.js';
import { invalid } from '../errors.js';
import type { DynamicName } from '../settings/dynamic-keys.js';

export const GIB = 2 ** 30;

interface About {
  /** CloudStack's number of the type. */
  readonly number: number;
  /** How much one of it is: one backup, or the bytes of a GiB. */
  readonly unit: number;
  /** The settings that hold for owners without a limit of their own. */
  readonly defaults: Readonly<Record<OwnerKind, DynamicName>>;
}

/** What owners can have limits of, by CloudStack's names. */
export const RESOURCE_TYPES = {
  backup: { number: 12, unit: 1, defaults: { account: 'max.account.backups', domain: 'max.domain.backups' } },
  backup_storage: {
    number: 13,
    unit: GIB,
    defaults: { account: 'max.account.backup.storage', domain: 'max.domain.backup.storage' },
  },
} as const satisfies Record<string, About>;

export type ResourceType = keyof typeof RESOURCE_TYPES;

/** So much of every type: how many backups, how many bytes. A limit of `Infinity` is none. */
export type Amounts = Readonly<Record<ResourceType, number>>;

export const ALL_TYPES = Object.keys(RESOURCE_TYPES) as readonly ResourceType[];

/** An amount for every type. */
export const amounts = (of: (type: ResourceType) => number): Amounts => ({ backup: of('backup'), backup_storage: of('backup_storage') });

/** What backups take up, by type. */
export const usedIn = ({ backups, backupBytes }: BackupUse): Amounts => ({ backup: backups, backup_storage: backupBytes });

/** No limit, as clients and settings write it. */
const UNLIMITED = -1;

/** The amount that a whole number of units is; -1 is no limit. */
export const amountOf = (type: ResourceType, units: number): number => (units === UNLIMITED ? Infinity : units * RESOURCE_TYPES[type].unit);

/** The units in which clients and settings count; what is begun counts as whole, and no limit is -1. */
export const unitsOf = (type: ResourceType, amount: number): number =>
  amount === Infinity ? UNLIMITED : Math.ceil(amount / RESOURCE_TYPES[type].unit);

const CHOICES = ALL_TYPES.map((type) => `${RESOURCE_TYPES[type].number} (${type})`).join(' and ');

/** The limit that a client sets in units; refuses what is no limit. */
export function limitOf(type: ResourceType, units: number): number {
  if (units < UNLIMITED) throw invalid('max', `${units} is no limit; a limit is 0 or more, and -1 stands for none`);
  const limit = amountOf(type, units);
  if (limit !== Infinity && limit > Number.MAX_SAFE_INTEGER)
    throw invalid('max', `${units} is more than can be counted; -1 stands for none`);
  return limit;
}

/** The type with CloudStack's number. */
export const typeNumbered = (number: number): ResourceType =>
  known('resourcetype', String(number), (type) => RESOURCE_TYPES[type].number === number);

/** The types that a client asks for by number, by name, or by both, where the name counts; all if by neither. */
export function typesAsked(number: number | undefined, name: string | undefined): readonly ResourceType[] {
  if (name) return [known('resourcetypename', name, (type) => type === name.toLowerCase())];
  return number === undefined ? ALL_TYPES : [typeNumbered(number)];
}

function known(parameter: string, sent: string, isIt: (type: ResourceType) => boolean): ResourceType {
  const type = ALL_TYPES.find(isIt);
  if (!type) throw invalid(parameter, `there are no limits of ${sent} here; there are limits of ${CHOICES}`);
  return type;
}
