import { insertOffering, insertZone } from '../kit/builders.js';
import { forEachEngine, testDatabase } from '../kit/engines.js';
import { meetsDuplicate, race, winners } from '../kit/races.js';

const ALL = { limit: 100, offset: 0 };
const REMOVED = new Date('2026-02-03T04:05:06.789Z');

forEachEngine((engine) => {
  const handle = testDatabase(engine);
  const daos = () => handle.db.daos;

  test('finds an offering by its uuid, and by its names in the zone', async () => {
    const offering = await insertOffering(daos(), { userDriven: false });
    await insertOffering(daos(), { name: offering.name, externalId: offering.externalId });
    const { zoneId, externalId, name } = offering;
    expect(await daos().offerings.findByUuid(offering.uuid)).toMatchObject({ ...offering, userDriven: false });
    expect(await daos().offerings.findByExternalId(zoneId, externalId)).toMatchObject({ id: offering.id });
    expect(await daos().offerings.findByName(zoneId, name)).toMatchObject({ id: offering.id });
    expect(await daos().offerings.findByName(zoneId, name.toUpperCase())).toBeUndefined();
    expect(await daos().offerings.findByUuid('none')).toBeUndefined();
  });

  test('takes a name once and an external id once in a zone', async () => {
    const { zoneId, name, externalId } = await insertOffering(daos());
    expect(await meetsDuplicate(insertOffering(daos(), { zoneId, name }))).toBe(true);
    expect(await meetsDuplicate(insertOffering(daos(), { zoneId, externalId }))).toBe(true);
    await insertOffering(daos(), { name, externalId });
  });

  test('lets one of many import an external id', async () => {
    const { id: zoneId } = await insertZone(daos());
    const outcomes = await race(8, async () => !(await meetsDuplicate(insertOffering(daos(), { zoneId, externalId: 'gold' }))));
    expect(winners(outcomes)).toBe(1);
  });

  test('no longer finds a removed offering, but by its id, and frees its names', async () => {
    const offering = await insertOffering(daos());
    const { id, zoneId, name, externalId } = offering;
    expect(await daos().offerings.remove(id, REMOVED)).toBe(true);
    expect(await daos().offerings.findByUuid(offering.uuid)).toBeUndefined();
    expect(await daos().offerings.findByName(zoneId, name)).toBeUndefined();
    expect(await daos().offerings.findByExternalId(zoneId, externalId)).toBeUndefined();
    expect(await daos().offerings.list({ id }, ALL)).toEqual({ rows: [], total: 0 });
    expect(await daos().offerings.findByIdIncludingRemoved(id)).toMatchObject({ ...offering, removed: REMOVED });
    await insertOffering(daos(), { zoneId, name, externalId });
  });

  test('lets one of many remove an offering', async () => {
    const { id } = await insertOffering(daos());
    expect(winners(await race(8, () => daos().offerings.remove(id, REMOVED)))).toBe(1);
  });

  test('narrows the list by each field', async () => {
    const wanted = await insertOffering(daos(), { name: 'wanted' });
    const other = await insertOffering(daos());
    expect((await daos().offerings.list({}, ALL)).rows.map(({ id }) => id)).toEqual([wanted.id, other.id]);
    for (const filter of [{ id: wanted.id }, { zoneId: wanted.zoneId }, { name: 'wanted' }, { keyword: 'ANT' }]) {
      expect(await daos().offerings.list(filter, ALL)).toMatchObject({ rows: [wanted], total: 1 });
    }
  });
});
