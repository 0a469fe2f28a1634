import { mkdtempSync, rmSync, symlinkSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { whyAbsent } from '../../src/absent-plugin.js';
import { loadPlugin, loadPlugins, type Plugins } from '../../src/provider/load-plugins.js';

const folder = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const fixture = (name: string) => folder(`../kit/plugins/${name}`);

describe('plugins without a fault', () => {
  test('are loaded by kind and name, and files beside them are ignored', async () => {
    const { backup, inventory } = await loadPlugins(fixture('good'));
    expect([...backup.keys()]).toEqual(['another-2', 'sample']);
    expect([...inventory.keys()]).toEqual(['sample']);
    expect(backup.get('sample')).toMatchObject({ kind: 'backup', name: 'sample', version: '1.0.0' });
    expect(inventory.get('sample')).toMatchObject({ kind: 'inventory', name: 'sample' });
  });

  test('are loaded as built where they are built', async () => {
    const { backup } = await loadPlugins(fixture('built'));
    expect(backup.get('sample')).toMatchObject({ description: 'Built', version: '2.0.0' });
  });

  test('are loaded through links', async () => {
    const root = mkdtempSync(join(tmpdir(), 'plugins-'));
    try {
      mkdirSync(join(root, 'backup'));
      symlinkSync(join(fixture('good'), 'backup', 'sample'), join(root, 'backup', 'sample'));
      expect([...(await loadPlugins(root)).backup.keys()]).toEqual(['sample']);
    } finally {
      rmSync(root, { recursive: true });
    }
  });

  test('are loaded from further folders, whatever their kind, and what is there beside them is ignored', async () => {
    const further = mkdtempSync(join(tmpdir(), 'plugins-'));
    try {
      for (const name of ['third', 'stock']) symlinkSync(join(fixture('further'), name), join(further, name));
      for (const name of ['node_modules', '.git']) mkdirSync(join(further, name));
      const { backup, inventory } = await loadPlugins(fixture('good'), [further]);
      expect([...backup.keys()]).toEqual(['another-2', 'sample', 'third']);
      expect([...inventory.keys()]).toEqual(['sample', 'stock']);
    } finally {
      rmSync(further, { recursive: true });
    }
  });

  test('come with the server', async () => {
    const { backup, inventory, broken } = await loadPlugins(folder('../../plugins'));
    expect(broken).toEqual([]);
    expect([...backup.keys()]).toContain('dummy');
    expect([...inventory.keys()]).toContain('simulator');
  });
});

/** The plugins that could not be loaded, by what they say. */
const faultsOf = ({ broken }: Plugins) => broken.map(({ message }) => message);

describe('a plugin with a fault is left out, and says what is wrong with it', () => {
  test.each([
    ['bad-folder', 'backup plugin Sample_1', 'the name of the folder must match /^[a-z][a-z0-9-]*$/'],
    ['no-entry', 'backup plugin sample', 'there is no index.js'],
    ['throws', 'backup plugin sample', 'it cannot be loaded: the library is not installed'],
    ['no-default', 'backup plugin sample', 'its default export is not a plugin; declare it with definePlugin'],
    ['no-create', 'backup plugin sample', 'its default export is not a plugin; declare it with definePlugin'],
    ['no-description', 'backup plugin sample', 'its default export is not a plugin; declare it with definePlugin'],
    ['no-settings', 'backup plugin sample', 'its default export is not a plugin; declare it with definePlugin'],
    ['other-name', 'backup plugin sample', 'it exports the name "simple"; name and folder must be the same'],
    ['other-kind', 'backup plugin sample', 'it is of kind "inventory"; its folder is for kind "backup"'],
    ['other-version', 'backup plugin sample', 'it speaks plugin API 99; this server speaks 3'],
    ['bad-key', 'backup plugin sample', 'its setting "Some-Key" must match /^[a-z][a-z0-9.]*$/'],
    ['bad-integer', 'backup plugin sample', 'the default "many" of its setting count is not a valid integer'],
    ['bad-boolean', 'backup plugin sample', 'the default "yes" of its setting enabled is not a valid boolean'],
    ['bad-default', 'backup plugin sample', 'the default "5" of its setting count is not a valid integer'],
    ['bad-setting-kind', 'backup plugin sample', 'the default "-1" of its setting count is not a valid date'],
  ])('%s', async (name, plugin, why) => {
    const where = join(fixture(name), 'backup');
    const plugins = await loadPlugins(fixture(name), [fixture('further')]);
    expect(faultsOf(plugins)).toEqual([`${plugin} in ${where}: ${why}`]);
    expect([...plugins.backup.keys(), ...plugins.inventory.keys()]).toEqual(['third', 'stock']);
  });

  test('also in a further folder, whose plugins say themselves of what kind they are', async () => {
    const where = join(fixture('other-kind'), 'backup');
    await expect(loadPlugins(fixture('further'), [where])).resolves.toHaveProperty('inventory.size', 1);
    const unkind = join(fixture('no-kind'));
    const plugins = await loadPlugins(fixture('further'), [unkind]);
    expect(faultsOf(plugins)).toEqual([`plugin sample in ${unkind}: its default export is not a plugin; declare it with definePlugin`]);
    // It may be the one that is asked for.
    for (const kind of ['backup', 'inventory'] as const) {
      const why = `${kind} plugin sample could not be loaded: its default export is not a plugin; declare it with definePlugin`;
      expect(whyAbsent(plugins, kind, 'sample')).toBe(why);
      expect(whyAbsent(plugins, kind, 'simple')).toBe(`there is no ${kind} plugin "simple"`);
    }
  });

  test('such as a link that leads nowhere', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'plugins-'));
    try {
      symlinkSync(join(folder, 'nowhere'), join(folder, 'moved'));
      expect(faultsOf(await loadPlugins(fixture('good'), [folder]))).toEqual([`plugin moved in ${folder}: there is no index.js`]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('such as the second of two with its kind and name, whether or not the first can be loaded', async () => {
    const [mine, theirs] = [join(fixture('good'), 'backup'), fixture('clash')];
    const plugins = await loadPlugins(fixture('good'), [fixture('further'), theirs]);
    expect(faultsOf(plugins)).toEqual([
      `backup plugin sample in ${theirs}: there is one in ${mine} already, which comes first; take one of them away`,
    ]);
    expect(plugins.backup.get('sample')).toBe((await loadPlugins(fixture('good'))).backup.get('sample'));
    const { backup, broken } = await loadPlugins(fixture('no-entry'), [theirs]);
    expect([backup.size, broken.map(({ what }) => what)]).toEqual([0, [expect.any(String), `backup plugin sample in ${theirs}`]]);
    // An inventory plugin of the name is nobody's second.
    expect(await loadPlugins(fixture('no-entry'), [theirs, join(fixture('good'), 'inventory')])).toHaveProperty('inventory.size', 1);
  });

  test('such as one that never ends to load, and those that throw: what they throw is told to nobody but the log', async () => {
    const where = fixture('broken');
    // What has been loaded once is there at once.
    await loadPlugins(fixture('good'));
    for (const name of ['dummy', 'throwing', 'curious']) await loadPlugin(join(where, name)).catch(() => undefined);
    const plugins = await loadPlugins(fixture('good'), [where], 300);
    expect([...plugins.backup.keys()]).toEqual(['another-2', 'sample', 'dummy']);
    const reasons = new Map(plugins.broken.map(({ place, reason }) => [place.name, reason]));
    expect(reasons.get('endless')).toBe('it has not been loaded after 0.3 s');
    expect(reasons.get('throwing')).toBe('it cannot be loaded; the log has the cause');
    const [throwing, curious] = ['throwing', 'curious'].map((name) => plugins.broken.find(({ place }) => place.name === name));
    expect(throwing).toMatchObject({
      message: expect.stringMatching(/: it cannot be loaded: the token is hunter2$/),
      cause: expect.any(Error),
    });
    expect(curious?.message).toMatch(/: it cannot be loaded: \[Object: null prototype\] \{\}$/);
  });
});

test('a folder of plugins that is not there stops the start', async () => {
  const nowhere = fixture('nowhere');
  await expect(loadPlugins(nowhere)).rejects.toHaveProperty('message', `there is no plugins folder ${nowhere}`);
  await expect(loadPlugins(fixture('good'), [nowhere])).rejects.toHaveProperty('message', `there is no plugins folder ${nowhere}`);
});
