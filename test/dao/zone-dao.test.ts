import { insertZone } from '../kit/builders.js';
import { forEachEngine, testDatabase } from '../kit/engines.js';
import { meetsDuplicate } from '../kit/races.js';

forEachEngine((engine) => {
  const handle = testDatabase(engine);
  const daos = () => handle.db.daos;

  test('lists every zone that is not removed, oldest first', async () => {
    const zones = [
      await insertZone(daos(), { networkType: 'Basic', allocationState: 'Disabled' }),
      await insertZone(daos()),
      await insertZone(daos()),
    ];
    await handle.db.knex('zone').where({ id: zones[1]!.id }).update({ removed: new Date(), live: null });
    expect(await daos().zones.listAll()).toMatchObject([zones[0], zones[2]]);
  });

  test('takes a name once among the zones that are not removed', async () => {
    const { id, name } = await insertZone(daos());
    expect(await meetsDuplicate(insertZone(daos(), { name }))).toBe(true);
    await handle.db.knex('zone').where({ id }).update({ removed: new Date(), live: null });
    await insertZone(daos(), { name });
  });
});
