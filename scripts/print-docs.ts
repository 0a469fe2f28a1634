import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { describeApi } from '../src/api/describe-api.js';
import { commands } from '../src/commands/index.js';
import { ERRORS, shapeOf, type ErrorKind } from '../src/errors.js';
import { pluginKeys } from '../src/plugin-host/plugin-settings.js';
import { loadPlugins } from '../src/provider/load-plugins.js';
import { allKeys } from '../src/settings/dynamic-settings.js';
import { STATIC_KEYS, variableOf } from '../src/settings/static-settings.js';

const PRINTED = '<!-- Printed from the code by `npm run docs`; do not edit. -->';

const row = (...cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
const table = (head: readonly string[], rows: readonly string[][]): string =>
  [row(...head), row(...head.map(() => '---')), ...rows.map((cells) => row(...cells))].join('\n');

function api(): string {
  const forAdmins = [...commands.values()].filter(({ roles }) => roles.includes('Admin')).map(({ name }) => name);
  const sections = describeApi(commands, new Set(forAdmins)).map((command) => {
    const roles = commands.get(command.name.toLowerCase())?.roles.join(', ') ?? '';
    const facts = [`for ${roles}`, command.isasync ? 'runs as a job' : '', command.since ? `since CloudStack ${command.since}` : ''];
    const parameters = command.params.map(({ name, type, required, description }) => [
      name,
      required ? `${type}, required` : type,
      description,
    ]);
    const fields = command.response.map(({ name, type, description }) => [name, type, description]);
    return [
      `## ${command.name}`,
      `${command.description} (${facts.filter((fact) => fact !== '').join('; ')})`,
      parameters.length > 0 ? table(['parameter', 'type', 'meaning'], parameters) : 'No parameters.',
      table(['answer', 'type', 'meaning'], fields),
    ].join('\n\n');
  });
  return ['# Commands', PRINTED, 'What `listApis` tells an administrator.', ...sections].join('\n\n');
}

function errors(): string {
  const rows = (Object.keys(ERRORS) as ErrorKind[]).map((kind) => {
    const { http, cs, text, when } = shapeOf(kind);
    return [kind, String(http), cs === undefined ? '' : String(cs), when, text];
  });
  return ['# Errors', PRINTED, table(['kind', 'HTTP status and errorcode', 'cserrorcode', 'when', 'default text'], rows)].join('\n\n');
}

async function settings(): Promise<string> {
  const fixed = Object.entries(STATIC_KEYS).map(([name, key]) => [name, variableOf(name), `\`${key.default}\``, key.about]);
  const plugins = await loadPlugins(fileURLToPath(new URL('../plugins', import.meta.url)));
  for (const fault of plugins.broken) throw fault;
  const dynamic = [...allKeys(pluginKeys(plugins))].map(([name, key]) => [name, key.kind, key.scope, `\`${key.default}\``, key.about]);
  return [
    '# Settings',
    PRINTED,
    '## Read once at the start',
    'From `config/default.json`, then from the environment.',
    table(['setting', 'variable', 'default', 'meaning'], fixed),
    '## Changed while the server runs',
    'By `updateConfiguration`. A zone, a domain with those below it, or an account may have a value of its own where the scope is that; domains also where it is account.',
    table(['setting', 'type', 'scope', 'default', 'meaning'], dynamic),
  ].join('\n\n');
}

const documents = { 'api.md': api(), 'errors.md': errors(), 'settings.md': await settings() };
const folder = fileURLToPath(new URL('../docs/', import.meta.url));
mkdirSync(folder, { recursive: true });
for (const [name, text] of Object.entries(documents)) {
  const printed = await format(text, { ...(await resolveConfig(folder + name)), parser: 'markdown' });
  if (!process.argv.includes('--check')) writeFileSync(folder + name, printed);
  else if (readFileSync(folder + name, 'utf8') !== printed) {
    process.stderr.write(`docs/${name} is not what the code says; run "npm run docs"\n`);
    process.exitCode = 1;
  }
}
