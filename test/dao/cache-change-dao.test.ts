import { CREATED } from '../kit/builders.js';
import { forEachEngine, testDatabase } from '../kit/engines.js';

const later = (ms: number): Date => new Date(CREATED.getTime() + ms);

forEachEngine((engine) => {
  const handle = testDatabase(engine);
  const changes = () => handle.db.daos.cacheChanges;

  test('gives a topic another mark after each change, and leaves the others theirs', async () => {
    expect(await changes().marks()).toEqual(new Map());
    await changes().insert('zone', CREATED);
    await changes().insert('identity', CREATED);
    const before = await changes().marks();
    await changes().insert('zone', CREATED);
    const after = await changes().marks();
    expect([...after.keys()].sort()).toEqual(['identity', 'zone']);
    expect(after.get('zone')).not.toBe(before.get('zone'));
    expect(after.get('identity')).toBe(before.get('identity'));
  });

  test('gives a topic another mark although its oldest change is forgotten at the same time', async () => {
    await changes().insert('zone', CREATED);
    const before = await changes().marks();
    await changes().insert('zone', later(1));
    await changes().deleteBefore(later(1));
    expect((await changes().marks()).get('zone')).not.toBe(before.get('zone'));
  });

  test('gives a topic another mark although the later change has a smaller id, as on a cluster', async () => {
    const insert = (id: number, created: Date) => handle.db.knex('cache_change').insert({ id, topic: 'zone', created });
    await insert(5, CREATED);
    await insert(8, later(1));
    const before = await changes().marks();
    await insert(7, later(1));
    await changes().deleteBefore(later(1));
    expect((await changes().marks()).get('zone')).not.toBe(before.get('zone'));
  });

  test('forgets only what came before the moment', async () => {
    await changes().insert('zone', later(999));
    await changes().insert('identity', later(1000));
    await changes().deleteBefore(later(1000));
    expect([...(await changes().marks()).keys()]).toEqual(['identity']);
  });
});
