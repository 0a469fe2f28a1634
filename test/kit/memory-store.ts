import { randomUUID } from 'node:crypto';
import type { Json, PluginStore } from '../../src/provider/index.js';

export { hostOn, MemoryStore } from '../../src/provider-test/memory-store.js';

const MAX_KEY_LENGTH = 190;
const MAX_VALUE_BYTES = 1024 * 1024;

/** Opens the store of one plugin and zone; the same scope again is the same store, another scope is another. */
export type OpenStore = (scope: string) => PluginStore | Promise<PluginStore>;

/** What every store must do that a plugin is given. */
export function describeStore(name: string, open: OpenStore): void {
  describe(`plugin store contract: ${name}`, () => {
    describeEntries(open);
    describeValues(open);
    describeVersions(open);
    describeLists(open);
  });
}

const fresh = (open: OpenStore) => open(`scope-${randomUUID()}`);

async function keysOf(store: PluginStore, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const page of store.list(prefix)) keys.push(...page.map(({ key }) => key));
  return keys;
}

function describeEntries(open: OpenStore): void {
  test('knows nothing of a key that was never written', async () => {
    const store = await fresh(open);
    expect(await store.get('absent')).toBeUndefined();
    expect(await keysOf(store, '')).toEqual([]);
  });

  test('answers what was written, also when opened again', async () => {
    const scope = `scope-${randomUUID()}`;
    const store = await open(scope);
    expect(await store.put('a/b', { n: 1 }, undefined)).toBe(true);
    for (const reader of [store, await open(scope)]) {
      expect(await reader.get('a/b')).toEqual({ key: 'a/b', value: { n: 1 }, version: 1 });
    }
  });

  test('keeps scopes apart', async () => {
    const [one, other] = [await fresh(open), await fresh(open)];
    await one.put('key', 'mine', undefined);
    expect(await other.get('key')).toBeUndefined();
    expect(await keysOf(other, '')).toEqual([]);
    await other.delete('key');
    expect(await one.get('key')).toMatchObject({ value: 'mine' });
  });

  test('forgets a deleted key, and accepts that it is deleted again', async () => {
    const store = await fresh(open);
    await store.put('key', 1, undefined);
    await store.put('other', 1, undefined);
    await store.delete('key');
    await store.delete('key');
    expect(await store.get('key')).toBeUndefined();
    expect(await keysOf(store, '')).toEqual(['other']);
    expect(await store.put('key', 2, undefined)).toBe(true);
  });

  test.each([
    ['case', 'Key', 'key'],
    ['accents', 'é', 'e'],
    ['a space at the end', 'key ', 'key'],
  ])('tells keys apart that differ only in %s', async (_what, one, other) => {
    const store = await fresh(open);
    await store.put(one, 'one', undefined);
    expect(await store.get(other)).toBeUndefined();
    expect(await store.put(other, 'other', undefined)).toBe(true);
    expect(await store.get(one)).toMatchObject({ key: one, value: 'one' });
  });

  test('takes a key of 190 characters and refuses a longer one', async () => {
    const store = await fresh(open);
    const longest = 'k'.repeat(MAX_KEY_LENGTH);
    expect(await store.put(longest, 1, undefined)).toBe(true);
    expect(await store.get(longest)).toMatchObject({ key: longest });
    await expect(store.put(`${longest}k`, 1, undefined)).rejects.toThrow();
    expect(await keysOf(store, '')).toEqual([longest]);
  });
}

function describeValues(open: OpenStore): void {
  test.each<[string, Json]>([
    ['null', null],
    ['a boolean', false],
    ['a whole number', Number.MAX_SAFE_INTEGER],
    ['a fraction', -0.1],
    ['the empty text', ''],
    ['a text of any script', 'naïve "quoted" \\ 日本 \u{1f4be}\n\t'],
    ['an empty list', []],
    ['an empty object', {}],
    ['an object within an object', { b: [1, { a: null }], a: { '': 'empty', 'a.b': 'dot' } }],
  ])('gives back %s as it was', async (_what, value) => {
    const store = await fresh(open);
    await store.put('key', value, undefined);
    expect((await store.get('key'))?.value).toStrictEqual(value);
  });

  test('takes a value of 1 MiB and refuses a larger one', async () => {
    const store = await fresh(open);
    const large = 'v'.repeat(MAX_VALUE_BYTES - 2);
    expect(await store.put('key', large, undefined)).toBe(true);
    expect((await store.get('key'))?.value === large).toBe(true);
    await expect(store.put('key', `${large}v`, 1)).rejects.toThrow();
    expect((await store.get('key'))?.version).toBe(1);
  });

  test('hands out copies', async () => {
    const store = await fresh(open);
    const given = { list: [1] };
    await store.put('key', given, undefined);
    given.list.push(2);
    const read = await store.get('key');
    (read?.value as { list: number[] }).list.push(3);
    expect((await store.get('key'))?.value).toEqual({ list: [1] });
  });
}

function describeVersions(open: OpenStore): void {
  test('counts the writes of a key', async () => {
    const store = await fresh(open);
    for (const expected of [undefined, 1, 2]) expect(await store.put('key', 'same', expected)).toBe(true);
    expect(await store.get('key')).toEqual({ key: 'key', value: 'same', version: 3 });
  });

  test('refuses to write over an entry that the writer has not seen', async () => {
    const store = await fresh(open);
    await store.put('key', 'first', undefined);
    expect(await store.put('key', 'second', undefined)).toBe(false);
    expect(await store.get('key')).toEqual({ key: 'key', value: 'first', version: 1 });
  });

  test('refuses a write that expects an older or a later version', async () => {
    const store = await fresh(open);
    await store.put('key', 'first', undefined);
    await store.put('key', 'second', 1);
    for (const expected of [0, 1, 3]) expect(await store.put('key', 'third', expected)).toBe(false);
    expect(await store.get('key')).toEqual({ key: 'key', value: 'second', version: 2 });
  });

  test('refuses a write that expects an entry where there is none', async () => {
    const store = await fresh(open);
    await store.put('key', 'first', undefined);
    await store.delete('key');
    for (const expected of [0, 1]) expect(await store.put('key', 'second', expected)).toBe(false);
    expect(await store.get('key')).toBeUndefined();
  });

  test.each([
    ['that is absent', undefined],
    ['that is there', 1],
  ])('lets one of many writers win at a key %s', async (_what, expected) => {
    const scope = `scope-${randomUUID()}`;
    const stores = await Promise.all(Array.from({ length: 8 }, async () => open(scope)));
    if (expected !== undefined) await stores[0]?.put('key', 'before', undefined);
    const won = await Promise.all(stores.map((store, writer) => store.put('key', writer, expected)));
    expect(won.filter(Boolean)).toHaveLength(1);
    expect(await stores[0]?.get('key')).toEqual({ key: 'key', value: won.indexOf(true), version: (expected ?? 0) + 1 });
  });
}

function describeLists(open: OpenStore): void {
  const many = Array.from({ length: 350 }, (_, index) => `many/${String(index).padStart(4, '0')}`);

  test('lists every entry under a prefix once, in key order', async () => {
    const store = await fresh(open);
    for (const key of [...many].reverse()) await store.put(key, key, undefined);
    await store.put('other/1', 1, undefined);
    expect(await keysOf(store, 'many/')).toEqual(many);
    expect(await keysOf(store, '')).toEqual([...many, 'other/1']);
    expect(await keysOf(store, 'none/')).toEqual([]);
  });

  test('lists every entry although those already listed are deleted meanwhile', async () => {
    const store = await fresh(open);
    for (const key of many) await store.put(key, 1, undefined);
    const seen: string[] = [];
    for await (const page of store.list('many/')) {
      for (const { key } of page) {
        seen.push(key);
        await store.delete(key);
      }
    }
    expect(seen).toEqual(many);
  });

  test('lists values and versions', async () => {
    const store = await fresh(open);
    await store.put('key', { n: 1 }, undefined);
    await store.put('key', { n: 2 }, 1);
    for await (const page of store.list('k')) expect(page).toEqual([{ key: 'key', value: { n: 2 }, version: 2 }]);
    expect.assertions(1);
  });

  test.each(['50%/', 'a_/', 'a\\/', 'Key/'])('takes the prefix %s as it is written', async (prefix) => {
    const store = await fresh(open);
    for (const key of ['50%/1', '500/1', 'a_/1', 'ab/1', 'a\\/1', 'Key/1', 'key/1']) await store.put(key, 1, undefined);
    expect(await keysOf(store, prefix)).toEqual([`${prefix}1`]);
  });
}
