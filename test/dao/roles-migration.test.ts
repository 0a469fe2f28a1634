import type { Knex } from 'knex';
import { MIGRATIONS } from '../../db/migrations/index.js';
import { forEachEngine, install, present, type Installation } from '../kit/engines.js';

const ROLES = '0006_roles_and_guards';
const BEFORE = [...MIGRATIONS.keys()].filter((name) => name < ROLES);
const CREATED = new Date('2026-01-02T03:04:05.000Z');

/** The accounts that there were before roles, with the role that each becomes. */
const ACCOUNTS = [
  ['root', 'Admin', 'Root Admin'],
  ['reseller', 'ResourceAdmin', 'Resource Admin'],
  ['north', 'DomainAdmin', 'Domain Admin'],
  ['customer', 'User', 'User'],
] as const;

/** Lets so many statements through, and fails from then on, as if the connection were lost. */
function cutOffAfter(knex: Knex, statements: number): void {
  const { client } = knex as unknown as { client: { _query(...args: unknown[]): Promise<unknown> } };
  const query = client._query.bind(client);
  let left = statements;
  client._query = (...args) => (left-- > 0 ? query(...args) : Promise.reject(new Error('cut off')));
}

/** What a statement fails with, as text: errors of drivers are not always those of the test's own realm. */
const failureOf = (statement: PromiseLike<unknown>): PromiseLike<string> => statement.then(() => 'none', String);

/** Whether a change was completed; rejects if anything but the cut stopped it. */
const wasWhole = (change: Promise<void>): Promise<boolean> =>
  change.then(
    () => true,
    (error: unknown) => {
      expect(String(error)).toContain('cut off');
      return false;
    },
  );

forEachEngine((engine) => {
  let installation: Installation;
  const migration = present(MIGRATIONS.get(ROLES));
  const connected = async <T>(work: (knex: Knex) => Promise<T>): Promise<T> => {
    const knex = installation.connect();
    return work(knex).finally(() => knex.destroy());
  };
  const usersRole = (knex: Knex) =>
    knex('account').join('role', 'role.id', 'account.roleId').orderBy('account.id').select('account.name', 'role.name as role') as Promise<
      { name: string; role: string }[]
    >;

  beforeEach(async () => {
    installation = await install(engine);
    await connected(async (knex) => {
      for (const name of BEFORE) await present(MIGRATIONS.get(name)).up(knex);
      const [domainId] = (await knex('domain').insert({ uuid: 'd', name: 'ROOT', path: 'ROOT', created: CREATED })) as [number];
      for (const [name, role] of ACCOUNTS) {
        const [accountId] = (await knex('account').insert({ uuid: name, domainId, name, role, state: 'enabled', created: CREATED })) as [
          number,
        ];
        const person = { username: name, passwordHash: 'h', firstName: 'F', lastName: 'L', email: 'e', state: 'enabled', created: CREATED };
        await knex('user').insert({ uuid: name, accountId, domainId, ...person });
      }
    });
  });
  afterEach(() => installation.drop());

  const expectMigrated = async (knex: Knex) => {
    expect(await usersRole(knex)).toEqual(ACCOUNTS.map(([name, , role]) => ({ name, role })));
    expect(await knex.schema.hasColumn('account', 'role')).toBe(false);
    expect(await knex('user').whereNot({ failedLogins: 0, apiKeyAccess: 'inherit' })).toEqual([]);
    const again = { uuid: 'again', domainId: 1, name: 'customer', roleId: 4, state: 'enabled', created: CREATED };
    expect(await failureOf(knex('account').insert(again))).toMatch(/unique|duplicate/i);
    expect(await failureOf(knex('account').insert({ ...again, name: 'new', roleId: 99 }))).toMatch(/foreign/i);
    expect(await failureOf(knex('account').insert({ ...again, name: 'new', roleId: null }))).toMatch(/null/i);
  };

  test('accounts that there are get the default role of their type', async () => {
    await connected(async (knex) => {
      await migration.up(knex);
      await expectMigrated(knex);
    });
  });

  test('wherever the change is cut off, it is made whole the next time', async () => {
    for (let statements = 0, isWhole = false; !isWhole; statements++) {
      isWhole = await connected(async (knex) => {
        cutOffAfter(knex, statements);
        return wasWhole(migration.up(knex));
      });
      await connected(async (knex) => {
        await migration.down(knex);
        expect(await knex.schema.hasTable('role')).toBe(false);
      });
    }
    await connected(async (knex) => {
      await migration.up(knex);
      await expectMigrated(knex);
    });
  });
});
