import { Access } from '../../src/account/access.js';
import { AccountManager } from '../../src/account/account-manager.js';
import { DomainManager } from '../../src/account/domain-manager.js';
import type { PasswordCheck } from '../../src/account/password-check.js';
import type { Passwords } from '../../src/account/password.js';
import type { RoleDirectory } from '../../src/account/role-directory.js';
import { UserManager } from '../../src/account/user-manager.js';
import { CacheInvalidation } from '../../src/cache-invalidation.js';
import type { CallContext, Caller } from '../../src/call-context.js';
import type { ResourceReports } from '../../src/limits/resource-reports.js';
import { Secrets } from '../../src/secrets.js';
import { insertAccount, insertDomain } from '../kit/builders.js';
import { forEachEngine, testDatabase } from '../kit/engines.js';

const ROUNDS = 20;

const USER = { uuid: undefined, type: undefined };
const PERSON = { password: 'x', firstName: 'A', lastName: 'B', email: 'a@example.org', timezone: undefined };

forEachEngine((engine) => {
  const handle = testDatabase(engine);
  const now = () => new Date();
  const nothing = () => undefined;

  /** The managers, with passwords that take no time: what meets in these tests is to meet in the database. */
  const managers = () => {
    const { db } = handle;
    const caches = new CacheInvalidation(db, now, nothing);
    const reports = { ofAccounts: async () => new Map(), ofDomains: async () => new Map() } as unknown as ResourceReports;
    const domains = new DomainManager(db, caches, reports, now);
    const anyRole = { covers: async () => true } as unknown as RoleDirectory;
    const access = new Access(db, domains, anyRole);
    const passwords = { hash: async () => 'hash' } as unknown as Passwords & PasswordCheck;
    const accounts = new AccountManager(db, domains, access, passwords, caches, reports, now);
    return { domains, accounts, users: new UserManager(db, access, accounts, passwords, new Secrets('s'), caches, now) };
  };
  /** A root administrator of an otherwise empty database. */
  const scene = async () => {
    const { daos } = handle.db;
    const top = await insertDomain(daos, { name: 'ROOT', path: 'ROOT' });
    const caller = { role: 'Admin', accountId: 0, domainId: top.id, domainUuid: top.uuid, domainPath: top.path } as Caller;
    return { ...managers(), daos, top, caller, call: { caller } as CallContext };
  };
  /** What lives in something that has been removed. */
  const strays = (table: string, column: string, home: string) =>
    handle.db
      .knex(`${table} as thing`)
      .join(`${home} as home`, 'home.id', `thing.${column}`)
      .whereNotNull('home.removed')
      .whereNull('thing.removed')
      .select('thing.id');

  test('a job that is run again after a crash finds its work done', async () => {
    const { domains, accounts, daos, top, call } = await scene();
    const again = { ...call, job: { isRepeat: true } } as CallContext;
    const { uuid: accountUuid } = await insertAccount(daos, { domainId: top.id });
    const { uuid: domainUuid } = await insertDomain(daos, { parentId: top.id });
    await accounts.delete(accountUuid, call);
    await domains.delete(domainUuid, false, call);
    await expect(accounts.delete(accountUuid, call)).rejects.toThrow('does not exist');
    await expect(domains.delete(domainUuid, false, call)).rejects.toThrow('does not exist');
    await accounts.delete(accountUuid, again);
    await domains.delete(domainUuid, false, again);
  });

  test.each([false, true])('what is made in a domain that is being deleted goes with it, or keeps it (cleanup %s)', async (cleanup) => {
    const { domains, accounts, daos, top, call, caller } = await scene();
    const kept: boolean[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const name = `d${round}`;
      const { uuid, id } = await insertDomain(daos, { name, path: `ROOT/${name}`, parentId: top.id });
      const low = await insertDomain(daos, { name: 'low', path: `ROOT/${name}/low`, parentId: id });
      if (!cleanup) await daos.domains.removeTree(low.path, now());
      const home = cleanup ? low.uuid : uuid;
      await Promise.allSettled([
        accounts.create(caller, { role: USER, name: undefined, domainUuid: home, user: { ...PERSON, username: name } }),
        domains.create(caller, { name: 'made', parentUuid: home, uuid: undefined }),
        domains.delete(uuid, cleanup, call),
      ]);
      kept.push((await daos.domains.findByUuid(uuid)) !== undefined);
    }
    expect([
      await strays('account', 'domainId', 'domain'),
      await strays('user', 'domainId', 'domain'),
      await strays('domain', 'parentId', 'domain'),
    ]).toEqual([[], [], []]);
    // One outcome alone would say that they never met.
    if (!cleanup) expect(kept).toContain(true);
  });

  test('a user who joins an account that is being deleted goes with it, or is told that it is gone', async () => {
    const { accounts, users, daos, top, call, caller } = await scene();
    for (let round = 0; round < ROUNDS; round++) {
      const account = await insertAccount(daos, { domainId: top.id });
      await Promise.allSettled([
        accounts.delete(account.uuid, call),
        users.create(caller, { uuid: account.uuid }, { ...PERSON, username: `u${round}` }),
      ]);
    }
    expect(await strays('user', 'accountId', 'account')).toEqual([]);
  });

  test('a domain that is made below one that is being renamed has a path that begins with the new name', async () => {
    const { domains, daos, top, caller } = await scene();
    for (let round = 0; round < ROUNDS; round++) {
      const above = await insertDomain(daos, { name: `d${round}`, path: `ROOT/d${round}`, parentId: top.id });
      const parent = await insertDomain(daos, { name: 'low', path: `ROOT/d${round}/low`, parentId: above.id });
      await Promise.all([
        domains.create(caller, { name: 'made', parentUuid: parent.uuid, uuid: undefined }),
        domains.create(caller, { name: 'made', parentUuid: above.uuid, uuid: undefined }),
        domains.rename(caller, above.uuid, `r${round}`),
      ]);
      const paths = await daos.domains.listTreePaths(`ROOT/r${round}`);
      expect(paths.sort()).toEqual([`ROOT/r${round}`, `ROOT/r${round}/low`, `ROOT/r${round}/low/made`, `ROOT/r${round}/made`]);
    }
  });

  test('a domain and one below it that are renamed at the same time have both their new names in the path', async () => {
    const { domains, daos, top, caller } = await scene();
    for (let round = 0; round < ROUNDS; round++) {
      const above = await insertDomain(daos, { name: `d${round}`, path: `ROOT/d${round}`, parentId: top.id });
      const low = await insertDomain(daos, { name: 'low', path: `ROOT/d${round}/low`, parentId: above.id });
      await Promise.all([domains.rename(caller, low.uuid, 'new'), domains.rename(caller, above.uuid, `r${round}`)]);
      expect(await daos.domains.findByUuid(low.uuid)).toMatchObject({ name: 'new', path: `ROOT/r${round}/new` });
    }
  });
});
