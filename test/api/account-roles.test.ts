import type { Answer } from '../../src/client/api-client.js';
import { forEachEngine } from '../kit/engines.js';
import { importRole, roleNamed, userOf } from '../kit/roles.js';
import { makeDomain, only, person, uniqueName } from '../kit/scene.js';
import { testServer, type TestUser } from '../kit/server.js';

type Parameters = Readonly<Record<string, string>>;

forEachEngine((engine) => {
  const server = testServer(engine);
  const accountOf = ({ accountId }: TestUser) => only(server.admin, 'listAccounts', 'account', { id: accountId });
  const create = async (parameters: Parameters) => {
    const { account } = await server.admin.call('createAccount', { ...person(uniqueName('made')), ...parameters });
    return account as Answer;
  };
  /** A root administrator who may not make zones. */
  const limited = async () => userOf(server, await importRole(server, [['createZone', 'deny']], { type: 'Admin' }));

  describe('createAccount', () => {
    test('gives the account the role of the id, and its type', async () => {
      const roleid = await importRole(server, [['listZones', 'deny']], { type: 'DomainAdmin' });
      const account = await create({ roleid });
      expect(account).toMatchObject({ roleid, roletype: 'DomainAdmin', accounttype: 2, user: [{ roleid, roletype: 'DomainAdmin' }] });
    });

    test.each([
      [{ accounttype: '1' }, 'Root Admin'],
      [{ accounttype: '2' }, 'Domain Admin'],
      [{ accounttype: '3' }, 'Resource Admin'],
      [{}, 'User'],
    ])('gives the account of %j the role %s', async (type, rolename) => {
      expect(await create(type)).toMatchObject({ rolename, roleid: await roleNamed(server, rolename) });
    });

    test('takes a role together with its type, and refuses another type', async () => {
      const roleid = await importRole(server, [['listZones', 'deny']]);
      expect(await create({ roleid, accounttype: '0' })).toMatchObject({ roleid });
      const refusal = await server.admin.refusal('createAccount', { ...person(uniqueName('never')), roleid, accounttype: '1' });
      expect([refusal.code, refusal.text]).toEqual([431, expect.stringContaining('is one of the type User')]);
    });

    test('refuses a role that is disabled', async () => {
      const roleid = await importRole(server, [['listZones', 'deny']]);
      await server.admin.call('disableRole', { id: roleid });
      const { code, text } = await server.admin.refusal('createAccount', { ...person(uniqueName('never')), roleid });
      expect([code, text]).toEqual([530, expect.stringContaining('is disabled; enable it first')]);
    });

    test('refuses a role of root administrators below ROOT', async () => {
      const { id } = await makeDomain(server);
      const roleid = await roleNamed(server, 'Read-Only Admin - Default');
      const { code, text } = await server.admin.refusal('createAccount', { ...person(uniqueName('never')), roleid, domainid: String(id) });
      expect([code, text]).toEqual([431, 'parameter domainid: root administrators belong to the ROOT domain']);
    });
  });

  describe('updateAccount', () => {
    test('gives the account another role, by which its users are bound from the next request on', async () => {
      const user = await server.createUser(uniqueName('promoted'));
      expect(await user.client.call('listZones')).toHaveProperty('zone');
      const roleid = await importRole(server, [['listZones', 'deny']], { type: 'DomainAdmin' });
      const { account } = await server.admin.call('updateAccount', { id: user.accountId, roleid });
      expect(account).toMatchObject({ roleid, roletype: 'DomainAdmin', accounttype: 2 });
      expect((await user.client.refusal('listZones')).code).toBe(432);
      expect(await user.client.call('listRoles')).toHaveProperty('role');
    });

    test('refuses to take the role from the first administrator, and from the own account', async () => {
      const roleid = await roleNamed(server, 'User');
      const { accountid } = (await server.admin.call('getUser', { userapikey: server.firstAdmin.apiKey })).user as Answer;
      expect((await server.admin.refusal('updateAccount', { id: String(accountid), roleid })).code).toBe(530);
      const other = await server.createUser(uniqueName('root'), { accounttype: '1' });
      expect((await other.client.refusal('updateAccount', { id: other.accountId, roleid })).code).toBe(530);
      expect(await accountOf(other)).toMatchObject({ roletype: 'Admin' });
    });

    test('refuses a role of root administrators below ROOT', async () => {
      const { id } = await makeDomain(server);
      const user = await server.createUser(uniqueName('below'), { domainid: String(id) });
      const { code, text } = await server.admin.refusal('updateAccount', {
        id: user.accountId,
        roleid: await roleNamed(server, 'Root Admin'),
      });
      expect([code, text]).toEqual([431, 'parameter roleid: root administrators belong to the ROOT domain']);
    });
  });

  describe('an administrator with fewer rights than a role', () => {
    test('neither makes an account of the role nor gives it to one', async () => {
      const [{ client }, user] = [await limited(), await server.createUser(uniqueName('plain'))];
      const attempts: readonly (readonly [string, Parameters])[] = [
        ['createAccount', { ...person(uniqueName('never')), accounttype: '1' }],
        ['createAccount', { ...person(uniqueName('never')), roleid: await roleNamed(server, 'Root Admin') }],
        ['updateAccount', { id: user.accountId, roleid: await roleNamed(server, 'Root Admin') }],
      ];
      for (const [command, parameters] of attempts) {
        const { code, text } = await client.refusal(command, parameters);
        expect([code, text]).toEqual([531, expect.stringContaining('which has more power than its own')]);
      }
      expect(await accountOf(user)).toMatchObject({ rolename: 'User' });
      expect(await client.call('createAccount', { ...person(uniqueName('within')), accounttype: '2' })).toHaveProperty('account');
    });

    test('neither sees nor renews the keys of such an account, and changes nothing of it', async () => {
      const { client } = await limited();
      const disabled = await importRole(server, [['createZone', 'allow']]);
      const [root, member] = [await server.createUser(uniqueName('root'), { accounttype: '1' }), await userOf(server, disabled)];
      await server.admin.call('disableRole', { id: disabled });
      for (const { userId: id, accountId } of [root, member]) {
        const attempts: readonly (readonly [string, Parameters])[] = [
          ['getUserKeys', { id }],
          ['registerUserKeys', { id }],
          ['updateUser', { id, password: 'mine now' }],
          ['disableUser', { id }],
          ['updateAccount', { id: accountId, newname: uniqueName('mine') }],
          ['disableAccount', { id: accountId, lock: 'false' }],
        ];
        for (const [command, parameters] of attempts) expect((await client.refusal(command, parameters)).code).toBe(531);
      }
      const plain = await server.createUser(uniqueName('plain'));
      expect(await client.call('getUserKeys', { id: plain.userId })).toMatchObject({ userkeys: plain.keys });
    });

    test('looks after the own account', async () => {
      const { client, userId, keys } = await limited();
      expect(await client.call('getUserKeys', { id: userId })).toMatchObject({ userkeys: keys });
    });
  });
});
