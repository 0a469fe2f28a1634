import type { Answer } from '../../../src/client/api-client.js';
import { importRole, roleNamed, userOf, type Rules } from '../roles.js';
import { person } from '../scene.js';
import { row, rowOfReader, type Row, type Stage } from './scene.js';

const RULES = [
  ['list*', 'allow'],
  ['*', 'deny'],
] as const;

/** A role of the row's own, with two rules; answers its id. */
const role = ({ server, title }: Stage): Promise<string> => importRole(server, RULES, { name: title, description: 'sees everything' });

const rulesOf = async (stage: Stage, roleid: string): Promise<string[]> =>
  ((await stage.server.admin.call('listRolePermissions', { roleid })).rolepermission as Answer[]).map(({ id }) => String(id));

/** A user of a role with the rules. */
const member = async ({ server, title }: Stage, type: string, rules: Rules = RULES) =>
  userOf(server, await importRole(server, rules, { name: `${title}, rules`, type }), title.replaceAll(' ', '-'));

const used = async (stage: Stage): Promise<string> => {
  const id = await role(stage);
  await userOf(stage.server, id);
  return id;
};

/** Every command about roles. */
export const ROLES: readonly Row[] = [
  row('createRole', ({ title }) => ({ name: title, type: 'DomainAdmin', description: 'for partners', ispublic: 'false' })),
  row('createRole.copy', async (stage) => ({ name: `${stage.title}, again`, roleid: await role(stage) })),
  row('importRole', ({ title }) => ({ name: title, type: 'User', 'rules[0].rule': 'list*', 'rules[0].permission': 'allow' })),
  row('importRole.forced', async (stage) => {
    await role(stage);
    const wanted = { name: stage.title, type: 'User', description: 'newer', forced: 'true' };
    return { ...wanted, 'rules[0].rule': 'list*', 'rules[0].permission': 'allow' };
  }),
  row('updateRole', async (stage) => ({ id: await role(stage), name: `${stage.title}, renamed`, ispublic: 'false' })),
  row('deleteRole', async (stage) => ({ id: await role(stage) })),
  row('disableRole', async (stage) => ({ id: await role(stage) })),
  row('enableRole', async (stage) => ({ id: await role(stage) })),
  row('listRoles', () => ({ name: 'Domain Admin' })),
  row('createRolePermission', async (stage) => ({
    roleid: await role(stage),
    rule: 'createBackup',
    permission: 'allow',
    description: 'once a day',
  })),
  row('updateRolePermission', async (stage) => {
    const roleid = await role(stage);
    return { roleid, ruleorder: (await rulesOf(stage, roleid)).reverse().join(',') };
  }),
  row('updateRolePermission.of-one', async (stage) => {
    const roleid = await role(stage);
    return { roleid, ruleid: String((await rulesOf(stage, roleid))[0]), permission: 'deny' };
  }),
  row('deleteRolePermission', async (stage) => ({ id: String((await rulesOf(stage, await role(stage)))[0]) })),
  row('createAccount.role', async (stage) => ({ ...person(`of-a-role-${stage.format}`), roleid: await role(stage) })),
  row('updateAccount.role', async (stage) => ({
    id: (await stage.server.createUser(stage.title.replaceAll(' ', '-'))).accountId,
    roleid: await role(stage),
  })),
  row('updateUser.key-access', async ({ server, title }) => ({
    id: (await server.createUser(title.replaceAll(' ', '-'))).userId,
    apikeyaccess: 'Disabled',
  })),
  row('listRolePermissions', async (stage) => ({ roleid: await role(stage) })),
];

export const REFUSED_ROLES: readonly Row[] = [
  row('createAccount.role-of-another-type', async (stage) => ({ ...person('never'), roleid: await role(stage), accounttype: '1' })),
  row(
    'createAccount.beyond',
    () => ({ ...person('never'), accounttype: '1' }),
    async (stage) => (await member(stage, 'Admin', [['createZone', 'deny']])).keys,
  ),
  rowOfReader('updateUser.key-access-denied', ({ world }) => ({ id: world.reader.userId, apikeyaccess: 'enabled' })),
  row('createRole.exists', () => ({ name: 'User', type: 'User' })),
  row('createRole.neither', () => ({ name: 'new' })),
  row('createRole.type', () => ({ name: 'new', type: 'Operator' })),
  row('importRole.exists', () => ({ name: 'User', type: 'User', 'rules[0].rule': '*', 'rules[0].permission': 'allow' })),
  row('importRole.rule', () => ({ name: 'new', type: 'User', 'rules[0].rule': 'list zones', 'rules[0].permission': 'allow' })),
  row('updateRole.default', async ({ server }) => ({ id: await roleNamed(server, 'User'), name: 'mine' })),
  row('updateRole.type', async (stage) => ({ id: await used(stage), type: 'Admin' })),
  row('deleteRole.has-accounts', async (stage) => ({ id: await used(stage) })),
  row('createRolePermission.again', async (stage) => ({ roleid: await role(stage), rule: 'list*', permission: 'deny' })),
  row('createRolePermission.permission', async (stage) => ({ roleid: await role(stage), rule: 'get*', permission: 'maybe' })),
  row('updateRolePermission.order', async (stage) => {
    const roleid = await role(stage);
    return { roleid, ruleorder: String((await rulesOf(stage, roleid))[0]) };
  }),
  row(
    'createZone.denied-by-role',
    () => ({}),
    async (stage) => (await member(stage, 'Admin')).keys,
  ),
  row(
    'createRole.beyond',
    ({ title }) => ({ name: title, type: 'Admin' }),
    async (stage) => (await member(stage, 'Admin', [['createZone', 'deny']])).keys,
  ),
  row(
    'createRole.of-a-domain',
    ({ title }) => ({ name: title, type: 'User' }),
    async (stage) => (await member(stage, 'DomainAdmin', [['createRole', 'allow']])).keys,
  ),
];
