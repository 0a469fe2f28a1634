import type { LoginLimit } from '../../src/dao/user-dao.js';
import { insertAccount, insertUser, ownerOf } from '../kit/builders.js';
import { forEachEngine, present, testDatabase } from '../kit/engines.js';
import { meetsDuplicate, race } from '../kit/races.js';

const ALL = { limit: 100, offset: 0 };

forEachEngine((engine) => {
  const handle = testDatabase(engine);
  const daos = () => handle.db.daos;
  const ofUser = (column: string, value: unknown) => handle.db.knex('user').where({ [column]: value });

  test('finds a user with its account and domain by id, uuid, API key and name', async () => {
    const account = await insertAccount(daos(), { role: 'Admin', state: 'locked' });
    const user = await insertUser(daos(), { ...ownerOf(account), apiKey: 'Key', secretKey: 'sealed', timezone: 'Etc/UTC' });
    await insertUser(daos());
    const names = { accountUuid: account.uuid, accountName: account.name, accountState: 'locked', role: 'Admin' };
    expect(await daos().users.findById(user.id)).toMatchObject({ ...user, ...names });
    expect(await daos().users.findByUuid(user.uuid)).toMatchObject({ id: user.id, ...names });
    expect(await daos().users.findByApiKey('Key')).toMatchObject({ id: user.id, ...names });
    expect(await daos().users.findByUsername(user.domainId, user.username)).toMatchObject({ id: user.id, ...names });
  });

  test('finds no user by a part of a name, another domain, or the same key in other letters', async () => {
    const { domainId, username } = await insertUser(daos(), { apiKey: 'Key' });
    const { domainId: elsewhere } = await insertUser(daos());
    expect(await daos().users.findByUsername(domainId, username.toUpperCase())).toBeUndefined();
    expect(await daos().users.findByUsername(elsewhere, username)).toBeUndefined();
    expect(await daos().users.findByApiKey('key')).toBeUndefined();
  });

  test.each(['user', 'account'])('no longer knows a user when the %s is removed', async (table) => {
    const user = await insertUser(daos(), { apiKey: 'Key' });
    await handle.db.knex(table).update({ removed: new Date(), live: null });
    expect(await daos().users.findById(user.id)).toBeUndefined();
    expect(await daos().users.findByApiKey('Key')).toBeUndefined();
    expect(await daos().users.list({}, ALL)).toEqual({ rows: [], total: 0 });
  });

  test('takes a name once in a domain, and an API key once', async () => {
    const { domainId, username } = await insertUser(daos(), { apiKey: 'key' });
    const account = await insertAccount(daos(), { domainId });
    expect(await meetsDuplicate(insertUser(daos(), { ...ownerOf(account), username }))).toBe(true);
    expect(await meetsDuplicate(insertUser(daos(), { apiKey: 'key' }))).toBe(true);
    await insertUser(daos(), { username });
  });

  test('lists the users of some accounts, oldest first', async () => {
    const one = await insertAccount(daos());
    const [first, second] = [await insertUser(daos(), ownerOf(one)), await insertUser(daos())];
    const third = await insertUser(daos(), ownerOf(one));
    await insertUser(daos());
    expect((await daos().users.listByAccounts([second.accountId, one.id])).map(({ id }) => id)).toEqual([first.id, second.id, third.id]);
    expect(await daos().users.listByAccounts([])).toEqual([]);
  });

  test('narrows the list by each field', async () => {
    const account = await insertAccount(daos());
    const wanted = await insertUser(daos(), { ...ownerOf(account), username: 'wanted', state: 'disabled' });
    const other = await insertUser(daos());
    expect((await daos().users.list({}, ALL)).rows.map(({ id }) => id)).toEqual([wanted.id, other.id]);
    const { id, accountId, domainId } = wanted;
    for (const filter of [{ id }, { username: 'wanted' }, { accountId }, { domainId }, { state: 'disabled' }]) {
      expect((await daos().users.list(filter, ALL)).rows.map((row) => row.id)).toEqual([id]);
    }
  });

  test.each(['username', 'firstName', 'lastName', 'email'])('finds a keyword in the %s', async (column) => {
    const wanted = await insertUser(daos(), { [column]: 'xxNeedlexx' });
    await insertUser(daos());
    expect((await daos().users.list({ keyword: 'needle' }, ALL)).rows.map(({ id }) => id)).toEqual([wanted.id]);
  });

  test('replaces the keys of one user', async () => {
    const [one, other] = [await insertUser(daos(), { apiKey: 'old' }), await insertUser(daos(), { apiKey: 'others' })];
    await daos().users.update(one.id, { apiKey: 'new', secretKey: 'sealed' });
    expect(await daos().users.findByApiKey('old')).toBeUndefined();
    expect(await daos().users.findByApiKey('new')).toMatchObject({ id: one.id, secretKey: 'sealed' });
    expect(await ofUser('id', other.id)).toMatchObject([{ apiKey: 'others', secretKey: null }]);
  });

  test('finds the administrator that the first start made', async () => {
    await insertUser(daos());
    expect(await daos().users.findDefault()).toBeUndefined();
    const { id } = await insertUser(daos(), { isDefault: true });
    expect(await daos().users.findDefault()).toMatchObject({ id, isDefault: true });
  });

  test('removes one user, those of an account or those of a tree of domains, and frees their names and keys', async () => {
    const [one, two, three, other] = [
      await insertUser(daos()),
      await insertUser(daos()),
      await insertUser(daos()),
      await insertUser(daos()),
    ];
    const keyed = await insertUser(daos(), { apiKey: 'key', secretKey: 'sealed' });
    const { path } = present(await daos().domains.findById(three.domainId));
    for (const which of [{ id: one.id }, { id: keyed.id }, { accountId: two.accountId }, { domainPath: path }]) {
      await daos().users.remove(which, new Date());
    }
    expect((await daos().users.list({}, ALL)).rows.map(({ id }) => id)).toEqual([other.id]);
    expect(await ofUser('id', keyed.id)).toMatchObject([{ apiKey: null, secretKey: null, live: null }]);
    const { accountId, domainId, username } = one;
    await insertUser(daos(), { accountId, domainId, username, apiKey: 'key' });
  });

  test('leaves a removed user as it was', async () => {
    const { id } = await insertUser(daos());
    await daos().users.remove({ id }, new Date());
    await daos().users.update(id, { apiKey: 'key' });
    expect(await ofUser('id', id)).toMatchObject([{ apiKey: null }]);
  });

  describe('failed logins', () => {
    const NOW = new Date('2026-05-05T12:00:00.000Z');
    const limit = (overrides: Partial<LoginLimit> = {}): LoginLimit => ({
      now: NOW,
      most: 3,
      since: new Date(NOW.getTime() - 900_000),
      ...overrides,
    });
    const later = (ms: number): LoginLimit => limit({ now: new Date(NOW.getTime() + ms), since: new Date(NOW.getTime() + ms - 900_000) });
    const failed = async (id: number) => {
      const [{ failedLogins, lastFailedLogin }] = (await ofUser('id', id)) as [{ failedLogins: number; lastFailedLogin: Date | null }];
      return [failedLogins, lastFailedLogin];
    };

    test('are counted up to the most, however many fail at the same time, and of nobody else', async () => {
      const [{ id }, other] = [await insertUser(daos()), await insertUser(daos())];
      await race(10, () => daos().users.countFailedLogin(id, limit()));
      expect(await failed(id)).toEqual([3, NOW]);
      expect(await failed(other.id)).toEqual([0, null]);
    });

    test('are forgotten unless there are too many', async () => {
      const { id } = await insertUser(daos());
      for (const _ of [1, 2]) await daos().users.countFailedLogin(id, limit());
      expect(await daos().users.forgetFailedLogins(id, limit())).toBe(true);
      expect(await daos().users.forgetFailedLogins(id, limit())).toBe(true);
      for (const _ of [1, 2, 3]) await daos().users.countFailedLogin(id, limit());
      expect(await daos().users.forgetFailedLogins(id, limit())).toBe(false);
      expect(await failed(id)).toEqual([3, NOW]);
    });

    test('are counted anew after some time, from the last that counted', async () => {
      const { id } = await insertUser(daos());
      for (const _ of [1, 2, 3]) await daos().users.countFailedLogin(id, limit());
      await daos().users.countFailedLogin(id, later(899_999));
      expect(await failed(id)).toEqual([3, NOW]);
      expect(await daos().users.forgetFailedLogins(id, later(899_999))).toBe(false);
      await daos().users.countFailedLogin(id, later(900_000));
      expect(await failed(id)).toEqual([1, new Date(NOW.getTime() + 900_000)]);
      expect(await daos().users.forgetFailedLogins(id, later(900_001))).toBe(true);
    });

    test('never lock out if as many as anybody likes may fail', async () => {
      const { id } = await insertUser(daos());
      for (const _ of [1, 2, 3, 4]) await daos().users.countFailedLogin(id, limit({ most: 0 }));
      expect(await daos().users.forgetFailedLogins(id, limit({ most: 0 }))).toBe(true);
    });
  });
});
