import type { Answer } from '../../src/client/api-client.js';
import { Clock, hold } from '../kit/clock.js';
import { forEachEngine, install } from '../kit/engines.js';
import { importRole, roleNamed, userOf } from '../kit/roles.js';
import { listed, protectedMachine, uniqueName } from '../kit/scene.js';
import { TestServer, testServer } from '../kit/server.js';

forEachEngine((engine) => {
  const clock = new Clock();
  const server = testServer(engine, { now: clock.now });
  const rulesOf = (roleid: string) => listed(server.admin, 'listRolePermissions', 'rolepermission', { roleid });

  describe('an account of another role type than Admin', () => {
    test.each(['DomainAdmin', 'User'])('changes no role, even if a rule lets it call the commands: %s', async (type) => {
      const id = await importRole(server, [['*Role*', 'allow']], { type });
      const { client } = await userOf(server, id);
      const [rule] = await rulesOf(id);
      const attempts: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
        ['createRole', { name: uniqueName('never'), type: 'User' }],
        ['importRole', { name: uniqueName('never'), type: 'User', 'rules[0].rule': '*', 'rules[0].permission': 'allow' }],
        ['updateRole', { id, name: uniqueName('never') }],
        ['deleteRole', { id }],
        ['disableRole', { id }],
        ['enableRole', { id }],
        ['createRolePermission', { roleid: id, rule: '*', permission: 'allow' }],
        ['updateRolePermission', { roleid: id, ruleorder: String(rule?.id) }],
        ['deleteRolePermission', { id: String(rule?.id) }],
      ];
      for (const [command, parameters] of attempts) {
        expect(await client.refusal(command, parameters)).toEqual({
          code: 531,
          text: 'only accounts of the role type Admin may change roles',
        });
      }
      expect(await rulesOf(id)).toEqual([rule]);
    });
  });

  describe('an administrator with fewer rights', () => {
    const limited = async () => {
      const id = await importRole(server, [['createZone', 'deny']], { type: 'Admin' });
      return { id, client: (await userOf(server, id)).client };
    };

    test('makes and changes roles within the own rights', async () => {
      const { client } = await limited();
      const { role } = (await client.call('createRole', { name: uniqueName('within'), type: 'User' })) as { role: Answer };
      await client.call('createRolePermission', { roleid: String(role.id), rule: 'listConfigurations', permission: 'allow' });
      expect(await rulesOf(String(role.id))).toMatchObject([{ rule: 'listConfigurations' }]);
    });

    test('gives away no right that it does not have, in whatever way', async () => {
      const { id, client } = await limited();
      const [deny] = await rulesOf(id);
      const free = String(((await client.call('createRole', { name: uniqueName('free'), type: 'User' })).role as Answer).id);
      const whole = { 'rules[0].rule': '*', 'rules[0].permission': 'allow' };
      const disabled = await importRole(server, [['createZone', 'allow']]);
      await server.admin.call('disableRole', { id: disabled });
      const attempts: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
        ['createRole', { name: uniqueName('never'), type: 'Admin' }],
        ['createRole', { name: uniqueName('never'), roleid: await roleNamed(server, 'Root Admin') }],
        ['importRole', { name: uniqueName('never'), type: 'User', ...whole }],
        ['updateRole', { id: free, type: 'Admin' }],
        ['createRolePermission', { roleid: free, rule: 'createZ*', permission: 'allow' }],
        ['deleteRolePermission', { id: String(deny?.id) }],
        ['updateRolePermission', { roleid: id, ruleid: String(deny?.id), permission: 'allow' }],
        ['enableRole', { id: disabled }],
      ];
      for (const [command, parameters] of attempts) {
        const { code, text } = await client.refusal(command, parameters);
        expect([code, text]).toEqual([531, expect.stringContaining('would allow createZone, which the role of the caller does not')]);
      }
      expect(await rulesOf(id)).toEqual([deny]);
      expect(await rulesOf(free)).toEqual([]);
      expect(await listed(server.admin, 'listRoles', 'role', { id: free })).toMatchObject([{ type: 'User' }]);
      expect(await listed(server.admin, 'listRoles', 'role', { id: disabled })).toMatchObject([{ state: 'disabled' }]);
    });
  });

  describe('a job', () => {
    test('fails when the role of its caller has lost the right to the command meanwhile', async () => {
      const role = await importRole(server, [['listZones', 'allow']]);
      const { client } = await userOf(server, role);
      const { zoneId, vmId } = await protectedMachine(server, { client });
      const held = await hold(server, clock, zoneId, 'createBackup', { virtualmachineid: vmId });
      const { jobid } = await client.call('createBackup', { virtualmachineid: vmId });
      await server.admin.call('createRolePermission', { roleid: role, rule: 'createBackup', permission: 'deny' });
      await held.letGo();
      const jobresult = { errorcode: 531, errortext: 'the role of the user who asked for this job no longer allows createBackup' };
      expect(await server.admin.ended(String(jobid))).toMatchObject({ jobstatus: 2, jobresultcode: 531, jobresult });
      expect(await listed(client, 'listBackups', 'backup', { virtualmachineid: vmId })).toHaveLength(1);
    });
  });
});

describe('two servers on one database', () => {
  test('both go by a change of a role, whichever made it, and by the role of an account that the other has just made', async () => {
    const installation = await install('mariadb');
    const [one, other] = [new TestServer('mariadb', { installation }), new TestServer('mariadb', { installation })];
    try {
      await one.start();
      await other.start();
      const { keys } = await userOf(one, await importRole(one, [['listRoles', 'allow']]));
      const client = other.client(keys);
      const [role] = (await listed(client, 'listRoles', 'role')).slice(-1);
      await one.admin.call('createRolePermission', { roleid: String(role?.id), rule: 'listZones', permission: 'deny' });
      const refused = () =>
        client.call('listZones').then(
          () => false,
          () => true,
        );
      while (!(await refused())) await new Promise((resolve) => setTimeout(resolve, 50));
      expect((await client.refusal('listZones')).code).toBe(432);
    } finally {
      await Promise.all([one.stop(), other.stop()]);
      await installation.drop();
    }
  });
});
