import { insertDomain } from '../kit/builders.js';
import { forEachEngine, testDatabase } from '../kit/engines.js';
import { meetsDuplicate } from '../kit/races.js';

const ALL = { limit: 100, offset: 0 };

forEachEngine((engine) => {
  const handle = testDatabase(engine);
  const daos = () => handle.db.daos;

  test('finds a domain by its uuid and by its path', async () => {
    const top = await insertDomain(daos(), { path: 'ROOT' });
    const below = await insertDomain(daos(), { parentId: top.id, path: 'ROOT/below' });
    expect(await daos().domains.findByUuid(below.uuid)).toMatchObject(below);
    expect(await daos().domains.findByPath('ROOT')).toMatchObject({ id: top.id, parentId: null });
    expect(await daos().domains.findByPath('root')).toBeUndefined();
    expect(await daos().domains.findByUuid('none')).toBeUndefined();
  });

  test('takes a path once', async () => {
    const { path } = await insertDomain(daos());
    expect(await meetsDuplicate(insertDomain(daos(), { path }))).toBe(true);
  });

  test('no longer knows a removed domain', async () => {
    const { uuid, path } = await insertDomain(daos());
    await handle.db.knex('domain').update({ removed: new Date(), live: null });
    expect(await daos().domains.findByUuid(uuid)).toBeUndefined();
    expect(await daos().domains.findByPath(path)).toBeUndefined();
    expect(await daos().domains.list({}, ALL)).toEqual({ rows: [], total: 0 });
  });

  test('lists domains, oldest first, narrowed by each field', async () => {
    const wanted = await insertDomain(daos(), { name: 'wanted' });
    const other = await insertDomain(daos());
    expect((await daos().domains.list({}, ALL)).rows.map(({ id }) => id)).toEqual([wanted.id, other.id]);
    for (const filter of [{ id: wanted.id }, { name: 'wanted' }, { keyword: 'ANT' }]) {
      expect(await daos().domains.list(filter, ALL)).toMatchObject({ rows: [wanted], total: 1 });
    }
  });
});
