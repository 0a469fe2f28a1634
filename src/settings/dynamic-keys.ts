import { AddressRanges, readRanges } from './address-ranges.js';
import type { PluginKind } from '../provider/index.js';
import { WEBHOOK_KEYS } from './webhook-keys.js';

export type SettingKind = 'string' | 'integer' | 'decimal' | 'boolean' | 'cidr list';

/** A setting that administrators change while the server runs; it takes effect at once, everywhere. */
export interface DynamicKey {
  readonly kind: SettingKind;
  readonly default: string;
  /**
   * What may have a value of its own: nothing, a zone, a domain, or an account and its domain. Where there is none, that of the
   * domains above holds, and then the global one.
   */
  readonly scope: 'global' | 'zone' | 'domain' | 'account';
  readonly about: string;
  readonly secret?: boolean;
  /** The value must be the name of a loaded plugin of this kind. */
  readonly plugin?: PluginKind;
  /** A list that may have nothing in it. */
  readonly mayBeEmpty?: boolean;
  /** Least and greatest acceptable number. */
  readonly atLeast?: number;
  readonly atMost?: number;
  /** The acceptable texts, where there are few. */
  readonly oneOf?: readonly string[];
  /** It tells clients how the server works, and cannot be changed. */
  readonly isFact?: boolean;
}

/** The server's own dynamic settings; those of the plugins are added when the plugins are loaded. */
export const DYNAMIC_KEYS = {
  'backup.framework.enabled': {
    kind: 'boolean',
    default: 'false',
    scope: 'zone',
    about: 'whether backup and recovery works in the zone',
  },
  'backup.framework.provider.plugin': {
    kind: 'string',
    default: 'dummy',
    scope: 'zone',
    plugin: 'backup',
    about: 'backup provider of the zone',
  },
  'backup.framework.sync.interval': {
    kind: 'integer',
    default: '300',
    scope: 'global',
    atLeast: 1,
    about: 'seconds after which what the backup providers know is asked for again',
  },
  'backup.missing.grace.seconds': {
    kind: 'integer',
    default: '3600',
    scope: 'zone',
    atLeast: 0,
    about: 'seconds for which a backup must have been looked for in vain, at least twice, before it is taken for Missing',
  },
  'zone.backupStorage.capacity.notificationthreshold': {
    kind: 'decimal',
    default: '0.75',
    scope: 'zone',
    atLeast: 0,
    atMost: 1,
    about: 'share of the backup storage of the zone that may be used before an alert is raised, from 0 to 1',
  },
  ...WEBHOOK_KEYS,
  'event.purge.delay': {
    kind: 'integer',
    default: '15',
    scope: 'global',
    atLeast: 0,
    about: 'days after which events are deleted; 0: never',
  },
  'job.expire.minutes': {
    kind: 'integer',
    default: '1440',
    scope: 'global',
    atLeast: 1,
    about: 'minutes after which jobs that have ended are deleted',
  },
  'jobs.parallel.per.account': {
    kind: 'integer',
    default: '16',
    scope: 'global',
    atLeast: 0,
    about: 'jobs of an account that run at the same time, on all servers together; 0: no limit',
  },
  'jobs.parallel.per.provider': {
    kind: 'integer',
    default: '32',
    scope: 'zone',
    atLeast: 0,
    about: 'backups taken, restored and deleted at the same time by a backup provider in a zone; 0: no limit',
  },
  'jobs.parallel.per.repository': {
    kind: 'integer',
    default: '8',
    scope: 'zone',
    atLeast: 0,
    about: 'backups taken, restored and deleted at the same time in a backup repository; 0: no limit',
  },
  'jobs.parallel.per.host': {
    kind: 'integer',
    default: '4',
    scope: 'zone',
    atLeast: 0,
    about: 'backups taken, restored and deleted at the same time of machines on a host, where the zone says which it is; 0: no limit',
  },
  'jobs.retries': {
    kind: 'integer',
    default: '4',
    scope: 'zone',
    atLeast: 0,
    atMost: 100,
    about:
      'times that a job is run again after a plugin has said that what it met is temporary, and a restore also if nobody knows how it ended; ' +
      '0: never; of a zone: for its backups and restores',
  },
  'jobs.stall.minutes': {
    kind: 'integer',
    default: '30',
    scope: 'zone',
    atLeast: 1,
    atMost: 10_000,
    about:
      'minutes without a sign of life after which work at a plugin is given up; work that reports progress may last as long as it likes',
  },
  'backup.enable.attach.detach.of.volumes': {
    kind: 'boolean',
    default: 'false',
    scope: 'global',
    about: 'whether volumes may be attached to and detached from machines that are in a backup offering',
  },
  'inventory.plugin': {
    kind: 'string',
    default: 'simulator',
    scope: 'zone',
    plugin: 'inventory',
    about: 'where the machines of the zone live',
  },
  'enable.dynamic.scale.vm': {
    kind: 'boolean',
    default: 'false',
    scope: 'zone',
    about: 'whether clients may offer to give machines of the zone more CPU and memory while they run',
  },
  'hypervisor.custom.display.name': {
    kind: 'string',
    default: 'Custom',
    scope: 'global',
    about: 'what clients call the hypervisor of machines that run on none of the known ones',
  },
  'default.page.size': {
    kind: 'integer',
    default: '500',
    scope: 'global',
    atLeast: 1,
    about: 'items that a list shows when nothing else is asked for, and the most that may be asked for',
  },
  'dynamic.apichecker.enabled': {
    kind: 'boolean',
    default: 'true',
    scope: 'global',
    isFact: true,
    about: 'whether the roles of accounts say who may call what, which cannot be changed',
  },
  'api.key.access': {
    kind: 'boolean',
    default: 'true',
    scope: 'domain',
    about: 'whether requests signed with API keys are let in, unless the user or its account says otherwise',
  },
  'api.allowed.source.cidr.list': {
    kind: 'cidr list',
    default: '0.0.0.0/0,::/0',
    scope: 'account',
    about: 'addresses that requests may come from, such as 192.0.2.0/24,2001:db8::7; sessions from others end',
  },
  'api.throttling.enabled': {
    kind: 'boolean',
    default: 'false',
    scope: 'global',
    about: 'whether accounts may send only so many requests; root administrators may always send as many as they like',
  },
  'api.throttling.interval': {
    kind: 'integer',
    default: '1',
    scope: 'global',
    atLeast: 1,
    about: 'seconds for which the requests of an account are counted',
  },
  'api.throttling.max': {
    kind: 'integer',
    default: '25',
    scope: 'global',
    atLeast: 1,
    about: 'requests that an account may send to each server in that time',
  },
  'api.throttling.cachesize': {
    kind: 'integer',
    default: '50000',
    scope: 'global',
    atLeast: 1,
    atMost: 1_000_000,
    about: 'accounts whose requests each server counts at the same time',
  },
  'enforce.post.requests.and.timestamps': {
    kind: 'boolean',
    default: 'false',
    scope: 'global',
    about: 'whether commands that change something must be sent by POST, and signed requests must expire within 15 minutes',
  },
  'api.sessionkey.check.locations': {
    kind: 'string',
    default: 'CookieAndParameter',
    scope: 'global',
    oneOf: ['CookieAndParameter', 'CookieOrParameter', 'ParameterOnly'],
    about: 'where the requests of a session must carry its sessionkey',
  },
  'max.account.backups': {
    kind: 'integer',
    default: '20',
    scope: 'global',
    atLeast: -1,
    about: 'backups that an account may have unless it has a limit of its own; -1: as many as it likes',
  },
  'max.domain.backups': {
    kind: 'integer',
    default: '40',
    scope: 'global',
    atLeast: -1,
    about: 'backups that a domain may have, with all domains below it, unless it has a limit of its own; -1: as many as it likes',
  },
  'max.account.backup.storage': {
    kind: 'integer',
    default: '400',
    scope: 'global',
    atLeast: -1,
    about: 'GiB that the backups of an account may take up unless it has a limit of its own; -1: as many as they like',
  },
  'max.domain.backup.storage': {
    kind: 'integer',
    default: '800',
    scope: 'global',
    atLeast: -1,
    about:
      'GiB that the backups of a domain and of all domains below it may take up unless it has a limit of its own; -1: as many as they like',
  },
  'incorrect.login.attempts.allowed': {
    kind: 'integer',
    default: '5',
    scope: 'global',
    atLeast: 0,
    about: 'wrong passwords in a row after which a user cannot log in by password for a while; 0: as many as anybody likes',
  },
  'login.lockout.minutes': {
    kind: 'integer',
    default: '15',
    scope: 'global',
    atLeast: 1,
    about: 'minutes after the last wrong password after which a user that was locked out can log in again; enableUser ends it at once',
  },
  'session.timeout': {
    kind: 'integer',
    default: '30',
    scope: 'global',
    atLeast: 1,
    about: 'minutes without a request after which a session ends',
  },
} as const satisfies Record<string, DynamicKey>;

interface KindTypes {
  string: string;
  integer: number;
  decimal: number;
  boolean: boolean;
  'cidr list': AddressRanges;
}
export type DynamicName = keyof typeof DYNAMIC_KEYS;
export type DynamicValue<N extends DynamicName> = KindTypes[(typeof DYNAMIC_KEYS)[N]['kind']];

const parsers: Record<SettingKind, (text: string) => unknown> = {
  string: (text) => text,
  integer: (text) => (/^-?\d{1,15}$/.test(text) ? Number(text) : undefined),
  decimal: (text) => (/^-?\d{1,9}(\.\d{1,9})?$/.test(text) ? Number(text) : undefined),
  boolean: (text) => (text === 'true' || text === 'false' ? text === 'true' : undefined),
  'cidr list': readRanges,
};

/** The typed value of a setting's text; undefined if the text is not of its kind. */
export const parseValue = ({ kind, mayBeEmpty }: Pick<DynamicKey, 'kind' | 'mayBeEmpty'>, text: string): unknown =>
  mayBeEmpty && text === '' ? new AddressRanges() : parsers[kind](text);

/** CloudStack's category of a setting. */
export const categoryOf = (key: DynamicKey): string => (key.secret ? 'Secure' : 'Advanced');
