import type { RoleType } from '../../src/account/role-type.js';
import type { Answer } from '../../src/client/api-client.js';
import { commands } from '../../src/commands/index.js';
import { forEachEngine } from '../kit/engines.js';
import { asMap, importRole, roleNamed, userOf, type Rules } from '../kit/roles.js';
import { each, listed, NOBODY, only, uniqueName } from '../kit/scene.js';
import { testServer, type TestUser } from '../kit/server.js';
import { aUuid } from '../kit/signed-request.js';

type Parameters = Readonly<Record<string, string>>;

const DEFAULTS = [
  'Root Admin',
  'Resource Admin',
  'Domain Admin',
  'User',
  'Read-Only Admin - Default',
  'Read-Only User - Default',
  'Support Admin - Default',
  'Support User - Default',
];

forEachEngine((engine) => {
  const server = testServer(engine);
  const roles = (parameters: Parameters = {}) => listed(server.admin, 'listRoles', 'role', parameters);
  const rulesOf = async (roleid: string) => {
    const rules = await listed(server.admin, 'listRolePermissions', 'rolepermission', { roleid });
    return rules.map(({ rule, permission }) => [rule, permission]);
  };
  const makeRole = async (parameters: Parameters = {}) => {
    const wanted = { name: uniqueName('role'), ...(parameters.roleid ? {} : { type: 'User' }), ...parameters };
    return (await server.admin.call('createRole', wanted)).role as Answer;
  };
  const addRule = async (roleid: string, rule: string, permission = 'allow') =>
    (await server.admin.call('createRolePermission', { roleid, rule, permission })).rolepermission as Answer;
  const mayCall = async ({ client }: TestUser, command: string): Promise<boolean> => {
    const { code, text } = await client.refusal(command, { id: 'wrong', page: 'wrong' });
    expect(code === 432).toBe(/does not exist or is not available/.test(text));
    return code !== 432;
  };

  describe('listRoles', () => {
    test('shows the roles that came with the server first', async () => {
      const [first, ...others] = await roles();
      expect(first).toEqual({
        id: aUuid,
        name: 'Root Admin',
        type: 'Admin',
        description: 'everything',
        ispublic: true,
        isdefault: true,
        state: 'enabled',
      });
      expect(each([first!, ...others], 'name').slice(0, DEFAULTS.length)).toEqual(DEFAULTS);
    });

    test('finds roles by id, name, type, state and keyword, page by page', async () => {
      const { id, name } = await makeRole({ type: 'DomainAdmin', name: uniqueName('Findable') });
      await server.admin.call('disableRole', { id: String(id) });
      for (const filter of [{ id: String(id) }, { name: String(name) }, { state: 'disabled' }, { keyword: String(name).toUpperCase() }]) {
        expect(each(await roles(filter), 'id')).toEqual([id]);
      }
      expect(each(await roles({ type: 'DomainAdmin' }), 'id')).toContain(id);
      expect(each(await roles({ type: 'User' }), 'id')).not.toContain(id);
      expect(await server.admin.call('listRoles', { page: '2', pagesize: '1' })).toMatchObject({ role: [{ name: 'Resource Admin' }] });
      expect((await server.admin.refusal('listRoles', { type: 'Operator' })).text).toContain('"Operator" is no type of role');
      await server.admin.call('deleteRole', { id: String(id) });
    });

    test('shows administrators of a domain what is public and of a type that they may give', async () => {
      const hidden = await makeRole({ ispublic: 'false' });
      const { client } = await userOf(server, await roleNamed(server, 'Domain Admin'));
      const seen = await listed(client, 'listRoles', 'role');
      expect(new Set(each(seen, 'type'))).toEqual(new Set(['DomainAdmin', 'User']));
      expect(each(seen, 'id')).not.toContain(hidden.id);
      expect(await client.call('listRoles', { id: String(hidden.id) })).toEqual({});
      expect(await client.call('listRolePermissions', { roleid: String(hidden.id) })).toEqual({});
      expect((await listed(client, 'listRolePermissions', 'rolepermission')).some(({ rolename }) => rolename === 'Root Admin')).toBe(false);
    });

    test('is not for users', async () => {
      expect(await mayCall(await userOf(server, await roleNamed(server, 'User')), 'listRoles')).toBe(false);
    });
  });

  describe('createRole', () => {
    test('makes a role of a type without rules', async () => {
      const name = uniqueName('fresh');
      const role = await makeRole({ name, type: 'ResourceAdmin', description: 'for partners' });
      const wanted = {
        id: aUuid,
        name,
        type: 'ResourceAdmin',
        description: 'for partners',
        ispublic: true,
        isdefault: false,
        state: 'enabled',
      };
      expect(role).toEqual(wanted);
      expect(await roles({ id: String(role.id) })).toEqual([wanted]);
      expect(await rulesOf(String(role.id))).toEqual([]);
    });

    test('copies type and rules of another role, which change on their own from then on', async () => {
      const roleid = await roleNamed(server, 'Read-Only User - Default');
      const copy = await makeRole({ roleid, ispublic: 'false' });
      expect(copy).toMatchObject({ type: 'User', isdefault: false, ispublic: false });
      const rules = await rulesOf(roleid);
      expect(await rulesOf(String(copy.id))).toEqual(rules);
      await addRule(String(copy.id), 'createBackup');
      expect(await rulesOf(roleid)).toEqual(rules);
    });

    test.each([
      ['neither a type nor a role to copy', {}, 'give either the type of the role or roleid'],
      ['both', { type: 'User', roleid: 'User' }, 'give either the type of the role or roleid'],
      ['a type that there is not', { type: 'user' }, '"user" is no type of role; they are Admin, ResourceAdmin, DomainAdmin, User'],
      ['a name that is taken', { name: 'User', type: 'User' }, 'there is a role User already'],
    ])('refuses %s', async (_, parameters: Parameters, why) => {
      const before = await roles();
      const roleid = parameters.roleid === undefined ? {} : { roleid: await roleNamed(server, parameters.roleid) };
      const { code, text } = await server.admin.refusal('createRole', { name: uniqueName('never'), ...parameters, ...roleid });
      expect([code, text]).toEqual([431, expect.stringContaining(why)]);
      expect(await roles()).toEqual(before);
    });
  });

  describe('importRole', () => {
    const RULES: Rules = [
      ['listZones', 'deny'],
      ['list*', 'allow'],
    ];

    test('makes a role with rules in the order of their indexes', async () => {
      const id = await importRole(server, [], { 'rules[7].rule': 'b*', 'rules[7].permission': 'DENY', 'rules[3].rule': 'a*', 'rules[3].permission': 'allow', 'rules[3].description': 'why' }); // prettier-ignore
      const rules = await listed(server.admin, 'listRolePermissions', 'rolepermission', { roleid: id });
      expect(rules).toMatchObject([
        { id: aUuid, roleid: id, rolename: expect.any(String) as string, rule: 'a*', permission: 'allow', description: 'why' },
        { rule: 'b*', permission: 'deny' },
      ]);
      expect(rules[1]).not.toHaveProperty('description');
    });

    test('replaces the rules of a role of that name only if forced', async () => {
      const name = uniqueName('imported');
      const id = await importRole(server, RULES, { name });
      const again = { name, type: 'User', description: 'newer', ...asMap([['query*', 'allow']]) };
      expect((await server.admin.refusal('importRole', again)).text).toContain(`there is a role ${name} already`);
      expect(await rulesOf(id)).toEqual(RULES);
      expect(await server.admin.call('importRole', { ...again, forced: 'true' })).toMatchObject({ role: { id, description: 'newer' } });
      expect(await rulesOf(id)).toEqual([['query*', 'allow']]);
    });

    test.each([
      ['a rule that is no name', [['list Zones', 'allow']], '"list Zones" is not the name of a command'],
      ['a rule without a name', [['', 'allow']], '"" is not the name of a command'],
      ['a permission that there is not', [['listZones', 'maybe']], '"maybe" is neither allow nor deny'],
      ['a rule that is too long', [['x'.repeat(256), 'allow']], 'is not the name of a command'],
      ['a rule twice', [['listZones', 'allow'], ['listZones', 'deny']], 'the role has a rule listZones already'], // prettier-ignore
    ] as const)('refuses %s, and makes no role', async (_, rules, why) => {
      const name = uniqueName('never');
      const { code, text } = await server.admin.refusal('importRole', { name, type: 'User', ...asMap(rules) });
      expect([code, text]).toEqual([431, expect.stringContaining(why)]);
      expect(await roles({ name })).toEqual([]);
    });

    test('refuses a description of a rule that is too long, and makes no role', async () => {
      const name = uniqueName('never');
      const described = { 'rules[0].rule': 'list*', 'rules[0].permission': 'allow', 'rules[0].description': 'x'.repeat(256) };
      const { code, text } = await server.admin.refusal('importRole', { name, type: 'User', ...described });
      expect([code, text]).toEqual([431, 'parameter description: that of rule list* is longer than 255 characters']);
      expect(await roles({ name })).toEqual([]);
    });

    test('refuses to replace a role that came with the server', async () => {
      const { code, text } = await server.admin.refusal('importRole', { name: 'User', type: 'User', forced: 'true', ...asMap(RULES) });
      expect([code, text]).toEqual([530, expect.stringContaining('role User came with the server')]);
    });
  });

  describe('updateRole', () => {
    test('changes what is given', async () => {
      const { id } = await makeRole({ description: 'old' });
      const name = uniqueName('renamed');
      const { role } = await server.admin.call('updateRole', { id: String(id), name, ispublic: 'false' });
      expect(role).toMatchObject({ id, name, description: 'old', ispublic: false, type: 'User' });
      expect(await server.admin.call('updateRole', { id: String(id), type: 'DomainAdmin' })).toMatchObject({
        role: { type: 'DomainAdmin' },
      });
    });

    test('shows the new name with accounts and users', async () => {
      const { id } = await makeRole();
      const { accountId } = await userOf(server, String(id));
      const name = uniqueName('renamed');
      await server.admin.call('updateRole', { id: String(id), name });
      const account = await only(server.admin, 'listAccounts', 'account', { id: accountId });
      expect(account).toMatchObject({ roleid: id, rolename: name, roletype: 'User', user: [{ roleid: id, rolename: name }] });
    });

    test('refuses another type while accounts have the role', async () => {
      const { id, name } = await makeRole();
      await userOf(server, String(id));
      const { code, text } = await server.admin.refusal('updateRole', { id: String(id), type: 'Admin' });
      expect([code, text]).toEqual([530, `role ${String(name)} has accounts; give them another role first`]);
    });

    test.each([
      ['a name that is taken', { name: 'User' }, 'there is a role User already'],
      ['a blank name', { name: ' ' }, 'a role must have a name'],
    ])('refuses %s', async (_, parameters, why) => {
      const { id } = await makeRole();
      expect((await server.admin.refusal('updateRole', { id: String(id), ...parameters })).text).toContain(why);
    });
  });

  describe('deleteRole', () => {
    test('removes a role and frees its name', async () => {
      const { id, name } = await makeRole();
      await addRule(String(id), 'list*');
      expect(await server.admin.call('deleteRole', { id: String(id) })).toEqual({ success: true });
      expect(await roles({ name: String(name) })).toEqual([]);
      expect((await server.admin.refusal('deleteRole', { id: String(id) })).code).toBe(431);
      await makeRole({ name: String(name) });
    });

    test('refuses a role that accounts have', async () => {
      const { id, name } = await makeRole();
      await userOf(server, String(id));
      const { code, text } = await server.admin.refusal('deleteRole', { id: String(id) });
      expect([code, text]).toEqual([530, `role ${String(name)} has accounts; give them another role first`]);
      expect(await roles({ id: String(id) })).toHaveLength(1);
    });
  });

  test.each([
    ['updateRole', { description: 'mine' }, 'id'],
    ['deleteRole', {}, 'id'],
    ['disableRole', {}, 'id'],
    ['enableRole', {}, 'id'],
    ['createRolePermission', { rule: 'list*', permission: 'deny' }, 'roleid'],
    ['updateRolePermission', { ruleorder: NOBODY }, 'roleid'],
  ] as const)('%s refuses a role that came with the server', async (command, parameters, id) => {
    const before = await roles();
    const { code, text } = await server.admin.refusal(command, { ...parameters, [id]: await roleNamed(server, 'Domain Admin') });
    expect([code, text]).toEqual([530, 'role Domain Admin came with the server and stays as it is; make a copy of it and change that']);
    expect(await roles()).toEqual(before);
  });

  describe('the rules of a role', () => {
    test('are added at the end, and taken away one by one', async () => {
      const roleid = String((await makeRole()).id);
      const first = await addRule(roleid, 'list*', 'ALLOW');
      expect(first).toMatchObject({ id: aUuid, roleid, rule: 'list*', permission: 'allow' });
      await addRule(roleid, '*', 'deny');
      expect(await rulesOf(roleid)).toEqual([['list*', 'allow'], ['*', 'deny']]); // prettier-ignore
      expect(await server.admin.call('deleteRolePermission', { id: String(first.id) })).toEqual({ success: true });
      expect(await rulesOf(roleid)).toEqual([['*', 'deny']]);
      expect((await server.admin.refusal('deleteRolePermission', { id: String(first.id) })).code).toBe(431);
    });

    test('can be put in another order, which names each of them', async () => {
      const roleid = String((await makeRole()).id);
      const [a, b, c] = [await addRule(roleid, 'a*'), await addRule(roleid, 'b*'), await addRule(roleid, 'c*')].map(({ id }) => String(id));
      const ruleorder = [c, a, b].join(',');
      expect(await server.admin.call('updateRolePermission', { roleid, ruleorder: ruleorder.toUpperCase() })).toEqual({ success: true });
      expect((await rulesOf(roleid)).flat().filter((text) => text !== 'allow')).toEqual(['c*', 'a*', 'b*']);
      for (const wrong of [`${a},${b}`, `${a},${b},${b}`, `${a},${b},${NOBODY}`, `${a},${b},${c},${NOBODY}`, 'x']) {
        const { code, text } = await server.admin.refusal('updateRolePermission', { roleid, ruleorder: wrong });
        expect([code, text]).toEqual([431, expect.stringContaining('must name each of the 3 rules')]);
      }
      expect((await rulesOf(roleid))[0]).toEqual(['c*', 'allow']);
    });

    test('can be turned from allowing to denying', async () => {
      const [roleid, other] = [String((await makeRole()).id), String((await makeRole()).id)];
      const ruleid = String((await addRule(roleid, 'list*')).id);
      await server.admin.call('updateRolePermission', { roleid, ruleid, permission: 'deny' });
      expect(await rulesOf(roleid)).toEqual([['list*', 'deny']]);
      const refusals = [{ roleid, ruleid, permission: 'x' }, { roleid, ruleid }, { roleid }, { roleid: other, ruleid, permission: 'deny' }];
      for (const parameters of refusals) expect((await server.admin.refusal('updateRolePermission', parameters)).code).toBe(431);
    });

    test('are added once, and not without end', async () => {
      const many: Rules = Array.from({ length: 500 }, (_, index) => [`command${index}`, 'deny']);
      const roleid = await importRole(server, many);
      expect((await server.admin.refusal('createRolePermission', { roleid, rule: 'command7', permission: 'allow' })).code).toBe(431);
      const { code, text } = await server.admin.refusal('createRolePermission', { roleid, rule: 'one.more', permission: 'allow' });
      expect([code, text]).toEqual([431, expect.stringContaining('is not the name of a command')]);
      expect(await server.admin.refusal('createRolePermission', { roleid, rule: 'oneMore', permission: 'allow' })).toMatchObject({
        code: 530,
      });
      expect(await rulesOf(roleid)).toHaveLength(500);
    });
  });

  describe('a caller', () => {
    test('may call what the first rule that matches allows, and nothing that it denies', async () => {
      const user = await userOf(server, await importRole(server, [['listVolumes', 'deny'], ['listV*', 'allow'], ['*', 'deny']])); // prettier-ignore
      const names = ['listVirtualMachines', 'listVolumes', 'listZones', 'createBackup'];
      expect(await Promise.all(names.map((name) => mayCall(user, name)))).toEqual([true, false, false, false]);
    });

    test('may call what the command is for where no rule matches, and more where one allows it', async () => {
      const user = await userOf(server, await importRole(server, [['listRoles', 'allow'], ['createVolume', 'deny']])); // prettier-ignore
      const names = ['listZones', 'createBackup', 'createVolume', 'listRoles', 'createZone'];
      expect(await Promise.all(names.map((name) => mayCall(user, name)))).toEqual([true, true, false, true, false]);
    });

    test('is bound by the rules of a role of the type Admin', async () => {
      const user = await userOf(server, await importRole(server, [['createZone', 'deny']], { type: 'Admin' }));
      expect([await mayCall(user, 'createZone'), await mayCall(user, 'updateConfiguration')]).toEqual([false, true]);
    });

    test('is bound by a rule for any name of a command', async () => {
      const user = await userOf(server, await importRole(server, [['removeVMFromBackupPolicy', 'deny']]));
      const names = ['removeVMFromBackupPolicy', 'removeVirtualMachineFromBackupOffering'];
      expect(await Promise.all(names.map((name) => mayCall(user, name)))).toEqual([false, false]);
    });

    test('notices a change of the rules with the next request', async () => {
      const roleid = await importRole(server, [['listZones', 'deny']]);
      const user = await userOf(server, roleid);
      const { client } = user;
      expect((await client.refusal('listZones')).code).toBe(432);
      const [rule] = await listed(server.admin, 'listRolePermissions', 'rolepermission', { roleid });
      await server.admin.call('deleteRolePermission', { id: String(rule?.id) });
      expect(await client.call('listZones')).toHaveProperty('zone');
      await server.admin.call('disableRole', { id: roleid });
      expect([(await client.refusal('listZones')).code, await mayCall(user, 'listApis')]).toEqual([432, false]);
      await server.admin.call('enableRole', { id: roleid });
      expect(await client.call('listZones')).toHaveProperty('zone');
    });

    test('is told by listApis of what the role allows, and of nothing else', async () => {
      const { client } = await userOf(server, await importRole(server, [['list*', 'allow'], ['*', 'deny']])); // prettier-ignore
      const told = each(await listed(client, 'listApis', 'api'), 'name');
      const all = each(await listed(server.admin, 'listApis', 'api'), 'name');
      expect(told).toEqual(all.filter((name) => name.startsWith('list') || ['login', 'logout'].includes(name)));
      expect((await client.refusal('listApis', { name: 'createBackup' })).code).toBe(530);
    });

    describe('of a role that came with the server', () => {
      const SHOWING = /^(list|get|query|find|log|plan|preview)/;
      const SUPPORT = /^(startV|stopV|rebootV|createBackup$|createVMBackup$|restoreB|restoreVM|restoreVolumeFromBackupAnd)/;
      const told = async (role: string) =>
        each(await listed((await userOf(server, await roleNamed(server, role))).client, 'listApis', 'api'), 'name');

      test.each([
        ['Read-Only Admin - Default', 'Root Admin', (name: string) => SHOWING.test(name) && name !== 'getUserKeys'],
        ['Read-Only User - Default', 'User', (name: string) => SHOWING.test(name)],
        ['Support Admin - Default', 'Root Admin', (name: string) => (SHOWING.test(name) && name !== 'getUserKeys') || SUPPORT.test(name)],
        ['Support User - Default', 'User', (name: string) => SHOWING.test(name) || SUPPORT.test(name)],
      ])('%s may call of what %s may only this', async (role, whole, part) => {
        const all = await told(whole);
        expect(all.length).toBeGreaterThan(20);
        expect(await told(role)).toEqual(all.filter(part));
      });

      test.each(['User', 'Domain Admin', 'Resource Admin'])('%s may call what is declared for its type', async (role) => {
        const type = role.replace(' ', '') as RoleType;
        const declared = [...commands.values()].filter((spec) => spec.roles.includes(type) && !spec.unlisted).map(({ name }) => name);
        expect((await told(role)).sort()).toEqual(declared.sort());
      });
    });
  });
});
