import { mkdtempSync, rmSync, symlinkSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadPlugins } from '../../src/provider/load-plugins.js';

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
    const { backup, inventory } = await loadPlugins(folder('../../plugins'));
    expect([...backup.keys()]).toContain('dummy');
    expect([...inventory.keys()]).toContain('simulator');
  });
});

describe('a plugin with a fault stops the start', () => {
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
    await expect(loadPlugins(fixture(name))).rejects.toHaveProperty('message', `${plugin} in ${where}: ${why}`);
  });

  test('also in a further folder, whose plugins say themselves of what kind they are', async () => {
    const where = join(fixture('other-kind'), 'backup');
    await expect(loadPlugins(fixture('further'), [where])).resolves.toHaveProperty('inventory.size', 1);
    const unkind = join(fixture('no-kind'));
    const why = 'its default export is not a plugin; declare it with definePlugin';
    await expect(loadPlugins(fixture('further'), [unkind])).rejects.toHaveProperty('message', `plugin sample in ${unkind}: ${why}`);
  });

  test('and so does another of its kind and name, and both folders are named', async () => {
    const [mine, theirs] = [join(fixture('good'), 'backup'), fixture('clash')];
    const message = `there are two backup plugins sample: in ${mine} and in ${theirs}`;
    await expect(loadPlugins(fixture('good'), [fixture('further'), theirs])).rejects.toHaveProperty('message', message);
  });

  test('and so does a folder that is not there', async () => {
    const nowhere = fixture('nowhere');
    await expect(loadPlugins(nowhere)).rejects.toHaveProperty('message', `there is no plugins folder ${nowhere}`);
    await expect(loadPlugins(fixture('good'), [nowhere])).rejects.toHaveProperty('message', `there is no plugins folder ${nowhere}`);
  });

  test('and keeps what it threw as the cause', async () => {
    const error = await loadPlugins(fixture('throws')).catch((cause: unknown) => cause);
    expect((error as Error).cause).toMatchObject({ message: 'the library is not installed' });
  });
});
