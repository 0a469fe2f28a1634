import type { Domain, DomainFilter } from '../../src/dao/domain-dao.js';
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

  describe('the tree', () => {
    /** ROOT, in it north with far, and beside it what a careless comparison would take for a part of it. */
    const plant = async () => {
      const top = await insertDomain(daos(), { name: 'ROOT', path: 'ROOT' });
      const make = (name: string, parent: Domain) => insertDomain(daos(), { name, parentId: parent.id, path: `${parent.path}/${name}` });
      const north = await make('n_rth 100%💾', top);
      const far = await make('far', north);
      const lookalikes = [await make(`${north.name}ern`, top), await make(north.name.toUpperCase(), top), await make('nXrth 100%💾', top)];
      const strangers = await Promise.all(lookalikes.map((domain) => make('far', domain)));
      return { top, north, far, others: [...lookalikes, ...strangers] };
    };
    const ids = (domains: readonly Domain[]) => domains.map(({ id }) => id);
    const listed = async (filter: DomainFilter) => ids((await daos().domains.list(filter, ALL)).rows);

    test('is what begins with a path, letter by letter', async () => {
      const { north, far } = await plant();
      expect(await daos().domains.listTreeIds(north.path)).toEqual(ids([north, far]));
      expect(await daos().domains.listTreePaths(north.path)).toEqual([north.path, far.path]);
      expect([await daos().domains.existBelow(north.path), await daos().domains.existBelow(far.path)]).toEqual([true, false]);
    });

    test('narrows lists by its levels, and shows who is above and whether anybody is below', async () => {
      const { top, north, far } = await plant();
      expect(await listed({ path: north.path })).toEqual(ids([north, far]));
      expect(await listed({ belowPath: north.path })).toEqual([far.id]);
      expect(await listed({ parentId: north.id })).toEqual([far.id]);
      expect(await listed({ level: 0 })).toEqual([top.id]);
      expect(await listed({ path: north.path, level: 2 })).toEqual([far.id]);
      expect(await daos().domains.findView(top.id)).toMatchObject({ parentUuid: null, parentName: null, hasChild: true });
      expect(await daos().domains.findView(far.id)).toMatchObject({ parentUuid: north.uuid, parentName: north.name, hasChild: false });
    });

    test('is moved and removed as a whole, and nothing else is', async () => {
      const { north, far, others } = await plant();
      await daos().domains.moveTree(north.path, 'ROOT/s%uth');
      expect(await daos().domains.findByUuid(north.uuid)).toMatchObject({ path: 'ROOT/s%uth' });
      expect(await daos().domains.findByUuid(far.uuid)).toMatchObject({ path: 'ROOT/s%uth/far' });
      await daos().domains.removeTree('ROOT/s%uth', new Date());
      expect([await daos().domains.findById(north.id), await daos().domains.findById(far.id)]).toEqual([undefined, undefined]);
      for (const other of others) expect(await daos().domains.findById(other.id)).toMatchObject({ path: other.path });
      expect(await daos().domains.findByUuidIncludingRemoved(far.uuid)).toMatchObject({ removed: expect.any(Date) as Date });
    });

    test('answers a domain that is touched, unless it is gone', async () => {
      const { north } = await plant();
      expect(await daos().domains.touch(north.id)).toMatchObject({ path: north.path });
      await daos().domains.removeTree(north.path, new Date());
      expect(await daos().domains.touch(north.id)).toBeUndefined();
    });
  });
});
