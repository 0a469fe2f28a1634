import { commands } from '../../src/commands/index.js';
import { ABSENT } from '../kit/absent.js';
import { Browser } from '../kit/browser.js';
import { forEachEngine } from '../kit/engines.js';
import { each, listed, uniqueName } from '../kit/scene.js';
import { testServer } from '../kit/server.js';

const specs = ABSENT.map((name) => commands.get(name.toLowerCase())!);
const OPEN = specs.filter(({ open }) => open).map(({ name }) => name);
/** What clients that read listApis ask for. */
const LISTED = ['listIpForwardingRules', 'listPortForwardingRules', 'listPublicIpAddresses'];
const OF_ADMINISTRATORS = specs.filter(({ roles }) => !roles.includes('User')).map(({ name }) => name);

forEachEngine((engine) => {
  const server = testServer(engine);

  describe('on the login page, before anybody has logged in,', () => {
    test.each([
      ['listGuiThemes', {}],
      ['listOauthProvider', {}],
      ['forgotPassword', { enabled: false }],
    ])('%s is answered, by GET and by POST', async (command, answer) => {
      const request = { command, response: 'json', commonname: '127.0.0.1' };
      for (const { status, body } of [await server.raw({ query: request }), await server.raw({ form: request })]) {
        expect([status, body]).toEqual([200, { [`${command.toLowerCase()}response`]: answer }]);
      }
    });

    test('listIdps is refused in the shape that the page reads', async () => {
      const { status, body } = await server.raw({ query: { command: 'listIdps', response: 'json' } });
      expect([status, body]).toEqual([401, { listidpsresponse: expect.objectContaining({ errortext: expect.any(String) }) }]);
    });

    test.each(ABSENT.filter((name) => !OPEN.includes(name)))('%s is refused', async (command) => {
      expect((await server.raw({ query: { command } })).status).toBe(401);
    });
  });

  test('a session whose cookies are wrong does not keep the login page from its answers', async () => {
    const browser = new Browser(server);
    browser.setCookie('JSESSIONID', 'gone');
    browser.setCookie('sessionkey', 'gone too');
    for (const command of OPEN) expect((await browser.get(command)).status).toBe(200);
  });

  test('the login page does not end the session that the cookies name', async () => {
    const browser = new Browser(server);
    const { username, password } = server.firstAdmin;
    await browser.login({ username, password });
    for (const command of OPEN) await browser.get(command, { sessionkey: '' });
    expect((await browser.get('listZones')).status).toBe(200);
  });

  test('only what client generators need is in listApis', async () => {
    const names = each(await listed(server.admin, 'listApis', 'api'), 'name');
    expect(names.filter((name) => ABSENT.includes(name))).toEqual(LISTED);
  });

  test('a user is answered all but what administrators look after', async () => {
    const { client } = await server.createUser(uniqueName('reader'));
    for (const name of ABSENT) {
      if (OF_ADMINISTRATORS.includes(name)) expect([name, (await client.refusal(name)).code]).toEqual([name, 432]);
      else expect(await client.call(name)).toEqual(await server.admin.call(name));
    }
    expect(OF_ADMINISTRATORS).toContain('listHosts');
  });

  test('nothing that is sent along makes a difference', async () => {
    const odd = { page: '1', pagesize: 'many', domainid: 'nowhere', zoneid: '-1', id: '' };
    for (const name of ABSENT.filter((other) => !LISTED.includes(other))) {
      expect(await server.admin.call(name, odd)).toEqual(await server.admin.call(name));
    }
  });

  test('listLdapConfigurations is answered in the envelope that CloudStack gives it', async () => {
    const { body } = await server.raw({ query: { command: 'listLdapConfigurations', response: 'json' } });
    expect(body).toHaveProperty('ldapconfigurationresponse.errortext');
  });
});
