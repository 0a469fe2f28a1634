import type { Answer } from '../../src/client/api-client.js';
import { forEachEngine } from '../kit/engines.js';
import { each, listed, NOBODY, person, uniqueName } from '../kit/scene.js';
import { testServer } from '../kit/server.js';
import { aDate, aUuid } from '../kit/signed-request.js';
import { insertDomain } from '../kit/builders.js';

forEachEngine((engine) => {
  const server = testServer(engine);
  const accounts = (parameters = {}) => listed(server.admin, 'listAccounts', 'account', parameters);
  const names = async (parameters = {}) => each(await accounts(parameters), 'name');
  const create = async (parameters: Readonly<Record<string, string>>) =>
    (await server.admin.call('createAccount', parameters)).account as Answer;

  describe('createAccount', () => {
    test('answers the account with its user', async () => {
      const username = uniqueName('ada');
      const account = await create({ ...person(username), account: `${username}-inc`, timezone: 'Europe/Berlin' });
      const user = {
        id: aUuid,
        username,
        firstname: 'Ada',
        lastname: 'Lovelace',
        email: 'ada@example.org',
        created: aDate,
        state: 'enabled',
        account: `${username}-inc`,
        accountid: account.id,
        accounttype: 0,
        roleid: aUuid,
        roletype: 'User',
        rolename: 'User',
        domainid: aUuid,
        domain: 'ROOT',
        timezone: 'Europe/Berlin',
        apikeyaccess: 'inherit',
        isdefault: false,
        iscallerchilddomain: false,
        usersource: 'native',
      };
      expect(account).toMatchObject({
        id: aUuid,
        name: `${username}-inc`,
        accounttype: 0,
        roleid: aUuid,
        roletype: 'User',
        rolename: 'User',
        domainid: aUuid,
        domain: 'ROOT',
        domainpath: 'ROOT',
        state: 'enabled',
        created: aDate,
        apikeyaccess: 'inherit',
        isdefault: false,
        user: [user],
      });
    });

    test('names the account after its user if it is given no name', async () => {
      const username = uniqueName('grace');
      expect(await create(person(username))).toMatchObject({ name: username });
    });

    test('names the account after its user if the name is empty', async () => {
      const username = uniqueName('barbara');
      expect(await create({ ...person(username), account: '' })).toMatchObject({ name: username });
    });

    test('makes an account that listAccounts shows as it was answered', async () => {
      const account = await create(person(uniqueName('alan')));
      expect(await accounts({ id: String(account.id) })).toEqual([account]);
    });

    test('makes an administrator of account type 1', async () => {
      expect(await create({ ...person(uniqueName('boss')), accounttype: '1' })).toMatchObject({
        accounttype: 1,
        roletype: 'Admin',
        rolename: 'Root Admin',
      });
    });

    test('makes an account in a domain', async () => {
      const { uuid, path } = await insertDomain(server.db.daos);
      expect(await create({ ...person(uniqueName('north')), domainid: uuid })).toMatchObject({ domainid: uuid, domainpath: path });
    });

    test('never shows the password', async () => {
      const account = await create(person(uniqueName('quiet')));
      expect(JSON.stringify([account, ...(await accounts({ listall: 'true' }))])).not.toContain('secret');
    });
  });

  describe('createAccount refuses', () => {
    const refusalOf = async (parameters: Readonly<Record<string, string>>) => {
      const before = await accounts({ listall: 'true' });
      const refusal = await server.admin.refusal('createAccount', parameters);
      expect(await accounts({ listall: 'true' })).toEqual(before);
      return refusal;
    };

    test('a user name that the domain has', async () => {
      const { code, text } = await refusalOf({ ...person('admin'), account: uniqueName('other') });
      expect([code, text]).toEqual([431, expect.stringContaining('exists already in the domain')]);
    });

    test('an account name that the domain has', async () => {
      const { code, text } = await refusalOf({ ...person(uniqueName('someone')), account: 'admin' });
      expect([code, text]).toEqual([431, expect.stringContaining('account admin or user')]);
    });

    test.each(['4', '5', '-1'])('the account type %s', async (accounttype) => {
      const { code, text } = await refusalOf({ ...person(uniqueName('odd')), accounttype });
      expect([code, text]).toEqual([431, `parameter accounttype: ${accounttype} is no type of account; they are 0 to 3`]);
    });

    test('a time zone that there is not', async () => {
      const { code, text } = await refusalOf({ ...person(uniqueName('lost')), timezone: 'Mars/Olympus' });
      expect([code, text]).toEqual([431, 'parameter timezone: "Mars/Olympus" is not the name of a time zone']);
    });

    test('a domain that there is not', async () => {
      const { code, text } = await refusalOf({ ...person(uniqueName('lost')), domainid: NOBODY });
      expect([code, text]).toEqual([431, expect.stringContaining(`Invalid parameter domainid value=${NOBODY}`)]);
    });
  });

  describe('listAccounts', () => {
    test('shows an administrator the own account unless all are asked for', async () => {
      const { name } = await create(person(uniqueName('other')));
      expect(await names()).toEqual(['admin']);
      expect(await names({ listall: 'true' })).toEqual(expect.arrayContaining(['admin', name]));
    });

    test('finds accounts by name, keyword, type, state and domain', async () => {
      const { uuid } = await insertDomain(server.db.daos);
      const { name } = await create({ ...person(uniqueName('Findable')), domainid: uuid });
      expect(await names({ listall: 'true', name: String(name) })).toEqual([name]);
      expect(await names({ listall: 'true', keyword: String(name).toUpperCase() })).toEqual([name]);
      expect(await names({ domainid: uuid })).toEqual([name]);
      expect(await names({ domainid: uuid, accounttype: '1' })).toEqual([]);
      expect(await names({ domainid: uuid, state: 'Enabled' })).toEqual([name]);
      expect(await names({ domainid: uuid, state: 'locked' })).toEqual([]);
    });

    test('shows one page and counts all', async () => {
      await create(person(uniqueName('second')));
      const all = await names({ listall: 'true' });
      const page = await server.admin.call('listAccounts', { listall: 'true', page: '2', pagesize: '1' });
      expect(page).toEqual({ count: all.length, account: [expect.objectContaining({ name: all[1] })] });
    });

    test('refuses a type that there is not, and ids of nothing', async () => {
      expect((await server.admin.refusal('listAccounts', { accounttype: '7' })).code).toBe(431);
      expect((await server.admin.refusal('listAccounts', { id: NOBODY })).text).toContain(`Invalid parameter id value=${NOBODY}`);
    });
  });
});
