import { AddressRanges, readRanges } from './address-ranges.js';

type Kind = 'string' | 'integer' | 'boolean' | 'level' | 'cidr list';

interface Key {
  readonly kind: Kind;
  readonly default: string;
  readonly about: string;
  readonly secret?: boolean;
  /** Least acceptable integer. */
  readonly atLeast?: number;
}

/** The settings that are read once at the start: from `config/default.json`, then from the environment (`HTTP_PORT` for `http.port`). */
export const STATIC_KEYS = {
  'http.host': { kind: 'string', default: '127.0.0.1', about: 'address that the server listens on' },
  'http.port': { kind: 'integer', default: '8080', about: 'port that the server listens on; 0 takes a free one' },
  'http.trusted.proxies': {
    kind: 'cidr list',
    default: '',
    about: 'addresses of proxies, such as 10.0.0.0/8,::1, that are believed when X-Forwarded-For says where a request comes from',
  },
  'data.dir': { kind: 'string', default: 'var', about: 'folder of everything that the server writes' },
  'db.url': {
    kind: 'string',
    default: '',
    secret: true,
    about:
      'mysql://user:password@host:3306/database, of a Galera cluster several host:port separated by commas; ' +
      'empty: an embedded database in data.dir',
  },
  'secrets.key': {
    kind: 'string',
    default: '',
    secret: true,
    about: 'pass phrase that stored secrets are encrypted under; empty: a key file in data.dir, or with db.url the password in it',
  },
  'sandbox.enabled': {
    kind: 'boolean',
    default: 'true',
    about: 'whether an empty database starts with a zone of simulated machines to try the server on',
  },
  'plugins.dir': { kind: 'string', default: '', about: 'folder of the plugins; empty: those that come with the server' },
  'plugins.path': {
    kind: 'string',
    default: '',
    about: 'folders of further plugins, separated by colons; in each of them, every folder is a plugin that has its name',
  },
  'ui.path': {
    kind: 'string',
    default: '',
    about: 'folder of a built CloudStack web UI, to be served under /client/; empty: none is served',
  },
  'log.level': { kind: 'level', default: 'info', about: 'least level that is logged: debug, info, warn or error' },
  'jobs.parallel': { kind: 'integer', default: '16', atLeast: 1, about: 'jobs that this server runs at the same time' },
  'jobs.lease.seconds': {
    kind: 'integer',
    default: '15',
    atLeast: 1,
    about: 'time after which another server takes up the jobs of a server that has died',
  },
  'shutdown.drain.seconds': {
    kind: 'integer',
    default: '0',
    about:
      'time for which a server that is told to stop goes on answering, although /health/ready says no: ' +
      'longer than load balancers need to notice',
  },
  'shutdown.grace.seconds': {
    kind: 'integer',
    default: '20',
    about: 'time that running jobs get to finish when the server is told to stop',
  },
} as const satisfies Record<string, Key>;

interface Kinds {
  string: string;
  integer: number;
  boolean: boolean;
  level: 'debug' | 'info' | 'warn' | 'error';
  'cidr list': AddressRanges;
}
export type StaticSettings = Readonly<{ [K in keyof typeof STATIC_KEYS]: Kinds[(typeof STATIC_KEYS)[K]['kind']] }>;

const parsers: Record<Kind, (text: string) => unknown> = {
  string: (text) => text,
  integer: (text) => (/^\d{1,9}$/.test(text) ? Number(text) : undefined),
  boolean: (text) => (text === 'true' || text === 'false' ? text === 'true' : undefined),
  level: (text) => (['debug', 'info', 'warn', 'error'].includes(text) ? text : undefined),
  'cidr list': (text) => (text === '' ? new AddressRanges() : readRanges(text)),
};

/** Settings from the file, overridden by the environment. Throws one error that names every fault and shows no secret. */
export function readSettings(file: Readonly<Record<string, string | number | boolean>>, env: NodeJS.ProcessEnv): StaticSettings {
  const faults = Object.keys(file)
    .filter((name) => !(name in STATIC_KEYS))
    .map((name) => `${name}: no such setting`);
  const entries = Object.entries<Key>(STATIC_KEYS).map(([name, key]) => {
    const text = String(env[variableOf(name)] ?? file[name] ?? key.default);
    const value = parsers[key.kind](text);
    if (key.atLeast !== undefined && (value as number) < key.atLeast)
      faults.push(`${name} (${variableOf(name)}): must be at least ${key.atLeast}`);
    if (value === undefined)
      faults.push(`${name} (${variableOf(name)}): ${key.secret ? 'its value' : `"${text}"`} is not a valid ${key.kind}`);
    return [name, value] as const;
  });
  if (faults.length > 0) throw new Error(`the settings have faults:\n  ${faults.join('\n  ')}`);
  return Object.freeze(Object.fromEntries(entries)) as StaticSettings;
}

/** The environment variable of a setting. */
export const variableOf = (name: string): string => name.toUpperCase().replaceAll('.', '_');
