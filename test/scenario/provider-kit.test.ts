import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { temporaryFolder } from '../kit/engines.js';
import { startProcess } from '../kit/process.js';
import { PROJECT, run } from '../kit/program.js';
import { each, listed, only, takeBackup } from '../kit/scene.js';
import { guard } from './sandbox.js';

const DOCUMENT = readFileSync(join(PROJECT, 'docs/provider.md'), 'utf8');
const TEST_MS = 240_000;

/** The blocks of a language, in their order. */
const blocks = (language: string): string[] =>
  [...DOCUMENT.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, 'gm'))].map(([, text = '']) => text);

let folder = '';
beforeAll(() => {
  folder = temporaryFolder('provider-kit');
  mkdirSync(join(folder, 'bin'));
  symlinkSync(join(PROJECT, 'bin/stackvault.js'), join(folder, 'bin/stackvault'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs a program in the folder, where `stackvault` is found; answers what it wrote. */
async function inFolder(file: string, args: readonly string[], { cwd = folder, env = {} } = {}) {
  const paths = { PATH: `${join(folder, 'bin')}:${process.env.PATH}` };
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', file, ...args], {
    cwd,
    env: { ...paths, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const written = { output: '', errors: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (written.output += text));
  // Without the line that shows progress.
  child.stderr.setEncoding('utf8').on('data', (text: string) => (written.errors += text.replace(/\r[^\r\n]*/g, '')));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, ...written };
}

interface Step {
  readonly command: string;
  readonly prints: string;
}

/** The commands of a console block, each with what it prints. */
const stepsOf = (block: string): Step[] =>
  block
    .split(/^\$ /m)
    .slice(1)
    .map((text) => {
      const [command = '', ...lines] = text.split('\n');
      return { command, prints: lines.join('\n') };
    });

/** What matches the text: three dots stand for anything, and so does the width of columns. */
const pattern = (prints: string): unknown =>
  expect.stringMatching(
    new RegExp(
      `^${prints
        .split('…')
        .map((text) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&').replace(/ +/g, ' +'))
        .join('[^]*')}$`,
    ),
  );

/** Runs the block in one shell, as a reader would, and compares what each command prints. */
async function expectWorks(block: string, env = {}): Promise<void> {
  const steps = stepsOf(block);
  const script = steps.map(({ command }) => `${command}\nprintf '\\0'\n`).join('');
  const { code, output, errors } = await inFolder('bash', ['-ec', script], { env });
  const printed = output.split('\0').slice(0, -1);
  expect({ code, errors, printed }).toEqual({ code: 0, errors: '', printed: steps.map(({ prints }) => pattern(prints)) });
}

test(
  'a plugin made by the book passes its check, and takes a backup and restores it in a server that finds it by plugins.path',
  async () => {
    const [make = '', use = ''] = blocks('console');
    await expectWorks(make);
    const [, path = ''] = /^PLUGINS_PATH=\$PWD\/(\w+) stackvault serve\n$/.exec(blocks('sh').join('')) ?? [];
    const server = await startProcess({ env: { PLUGINS_PATH: join(folder, path) } });
    const env = { DATA_DIR: server.dataDir, HTTP_PORT: '0' };
    await expectWorks(use, env);

    const client = await server.client();
    const zone = await only(client, 'listZones', 'zone', { name: 'sandbox' });
    await client.call('updateConfiguration', { name: 'backup.plugin.tape.folder', value: '/nowhere', zoneid: String(zone.id) });
    const check = (...args: readonly string[]) => inFolder('stackvault', ['plugin', 'check', ...args], { env });
    expect(await check('tape', '--zone', String(zone.id))).toEqual({
      code: 1,
      output: 'tape in zone sandbox\n  FAILED  open the folder: /nowhere cannot be used: ENOENT\n',
      errors: '',
    });
    expect(await check('dummy', '--zone', 'sandbox')).toMatchObject({ code: 0, output: expect.stringContaining('nothing outside') });
    expect(await check('tape', '--zone', 'nowhere')).toMatchObject({
      code: 1,
      errors: expect.stringContaining('there is no zone nowhere'),
    });
    await server.kill();
  },
  TEST_MS,
);

test(
  'all code of the book compiles against the types of the package, and does what it says',
  async () => {
    const plugin = join(folder, 'plugins/tape');
    const files = [...blocks('js'), ...blocks('ts')].map((text) => {
      const [, name = ''] = /^\/\/ ([\w.-]+)\n/.exec(text) ?? [];
      writeFileSync(join(plugin, name), text);
      return name;
    });
    expect(files.length).toBeGreaterThan(6);
    const strict = ['--strict', '--exactOptionalPropertyTypes', '--noUncheckedIndexedAccess', '--skipLibCheck', '--noEmit'];
    const modern = ['--target', 'es2022', '--lib', 'es2023', '--module', 'nodenext', '--allowJs', '--checkJs'];
    const types = ['--types', 'node', '--typeRoots', join(PROJECT, 'node_modules/@types')];
    const own = ['index.js', 'folder-provider.js', 'backup-folder.js', 'contract.test.js'];
    const args = [join(PROJECT, 'node_modules/typescript/bin/tsc'), ...strict, ...modern, ...types, ...own, ...files];
    expect(await inFolder(process.execPath, args, { cwd: plugin })).toEqual({ code: 0, output: '', errors: '' });
    const { code, output } = await inFolder('node', ['--test', 'machines.test.js'], { cwd: plugin });
    expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining('# pass 3') });
  },
  TEST_MS,
);

test(
  'a plugin with a packed copy of the contract is checked like any other',
  async () => {
    const packed = join(folder, 'plugins/tape/node_modules/stackvault');
    const { stdout } = await run('npm', ['pack', '--json', '--dry-run', '--ignore-scripts'], { HOME: folder });
    const [{ files }] = JSON.parse(stdout) as [{ files: readonly { path: string }[] }];
    const wanted = files.filter(({ path }) => /^(package\.json|dist\/src\/provider)/.test(path));
    rmSync(packed);
    for (const { path } of wanted) {
      mkdirSync(join(packed, dirname(path)), { recursive: true });
      writeFileSync(join(packed, path), readFileSync(join(PROJECT, path)));
    }
    for (const path of ['bin/stackvault.js', 'templates/backup-plugin/index.js', 'config/default.json'])
      expect(files).toContainEqual(expect.objectContaining({ path }));
    const { code, output } = await inFolder('stackvault', ['plugin', 'check', 'plugins/tape', '--set', 'folder=tapes']);
    expect({ code, output }).toEqual({ code: 0, output: expect.stringMatching(/not checked: being cut off.*\n\n45 kept, 0 broken\n$/) });
    const tested = await inFolder('node', ['--test', 'contract.test.js'], { cwd: join(folder, 'plugins/tape') });
    expect(tested).toEqual({ code: 0, output: expect.stringContaining('# pass 48'), errors: '' });
  },
  TEST_MS,
);

/** The plugin of the book, but for what is broken. */
const BROKEN = `
import tape from '../../plugins/tape/index.js';

export default {
  ...tape,
  name: 'broken',
  settings: { ...tape.settings, password: { kind: 'string', description: 'secret', default: '', secret: true } },
  create: (settings, host) => {
    setInterval(() => undefined, 1e6);
    return Object.assign(tape.create(settings, host), {
      capacity: () => new Promise(() => undefined),
      findBackup: () => { throw new Error('the tape is torn'); },
      checkConnection: async () => [{ name: 'login', isPassed: true, detail: 'as ' + settings.password }],
    });
  },
};
`;

test(
  'a plugin that breaks the contract is told what it keeps and what it breaks, and holds nobody up',
  async () => {
    mkdirSync(join(folder, 'unsound/broken'), { recursive: true });
    writeFileSync(join(folder, 'unsound/broken/index.js'), BROKEN);
    writeFileSync(join(folder, 'password'), 'hunter2\n');
    const settings = ['--set', 'folder=tapes', '--set', 'password=@password', '--limit', '10'];
    const { code, output, errors } = await inFolder('stackvault', ['plugin', 'check', 'unsound/broken', ...settings]);
    expect({ code, errors }).toEqual({ code: 1, errors: '' });
    const broken = [...output.matchAll(/^ {2}BREAKS {2}(.*)\n {10}(.*)$/gm)].map(([, name = '', why]) => [name, why]);
    expect(broken).toEqual([
      ['tells each step on the way to its backup system, if it can try them', 'the step login shows a secret'],
      ['answers the backup that is named as its list shows it, if it can look one up', 'the tape is torn'],
      ['answers nothing for a backup that was deleted or never taken', 'the tape is torn'],
      ['tells in bytes how full its storage is, or that it cannot', 'it has not ended within 10 s and was given up'],
      ['leaves no timer running that holds the process', expect.stringMatching(/^\d+ timers still run; clear them, or unref\(\) them$/)],
    ]);
    expect(output).toMatch(/\n40 kept, 5 broken\n$/);
    expect(output).not.toContain('hunter2');
  },
  TEST_MS,
);

test.each([
  [['check', 'unsound/broken', '--set', 'colour=red'], 'it has no setting "colour"; there are: folder, delay.ms, password'],
  [['check', 'unsound/broken', '--set', 'password=hunter2'], 'the setting password is secret: write it to a file and say password=@<file>'],
  [['check', 'unsound/broken', '--set', 'delay.ms=soon'], 'the value of the setting delay.ms is not a valid integer'],
  [['check', 'unsound/broken', '--limit', 'soon'], '--limit is "soon", not a number of seconds'],
  [['check', 'tapes'], /^plugin tapes in .*: there is no index.js$/],
  [
    ['check', join(PROJECT, 'dist/plugins/inventory/simulator')],
    'simulator is a plugin of kind inventory; there are checks of backup plugins only',
  ],
  [['new', 'Tape'], 'the name of a plugin must match /^[a-z][a-z0-9-]*$/'],
  [['new', 'tape', 'plugins'], /plugins\/tape is there already$/],
  [['sell', 'tape'], /^what\? For example: /],
])('plugin %j is refused', async (args, why) => {
  const { code, output, errors } = await inFolder('stackvault', ['plugin', ...args]);
  expect({ code, output }).toEqual({ code: 1, output: '' });
  expect(errors.replace(/^stackvault plugin: /, '').trimEnd()).toEqual(typeof why === 'string' ? why : expect.stringMatching(why));
});

/** The log of a server with these plugins, its answer to `listBackupProviders`, and how it ended; in between it backs the sandbox up with its own. */
async function serveBeside(path: string) {
  const server = await startProcess({ env: { PLUGINS_PATH: path } });
  const client = await server.client();
  await takeBackup(client, (await guard(client)).machineId);
  const zoneid = String((await only(client, 'listZones', 'zone')).id);
  const providers = await listed(client, 'listBackupProviders', 'providers', { zoneid });
  return { exit: await server.kill(), providers, log: server.log };
}

test('a plugin that leaves a timer behind harms nobody else, and does not keep a server from stopping', async () => {
  const { providers, exit } = await serveBeside(join(folder, 'unsound'));
  expect(providers.find(({ name }) => name === 'broken')?.capabilities).toEqual(['capacity', 'deletebackup', 'restorevolume']);
  expect(exit).toEqual({ code: 0, signal: null });
});

test('a server tells of plugins that it cannot load, and serves with the others', async () => {
  const { providers, exit, log } = await serveBeside(`${join(folder, 'plugins')}:${folder}`);
  expect(each(providers, 'name')).toEqual(['dummy', 'veeam', 'tape']);
  const told = log.filter(({ message }) => message === 'plugin not loaded');
  expect(told).toContainEqual(expect.objectContaining({ level: 'error', name: 'bin', folder, reason: 'there is no index.js' }));
  expect(exit).toEqual({ code: 0, signal: null });
});
