import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The parts of the program, and what each may import at run time: other parts, or single files of them. Type-only imports are free. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  // What everybody may know: the top-level files that are not named below.
  src: ['src/provider'],
  'src/provider': [],
  'src/provider-test': ['src/provider'],
  'src/client': [],
  plugins: ['src/provider'],
  db: [],
  'src/dao': ['src'],
  'src/settings': ['src'],
  'src/account': ['src', 'src/dao'],
  'src/plugin-host': ['src', 'src/dao', 'src/provider'],
  'src/inventory': ['src', 'src/account', 'src/dao', 'src/plugin-host/operation.ts', 'src/provider'],
  'src/limits': ['src', 'src/account', 'src/dao'],
  'src/backup': [
    'src',
    'src/account',
    'src/dao',
    'src/inventory',
    'src/jobs/settle.ts',
    'src/plugin-host/operation.ts',
    'src/provider',
    'src/usage',
  ],
  'src/api': ['src'],
  'src/capacity': ['src', 'src/provider'],
  'src/usage': ['src', 'src/account', 'src/dao'],
  'src/events': ['src', 'src/account', 'src/api', 'src/dao'],
  'src/webhooks': ['src', 'src/account', 'src/dao', 'src/settings/address-ranges.ts'],
  'src/jobs': ['src', 'src/account', 'src/api', 'src/dao', 'src/events/resource.ts'],
  // Managers arrive as the argument of `execute`; a command itself knows names and pure functions.
  'src/commands': [
    'src',
    'src/account/role-type.ts',
    'src/api',
    'src/backup/manifest.ts',
    'src/backup/restore-evidence.ts',
    'src/backup/upcoming-runs.ts',
    'src/capacity/capacity-type.ts',
    'src/events/alert-type.ts',
    'src/inventory/facts.ts',
    'src/limits/resource-type.ts',
    'src/settings/dynamic-keys.ts',
    'src/usage/usage-type.ts',
    'src/webhooks/message.ts',
  ],
  // What puts the parts together.
  'src/http-server.ts': ['src', 'src/api'],
  'src/leases.ts': ['src', 'src/dao'],
  'src/periodic-tasks.ts': ['src', 'src/leases.ts'],
  'src/open-database.ts': ['src', 'db', 'src/dao'],
  'src/bootstrap.ts': ['src', 'db', 'src/account', 'src/dao'],
};
/** The composition root and the command line import whatever they need, and nobody imports them but the second the first. */
const TOP = ['src/application.ts', 'src/cli'];

/** Who alone may import a package: a file, or the files of a folder. */
const ONLY: Readonly<Record<string, string>> = {
  'better-sqlite3': 'src/cli/data-folder.ts',
  'crypto-js': 'src/client/sign.ts',
  'cron-parser': 'src/backup/cron.ts',
  express: 'src/api',
  knex: 'src/dao',
  mysql2: 'src/dao/connect.ts',
  undici: 'src/webhooks/webhook-sender.ts',
  winston: 'src/log.ts',
  xml2js: 'src/api/reply.ts',
};

interface Import {
  readonly by: string;
  readonly of: string;
}

const PARTS = [...Object.keys(MAY_IMPORT), ...TOP].sort((a, b) => b.length - a.length);

const partOf = (file: string): string => PARTS.find((part) => file === part || file.startsWith(`${part}/`)) ?? `${file} (no part)`;

const sources = ['src', 'plugins', 'db'].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => join(folder, name))
    // What a plugin's tests are made of.
    .filter((file) => !/^plugins\/[^/]+\/[^/]+\/test\//.test(file)),
);

/** Statements such as `import { a } from 'b'`, `import 'b'` and `export * from 'b'`, and calls of `import('b')`; not those of types only. */
const IMPORT = /^(?:import|export) (?!type )(?:[^;'=]*? from )?'([^']+)'|\bimport\('([^']+)'\)/gms;

const imports: readonly Import[] = sources.flatMap((by) =>
  [...readFileSync(join(ROOT, by), 'utf8').matchAll(IMPORT)]
    .map(([, statement, call]) => statement ?? call ?? '')
    .map((of) => ({ by, of: of.startsWith('.') ? normalize(join(dirname(by), of)).replace(/\.js$/, '.ts') : of })),
);

const inside = imports.filter(({ of }) => sources.includes(of));
const show = ({ by, of }: Import): string => `${by} -> ${of}`;

test.each(Object.keys(MAY_IMPORT))('%s imports only what it may', (part) => {
  const mine = inside.filter(({ by }) => partOf(by) === part);
  const strays = mine.filter(({ of }) => ![part, ...MAY_IMPORT[part]!].some((allowed) => allowed === of || allowed === partOf(of)));
  expect(strays.map(show)).toEqual([]);
});

test('nobody imports a plugin: they are found by the loader', () => {
  expect(inside.filter(({ by, of }) => partOf(of) === 'plugins' && partOf(by) !== 'plugins').map(show)).toEqual([]);
});

test('plugins import nothing of each other', () => {
  const pluginOf = (file: string) => file.split('/').slice(0, 3).join('/');
  const strays = inside.filter(({ by, of }) => partOf(by) === 'plugins' && partOf(of) === 'plugins' && pluginOf(by) !== pluginOf(of));
  expect(strays.map(show)).toEqual([]);
});

test.each(TOP)('nobody imports %s but the command line', (top) => {
  expect(inside.filter(({ by, of }) => partOf(of) === top && partOf(by) !== 'src/cli').map(show)).toEqual([]);
});

test.each(Object.entries(ONLY))('%s is imported only by %s', (name, owner) => {
  const strays = imports.filter(
    ({ by, of }) => (of === name || of.startsWith(`${name}/`)) && by !== owner && !by.startsWith(`${owner}/`) && partOf(by) !== 'plugins',
  );
  expect(strays.map(show)).toEqual([]);
});

test('every import of a file leads to a source', () => {
  const lost = imports.filter(({ of }) => /^(src|db|plugins)\//.test(of) && !sources.includes(of));
  expect(lost.map(show)).toEqual([]);
  expect(inside.length).toBeGreaterThan(200);
});
