import { randomUUID } from 'node:crypto';
import { insertRepository } from '../kit/builders.js';
import { forEachEngine, testDatabase } from '../kit/engines.js';

const ALL = { limit: 100, offset: 0 };
const REMOVED = new Date('2026-02-03T04:05:06.789Z');

forEachEngine((engine) => {
  const handle = testDatabase(engine);
  const daos = () => handle.db.daos;

  test('finds a repository as it was inserted', async () => {
    const repository = await insertRepository(daos(), { crossZone: true, capacityBytes: 2 ** 45, name: 'Ö 1' });
    expect(await daos().repositories.findByUuid(repository.uuid)).toMatchObject(repository);
    expect(await daos().repositories.findByUuid(randomUUID())).toBeUndefined();
  });

  test('lists repositories, oldest first, narrowed by each of the filters', async () => {
    const wanted = await insertRepository(daos(), { name: 'wanted', provider: 'special' });
    const other = await insertRepository(daos());
    expect((await daos().repositories.list({}, ALL)).rows.map(({ id }) => id)).toEqual([wanted.id, other.id]);
    const { id, zoneId } = wanted;
    for (const filter of [{ id }, { zoneId }, { name: 'wanted' }, { provider: 'special' }, { keyword: 'ANT' }, { keyword: 'PECI' }]) {
      expect(await daos().repositories.list(filter, ALL)).toMatchObject({ rows: [wanted], total: 1 });
    }
    expect(await daos().repositories.list({ name: 'want' }, ALL)).toEqual({ rows: [], total: 0 });
  });

  test('changes what is given', async () => {
    const repository = await insertRepository(daos());
    const changes = { name: 'new', address: '//host/share', mountOptions: 'other', crossZone: true };
    await daos().repositories.update(repository.id, changes);
    expect(await daos().repositories.findByUuid(repository.uuid)).toMatchObject({ ...repository, ...changes });
  });

  test('no longer finds a removed repository, which can be removed once', async () => {
    const { id, uuid } = await insertRepository(daos());
    expect(await daos().repositories.remove(id, REMOVED)).toBe(true);
    expect(await daos().repositories.remove(id, REMOVED)).toBe(false);
    expect(await daos().repositories.findByUuid(uuid)).toBeUndefined();
    expect((await daos().repositories.list({}, ALL)).rows).toEqual([]);
  });
});
