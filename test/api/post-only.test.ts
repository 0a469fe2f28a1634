import { signedQuery } from '../../src/client/sign.js';
import { commands } from '../../src/commands/index.js';
import { Browser } from '../kit/browser.js';
import { forEachEngine } from '../kit/engines.js';
import { configure, uniqueName } from '../kit/scene.js';
import { testServer } from '../kit/server.js';
import { adminKeys } from '../kit/signed-request.js';

const SETTING = 'enforce.post.requests.and.timestamps';

forEachEngine((engine) => {
  const server = testServer(engine);
  const signed = (command: string, more: Readonly<Record<string, string>>) => {
    const { apikey, secretkey } = adminKeys(server);
    return signedQuery({ command, response: 'json', ...more }, apikey, secretkey);
  };
  const expiringIn = (minutes: number) => ({
    signatureVersion: '3',
    expires: `${new Date(Date.now() + minutes * 60_000).toISOString().slice(0, 19)}+0000`,
  });
  const SOON = expiringIn(10);

  describe(`with ${SETTING}`, () => {
    beforeAll(() => configure(server, SETTING, 'true'));
    afterAll(() => configure(server, SETTING, 'false'));

    test('a command that changes something is refused unless it is sent by POST', async () => {
      const query = signed('startVirtualMachine', SOON);
      const { status, body } = await server.raw({ query });
      const errortext = 'State changing command startVirtualMachine needs to be sent using POST request';
      const refusal = { uuidList: [], errorcode: 400, cserrorcode: 9999, errortext };
      expect([status, body]).toEqual([400, { startvirtualmachineresponse: refusal }]);
      expect((await server.raw({ form: query })).status).toBe(431);
    });

    test.each(['listZones', 'getUserKeys', 'queryAsyncJobResult'])('%s is sent by GET as before', async (command) => {
      expect((await server.raw({ query: signed(command, SOON) })).status).not.toBe(400);
    });

    test('every command either only shows something or must be sent by POST', async () => {
      const { username, password } = server.firstAdmin;
      const browser = new Browser(server);
      await browser.login({ username, password });
      for (const { name, open } of commands.values()) {
        if (open || /^(list|get|query|find)/.test(name)) continue;
        expect([name, (await browser.get(name)).status]).toEqual([name, 400]);
      }
    });

    test('a session is ended by POST alone', async () => {
      const { user, password } = await server.createUser(uniqueName('leaving'));
      const browser = new Browser(server);
      await browser.login({ username: String(user.username), password });
      expect([(await browser.get('logout')).status, (await browser.call('logout')).status]).toEqual([400, 200]);
    });

    test.each([
      ['that does not say when it expires', {}, 401],
      ['of another version', { ...SOON, signatureVersion: '2' }, 401],
      ['that has expired', expiringIn(-1), 401],
      ['that expires in more than 15 minutes', expiringIn(16), 401],
      ['that expires within 15 minutes', expiringIn(14), 200],
    ])('a signed request %s', async (_, more, status) => {
      expect((await server.raw({ query: signed('listZones', more) })).status).toBe(status);
    });
  });

  test('without it, requests may be sent by GET, need not expire, and may do so whenever they like', async () => {
    expect((await server.raw({ query: signed('startVirtualMachine', {}) })).status).toBe(431);
    expect((await server.raw({ query: signed('listZones', expiringIn(600)) })).status).toBe(200);
  });
});
