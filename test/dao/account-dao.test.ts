import { insertAccount, insertDomain } from '../kit/builders.js';
import { forEachEngine, testDatabase } from '../kit/engines.js';
import { meetsDuplicate } from '../kit/races.js';

const ALL = { limit: 100, offset: 0 };

forEachEngine((engine) => {
  const handle = testDatabase(engine);
  const daos = () => handle.db.daos;

  test('finds an account by its uuid and by its name in a domain', async () => {
    const { name } = await insertAccount(daos());
    const account = await insertAccount(daos(), { name, role: 'Admin', state: 'locked' });
    expect(await daos().accounts.findByUuid(account.uuid)).toMatchObject(account);
    expect(await daos().accounts.findByName(account.domainId, account.name)).toMatchObject({ id: account.id });
    expect(await daos().accounts.findByName(account.domainId, account.name.toUpperCase())).toBeUndefined();
    expect(await daos().accounts.findByUuid('none')).toBeUndefined();
  });

  test('takes a name once in a domain', async () => {
    const { domainId, name } = await insertAccount(daos());
    expect(await meetsDuplicate(insertAccount(daos(), { domainId, name }))).toBe(true);
  });

  test('knows whether there is any account', async () => {
    expect(await daos().accounts.exist()).toBe(false);
    await insertAccount(daos());
    expect(await daos().accounts.exist()).toBe(true);
  });

  test('lists accounts with their domains, oldest first', async () => {
    const domain = await insertDomain(daos());
    const [first, second] = [await insertAccount(daos(), { domainId: domain.id }), await insertAccount(daos())];
    const { rows, total } = await daos().accounts.list({}, ALL);
    expect(rows.map(({ id }) => id)).toEqual([first.id, second.id]);
    expect(rows[0]).toMatchObject({ ...first, domainUuid: domain.uuid, domainPath: domain.path });
    expect(total).toBe(2);
  });

  test('no longer knows a removed account, and frees its name', async () => {
    const { uuid, domainId, name } = await insertAccount(daos());
    await handle.db.knex('account').update({ removed: new Date(), live: null });
    expect(await daos().accounts.findByUuid(uuid)).toBeUndefined();
    expect(await daos().accounts.findByName(domainId, name)).toBeUndefined();
    expect(await daos().accounts.list({}, ALL)).toEqual({ rows: [], total: 0 });
    await insertAccount(daos(), { domainId, name });
  });

  test('removes one account once, or those of a tree of domains', async () => {
    const top = await insertDomain(daos(), { path: 'ROOT/top' });
    const low = await insertDomain(daos(), { path: 'ROOT/top/low', parentId: top.id });
    const [one, two, other] = [
      await insertAccount(daos(), { domainId: top.id }),
      await insertAccount(daos(), { domainId: low.id }),
      await insertAccount(daos()),
    ];
    expect([await daos().accounts.remove(one.id, new Date()), await daos().accounts.remove(one.id, new Date())]).toEqual([true, false]);
    expect([await daos().accounts.touch(one.id), await daos().accounts.touch(two.id)]).toEqual([false, true]);
    expect(await daos().accounts.existIn(top.path)).toBe(true);
    await daos().accounts.removeIn(top.path, new Date());
    expect(await daos().accounts.existIn(top.path)).toBe(false);
    expect((await daos().accounts.list({}, ALL)).rows.map(({ id }) => id)).toEqual([other.id]);
    expect(await daos().accounts.findByUuidIncludingRemoved(two.uuid)).toMatchObject({ removed: expect.any(Date) as Date });
  });

  test('narrows the list by each field, and by several at once', async () => {
    const wanted = await insertAccount(daos(), { name: 'wanted', role: 'Admin', state: 'disabled' });
    await insertAccount(daos());
    const { id, domainId } = wanted;
    for (const filter of [
      { id },
      { domainId },
      { name: 'wanted' },
      { role: 'Admin' },
      { state: 'disabled' },
      { keyword: 'ANTE' },
    ] as const) {
      expect((await daos().accounts.list(filter, ALL)).rows.map((row) => row.id)).toEqual([id]);
    }
    expect(await daos().accounts.list({ id, name: 'other' }, ALL)).toEqual({ rows: [], total: 0 });
  });
});
