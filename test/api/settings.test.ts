import type { Answer } from '../../src/client/api-client.js';
import { forEachEngine } from '../kit/engines.js';
import { configure, deploy, each, importPolicy, listed, makeZone, NOBODY, only, uniqueName } from '../kit/scene.js';
import { testServer } from '../kit/server.js';

const ENABLED = 'backup.framework.enabled';
const PROVIDER = 'backup.framework.provider.plugin';
const SESSION = 'session.timeout';
const ADDRESSES = 'api.allowed.source.cidr.list';
const KEYS = 'api.key.access';

forEachEngine((engine) => {
  const server = testServer(engine);
  const settings = (parameters = {}) => listed(server.admin, 'listConfigurations', 'configuration', parameters);
  const names = async (parameters = {}) => each(await settings(parameters), 'name');
  const valueOf = async (name: string, zone = {}) =>
    (await only(server.admin, 'listConfigurations', 'configuration', { name, ...zone })).value;

  describe('listConfigurations', () => {
    test('shows a setting with its value and default as text', async () => {
      expect(await settings({ name: SESSION })).toEqual([
        {
          category: 'Advanced',
          group: 'Access',
          subgroup: 'Logins',
          name: SESSION,
          value: '30',
          defaultvalue: '30',
          description: 'minutes without a request after which a session ends',
          isdynamic: true,
          component: 'management-server',
          displaytext: 'Session timeout',
          type: 'Number',
        },
      ]);
    });

    test('finds settings by a part of the name, sorted by name', async () => {
      expect(await names({ name: 'backup.framework' })).toEqual([ENABLED, PROVIDER, 'backup.framework.sync.interval']);
    });

    test('finds settings by keyword in any case', async () => {
      expect(await names({ keyword: 'FRAMEWORK.en' })).toEqual([ENABLED]);
    });

    test('finds settings by category', async () => {
      const secure = await names({ category: 'Secure' });
      expect(secure).toEqual(['backup.plugin.veeam.password']);
      expect([...(await names({ category: 'Advanced' })), ...secure].sort()).toEqual((await names()).sort());
      expect(await names({ category: 'Storage' })).toEqual([]);
    });

    test('shows the settings of the plugins too', async () => {
      expect(await names({ name: 'plugin.dummy' })).toEqual(
        ['capacity.bytes', 'delay.ms', 'fail.call', 'fail.fault', 'fail.step', 'full.every', 'lost', 'quiesce', 'size.bytes'].map(
          (key) => `backup.plugin.dummy.${key}`,
        ),
      );
    });

    test('shows in a zone only what a zone may have, and says so', async () => {
      const zoneid = await makeZone(server);
      const inZone = await settings({ zoneid });
      expect(new Set(each(inZone, 'scope'))).toEqual(new Set(['zone']));
      expect(each(inZone, 'name')).toContain(ENABLED);
      expect(each(inZone, 'name')).not.toContain(SESSION);
    });

    test('leaves the scope out where no zone was asked for', async () => {
      expect((await settings()).filter(({ scope }) => scope !== undefined)).toEqual([]);
    });

    test('shows in an account or a domain only what those may have, and says so', async () => {
      const { accountId, account } = await server.createUser(uniqueName('tenant'));
      expect(await settings({ accountid: accountId })).toMatchObject([{ name: ADDRESSES, scope: 'account' }]);
      const ofDomain = await settings({ domainid: String(account.domainid) });
      expect(ofDomain).toMatchObject([{ name: ADDRESSES, scope: 'domain' }, { name: KEYS, scope: 'domain' }]); // prettier-ignore
    });

    test('refuses several scopes at once', async () => {
      const zoneid = await makeZone(server);
      const { accountId: accountid } = await server.createUser(uniqueName('tenant'));
      const text = 'cannot handle multiple IDs, provide only one ID corresponding to the scope';
      expect(await server.admin.refusal('listConfigurations', { zoneid, accountid })).toEqual({ code: 431, text });
      expect(await server.admin.refusal('updateConfiguration', { name: ENABLED, value: 'true', zoneid, accountid })).toEqual({
        code: 431,
        text,
      });
      expect(await server.admin.refusal('resetConfiguration', { name: ENABLED, zoneid, accountid })).toEqual({ code: 431, text });
    });

    test('finds settings by group and by its part', async () => {
      expect(await names({ group: 'Access', subgroup: 'Logins' })).toEqual([
        'api.sessionkey.check.locations',
        'incorrect.login.attempts.allowed',
        'login.lockout.minutes',
        SESSION,
      ]);
      expect(await names({ group: 'Access', subgroup: 'Framework' })).toEqual([]);
      expect(await names({ group: 'access' })).toEqual([]);
      expect(await server.admin.refusal('listConfigurations', { subgroup: 'Logins' })).toEqual({
        code: 431,
        text: 'parameter subgroup: needs group, which it is a part of',
      });
    });

    test('finds no settings that go with another', async () => {
      expect(await settings({ parent: ENABLED })).toEqual([]);
    });

    test('says what a setting can be chosen from', async () => {
      const typed = async (name: string) => {
        const { type, options } = await only(server.admin, 'listConfigurations', 'configuration', { name });
        return [type, options];
      };
      expect(await typed(PROVIDER)).toEqual(['Select', 'dummy,veeam']);
      expect(await typed('api.sessionkey')).toEqual(['Select', 'CookieAndParameter,CookieOrParameter,ParameterOnly']);
      expect(await typed(ENABLED)).toEqual(['Boolean', undefined]);
      expect(await typed('default.page.size')).toEqual(['Number', undefined]);
      expect(await typed('hypervisor.custom.display.name')).toEqual(['String', undefined]);
    });

    test('shows everything for a page size of -1', async () => {
      expect(await names({ pagesize: '-1' })).toEqual(await names());
    });

    test('shows one page and counts all', async () => {
      const all = await names();
      const page = await server.admin.call('listConfigurations', { page: '2', pagesize: '1' });
      expect(page).toEqual({ count: all.length, configuration: [expect.objectContaining({ name: all[1] })] });
    });
  });

  describe('updateConfiguration', () => {
    test('answers the setting with the new value', async () => {
      expect(await configure(server, SESSION, '45')).toEqual({
        configuration: expect.objectContaining({ name: SESSION, value: '45', defaultvalue: '30' }),
      });
      expect(await valueOf(SESSION)).toBe('45');
    });

    test('in a zone answers the value of the zone and leaves the global one', async () => {
      const zoneid = await makeZone(server);
      const { configuration } = await configure(server, 'backup.plugin.dummy.delay.ms', '7', zoneid);
      expect(configuration).toMatchObject({ value: '7', defaultvalue: '0', scope: 'zone' });
      expect(await valueOf('backup.plugin.dummy.delay.ms')).toBe('0');
    });

    test('everywhere reaches the zones that have no value of their own', async () => {
      const [own, none] = [await makeZone(server), await makeZone(server)];
      await configure(server, 'inventory.plugin.simulator.delay.ms', '1', own);
      await configure(server, 'inventory.plugin.simulator.delay.ms', '2');
      expect(await valueOf('inventory.plugin.simulator.delay.ms', { zoneid: own })).toBe('1');
      expect(await valueOf('inventory.plugin.simulator.delay.ms', { zoneid: none })).toBe('2');
    });

    test('takes effect on the next request', async () => {
      const zoneid = await makeZone(server, { enabled: 'false' });
      const external = { external: 'true', zoneid };
      expect((await server.admin.refusal('listBackupPolicies', external)).code).toBe(530);
      await configure(server, ENABLED, 'true', zoneid);
      expect(await listed(server.admin, 'listBackupPolicies', 'backuppolicy', external)).toHaveLength(2);
    });

    test('switches backups off for policies and machines that are there already', async () => {
      const zoneid = await makeZone(server);
      const policy = {
        backuppolicyid: await importPolicy(server, zoneid),
        virtualmachineid: String((await deploy(server.admin, zoneid)).id),
      };
      await configure(server, ENABLED, 'false', zoneid);
      const { code, text } = await server.admin.refusal('assignBackupPolicy', policy);
      expect(code).toBe(530);
      expect(text).toContain(`set ${ENABLED} to true`);
    });

    test('writes booleans and names of plugins in lower case, without blanks around them', async () => {
      const zoneid = await makeZone(server);
      await configure(server, ENABLED, ' TRUE ', zoneid);
      await configure(server, PROVIDER, ' Dummy ', zoneid);
      expect(await valueOf(ENABLED, { zoneid })).toBe('true');
      expect(await valueOf(PROVIDER, { zoneid })).toBe('dummy');
    });

    test('sets the size of a page and the most that may be asked for', async () => {
      await configure(server, 'default.page.size', '2');
      const list = await server.admin.call('listConfigurations');
      const { text } = await server.admin.refusal('listConfigurations', { page: '1', pagesize: '3' });
      await configure(server, 'default.page.size', '500');
      expect(list.configuration).toHaveLength(2);
      expect(list.count).toBe((await settings()).length);
      expect(text).toBe("Page size can't exceed max allowed page size value: 2");
    });
  });

  describe('listConfigurationGroups', () => {
    const groups = (parameters = {}) => listed(server.admin, 'listConfigurationGroups', 'configurationgroup', parameters);

    test('shows each group with its parts, and every setting is in one', async () => {
      const places = (await groups()).flatMap(({ name, subgroup }) =>
        (subgroup as { name: string }[]).map((part) => `${String(name)}/${part.name}`),
      );
      expect(new Set(places).size).toBe(places.length);
      const used = (await settings()).map(({ group, subgroup }) => `${String(group)}/${String(subgroup)}`);
      expect(used.filter((place) => !places.includes(place))).toEqual([]);
    });

    test('finds a group by its name, and by a part of it in any case', async () => {
      expect(await groups({ group: 'Backup' })).toEqual([
        { name: 'Backup', description: 'backup and recovery', subgroup: [{ name: 'Providers' }, { name: 'Framework' }] },
      ]);
      expect(each(await groups({ keyword: 'BACK' }), 'name')).toEqual(['Backup']);
      expect(await groups({ group: 'nothing' })).toEqual([]);
    });
  });

  describe('resetConfiguration', () => {
    const reset = async (name: string, zone = {}) =>
      (await server.admin.call('resetConfiguration', { name, ...zone })).configuration as Answer;

    test('in a zone lets the global value hold again', async () => {
      const zoneid = await makeZone(server);
      await configure(server, ENABLED, 'true', zoneid);
      expect(await reset(ENABLED, { zoneid })).toMatchObject({ name: ENABLED, value: 'false', scope: 'Zone', type: 'Boolean' });
      await configure(server, ENABLED, 'true');
      expect(await valueOf(ENABLED, { zoneid })).toBe('true');
      await reset(ENABLED);
      expect(await valueOf(ENABLED, { zoneid })).toBe('false');
    });

    test('everywhere lets the default hold again, and leaves the zones their values', async () => {
      const zoneid = await makeZone(server);
      await configure(server, 'inventory.plugin.simulator.delay.ms', '1', zoneid);
      await configure(server, 'inventory.plugin.simulator.delay.ms', '2');
      const answer = await reset('inventory.plugin.simulator.delay.ms');
      expect(answer).toMatchObject({ value: '0', defaultvalue: '0' });
      expect(answer).not.toHaveProperty('scope');
      expect(await valueOf('inventory.plugin.simulator.delay.ms', { zoneid })).toBe('1');
    });

    test('changes nothing where there is no value', async () => {
      await reset(SESSION);
      const before = await settings();
      await reset(SESSION);
      expect(await settings()).toEqual(before);
    });

    test('takes the value out of the database', async () => {
      await configure(server, SESSION, '45');
      await reset(SESSION);
      expect(await server.db.daos.configuration.findValue(SESSION, 'Global', 0)).toBeUndefined();
      expect(await valueOf(SESSION)).toBe('30');
    });

    test.each([
      ['no.such.setting', "Config parameter with name no.such.setting doesn't exist"],
      [SESSION, `Invalid scope id provided for the parameter ${SESSION}`],
    ])('refuses %s in a zone', async (name, text) => {
      expect(await server.admin.refusal('resetConfiguration', { name, zoneid: await makeZone(server) })).toEqual({ code: 431, text });
    });
  });

  test('what clients call an unknown hypervisor is among the capabilities', async () => {
    const name = async () => ((await server.admin.call('listCapabilities')).capability as Answer).customhypervisordisplayname;
    await configure(server, 'hypervisor.custom.display.name', 'Bare metal');
    const changed = await name();
    await server.admin.call('resetConfiguration', { name: 'hypervisor.custom.display.name' });
    expect([changed, await name()]).toEqual(['Bare metal', 'Custom']);
  });

  describe('updateConfiguration refuses', () => {
    const refusalOf = async (name: string, value: string, zone = {}) => {
      const before = await settings();
      const refusal = await server.admin.refusal('updateConfiguration', { name, value, ...zone });
      expect(await settings()).toEqual(before);
      return refusal;
    };

    test('a setting that there is not', async () => {
      expect(await refusalOf('no.such.setting', '1')).toEqual({
        code: 431,
        text: "Config parameter with name no.such.setting doesn't exist",
      });
    });

    test('a part of a name', async () => {
      expect((await refusalOf('backup.framework', 'true')).code).toBe(431);
    });

    test('a zone for a setting that zones do not have', async () => {
      const zoneid = await makeZone(server);
      expect(await refusalOf(SESSION, '5', { zoneid })).toEqual({
        code: 431,
        text: `Invalid scope id provided for the parameter ${SESSION}`,
      });
    });

    test('a zone that there is not', async () => {
      const { code, text } = await refusalOf(ENABLED, 'true', { zoneid: NOBODY });
      expect(code).toBe(431);
      expect(text).toContain(`Invalid parameter zoneid value=${NOBODY}`);
    });

    test.each([
      [ENABLED, 'yes', '"yes" is not a valid boolean'],
      [SESSION, 'soon', '"soon" is not a valid integer'],
      [SESSION, '1.5', '"1.5" is not a valid integer'],
      [SESSION, '', '"" is not a valid integer'],
      [SESSION, '0', `${SESSION} must be at least 1, not 0`],
      ['default.page.size', '-1', 'default.page.size must be at least 1, not -1'],
      [ADDRESSES, '10.0.0.0/33', '"10.0.0.0/33" is not a valid cidr list'],
      [ADDRESSES, '', '"" is not a valid cidr list'],
      ['dynamic.apichecker.enabled', 'false', 'it cannot be changed'],
      [PROVIDER, 'veeam9', 'there is no backup plugin "veeam9"'],
      [
        'api.sessionkey.check.locations',
        'Nowhere',
        'api.sessionkey.check.locations is one of CookieAndParameter, CookieOrParameter, ParameterOnly',
      ],
      ['inventory.plugin', 'dummy', 'there is no inventory plugin "dummy"'],
    ])('%s = "%s"', async (name, value, why) => {
      const { code, text } = await refusalOf(name, value);
      expect(code).toBe(431);
      expect(text).toContain(why);
    });
  });
});
