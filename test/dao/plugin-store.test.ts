import { DatabaseStore } from '../../src/plugin-host/database-store.js';
import { ProviderError } from '../../src/provider/index.js';
import { forEachEngine, testDatabase } from '../kit/engines.js';
import { describeStore } from '../kit/memory-store.js';

forEachEngine((engine) => {
  const handle = testDatabase(engine);

  describeStore(`on ${engine}`, (scope) => new DatabaseStore(handle.db, scope));

  test('says what is too large', async () => {
    const store = new DatabaseStore(handle.db, 'owner');
    const refused: unknown = await store.put('key', 'v'.repeat(1_048_576), undefined).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(ProviderError);
    expect(refused).toMatchObject({ fault: 'capacity', message: expect.stringContaining('1048576 bytes') as string });
  });

  describe('the entries of an owner', () => {
    const entries = () => handle.db.daos.pluginStore;

    test('are found, changed and deleted by key', async () => {
      expect(await entries().insert('owner', 'key', '1')).toBe(true);
      expect(await entries().insert('owner', 'key', '2')).toBe(false);
      expect(await entries().update('owner', 'key', '3', 1)).toBe(true);
      expect(await entries().update('owner', 'key', '4', 1)).toBe(false);
      expect(await entries().find('owner', 'key')).toEqual({ entryKey: 'key', value: '3', version: 2 });
      await entries().delete('owner', 'key');
      expect(await entries().find('owner', 'key')).toBeUndefined();
    });

    test('are listed after a key, as many as are asked for', async () => {
      for (const key of ['b', 'a/2', 'a/1', 'a/3']) await entries().insert('owner', key, '1');
      await entries().insert('another', 'a/4', '1');
      const keys = async (prefix: string, after: string, limit: number) =>
        (await entries().listAfter('owner', prefix, after, limit)).map(({ entryKey }) => entryKey);
      expect(await keys('a/', '', 2)).toEqual(['a/1', 'a/2']);
      expect(await keys('a/', 'a/2', 2)).toEqual(['a/3']);
      expect(await keys('', 'a/3', 9)).toEqual(['b']);
    });
  });
});
