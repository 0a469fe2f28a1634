import { Browser } from '../kit/browser.js';
import { insertDomain } from '../kit/builders.js';
import { Clock } from '../kit/clock.js';
import { forEachEngine } from '../kit/engines.js';
import { configure, NOBODY, uniqueName } from '../kit/scene.js';
import { TestServer, testServer } from '../kit/server.js';
import { aUuid } from '../kit/signed-request.js';

const MINUTE_MS = 60_000;

forEachEngine((engine) => {
  const clock = new Clock();
  const server = testServer(engine, { now: clock.now });

  /** A user with a browser that is logged in. */
  const loggedIn = async () => {
    const { user, password, userId } = await server.createUser(uniqueName('visitor'));
    const browser = new Browser(server);
    const credentials = { username: String(user.username), password };
    const answer = await browser.login(credentials);
    return { browser, answer, credentials, userId };
  };
  /** Needs no signed request, so it works however far the clock is ahead. */
  const adminBrowser = async () => {
    const browser = new Browser(server);
    const { username, password } = server.firstAdmin;
    await browser.login({ username, password });
    return browser;
  };
  const statusOf = async (browser: Browser) => (await browser.call('listZones')).status;

  describe('login', () => {
    test('answers who has logged in', async () => {
      const { answer, credentials, userId } = await loggedIn();
      expect(answer.status).toBe(200);
      expect(answer.body).toEqual({
        loginresponse: {
          username: credentials.username,
          userid: userId,
          domainid: aUuid,
          timeout: 1800,
          account: credentials.username,
          firstname: credentials.username,
          lastname: 'Tester',
          type: '0',
          timezone: 'Etc/UTC',
          timezoneoffset: '0.0',
          registered: 'false',
          sessionkey: expect.stringMatching(/^[\w-]{27}$/) as string,
          is2faenabled: 'false',
          is2faverified: 'true',
          issuerfor2fa: 'CloudStack',
        },
      });
    });

    test('tells an administrator the type 1 and the time zone', async () => {
      const { username, password } = server.firstAdmin;
      const { body } = await new Browser(server).login({ username, password, domain: '/' });
      expect(body).toMatchObject({ loginresponse: { type: '1', timezone: 'Etc/UTC', timezoneoffset: '0.0' } });
    });

    test('sets two cookies for both spellings of the address that scripts cannot read', async () => {
      const { answer, browser } = await loggedIn();
      expect(answer.headers.getSetCookie()).toEqual([
        expect.stringMatching(/^JSESSIONID=[\w-]+; Path=\/client; HttpOnly; SameSite=Lax$/),
        `sessionkey=${browser.sessionKey}; Path=/client; HttpOnly; SameSite=Lax`,
      ]);
    });

    test('gives a session in which commands work', async () => {
      const { browser, userId } = await loggedIn();
      const { body } = await browser.call('listUsers');
      expect(body).toMatchObject({ listusersresponse: { count: 1, user: [{ id: userId }] } });
    });

    test('ends the session that the browser had', async () => {
      const { browser, credentials } = await loggedIn();
      const old = browser.copy();
      await browser.login(credentials);
      expect([await statusOf(old), await statusOf(browser)]).toEqual([401, 200]);
    });

    test.each([{ domain: '' }, { domain: '/' }, { domain: 'ROOT' }, { domain: '/ROOT/' }])('finds the user with %j', async (where) => {
      const { username, password } = server.firstAdmin;
      expect((await new Browser(server).login({ username, password, ...where })).status).toBe(200);
    });

    test('finds a user of a domain by its path and by its id', async () => {
      const { uuid, name } = await insertDomain(server.db.daos);
      const username = uniqueName('northerner');
      const person = { username, password: 'a secret of the north', firstname: 'N', lastname: 'N', email: 'n@example.org', domainid: uuid };
      await server.admin.call('createAccount', person);
      const { password } = person;
      const statuses = [
        { domain: name },
        { domain: `/${name}/` },
        { domainid: uuid },
        {},
        { domain: '/elsewhere' },
        { domainid: NOBODY },
      ].map(async (where) => (await new Browser(server).login({ username, password, ...where })).status);
      expect(await Promise.all(statuses)).toEqual([200, 200, 200, 531, 531, 401]);
    });
  });

  describe('login refuses', () => {
    test.each([
      ['a wrong password', { username: 'admin', password: 'wrong' }],
      ['a user that there is not', { username: 'nobody', password: 'wrong' }],
    ])('%s', async (_, credentials) => {
      const { status, body, headers } = await new Browser(server).login(credentials);
      expect(status).toBe(531);
      const errortext = `Failed to authenticate user ${credentials.username}; please provide valid credentials`;
      expect(body).toEqual({ loginresponse: { uuidList: [], errorcode: 531, errortext } });
      expect(headers.getSetCookie()).toEqual([]);
      expect(headers.get('x-description')).toBeNull();
    });

    test('a disabled user, and says so', async () => {
      const { credentials, userId } = await loggedIn();
      await server.db.knex('user').where({ uuid: userId }).update({ state: 'disabled' });
      const { status, text } = await new Browser(server).login(credentials);
      expect(status).toBe(531);
      expect(text).toContain('disabled or locked');
    });

    test('GET, in one plain line', async () => {
      const { status, text, headers } = await server.raw({
        query: { command: 'login', username: 'admin', password: server.firstAdmin.password, response: 'json' },
      });
      expect([status, text, headers.get('content-type')]).toEqual([
        405,
        'Please use HTTP POST to authenticate using this API',
        expect.stringContaining('text/plain'),
      ]);
    });
  });

  describe('a session', () => {
    test.each([
      ['the parameter', (browser: Browser) => (browser.sessionKey = 'wrong')],
      ['the cookie', (browser: Browser) => browser.setCookie('sessionkey', 'wrong')],
      ['the cookie left out', (browser: Browser) => browser.dropCookie('sessionkey')],
    ])('ends with a request whose sessionkey is wrong: %s', async (_, spoil) => {
      const { browser } = await loggedIn();
      const right = browser.sessionKey;
      spoil(browser);
      const { status, body } = await browser.call('listZones');
      browser.sessionKey = right;
      browser.setCookie('sessionkey', right);
      expect(status).toBe(401);
      expect(body).toEqual({ listzonesresponse: { uuidList: [], errorcode: 401, errortext: 'unable to verify user credentials' } });
      expect(await statusOf(browser)).toBe(401);
    });

    test.each([
      ['CookieAndParameter', { both: 200, cookie: 401, parameter: 401, neither: 401 }],
      ['CookieOrParameter', { both: 200, cookie: 200, parameter: 200, neither: 401 }],
      ['ParameterOnly', { both: 200, cookie: 401, parameter: 200, neither: 401 }],
    ])('needs the sessionkey where the setting says: %s', async (locations, expected) => {
      const place = {
        both: () => undefined,
        cookie: (browser: Browser) => (browser.sessionKey = ''),
        parameter: (browser: Browser) => browser.dropCookie('sessionkey'),
        neither: (browser: Browser) => {
          browser.sessionKey = '';
          browser.dropCookie('sessionkey');
        },
      };
      const statuses = async (where: keyof typeof place) => {
        const { browser } = await loggedIn();
        place[where](browser);
        return [await statusOf(browser), (await browser.get('listZones')).status];
      };
      const browsers = Object.keys(place) as (keyof typeof place)[];
      await configure(server, 'api.sessionkey.check.locations', locations);
      try {
        for (const where of browsers) expect([where, await statuses(where)]).toEqual([where, [expected[where], expected[where]]]);
      } finally {
        await configure(server, 'api.sessionkey.check.locations', 'CookieAndParameter');
      }
    });

    test('goes on when a load balancer has added to the cookie', async () => {
      const { browser } = await loggedIn();
      browser.setCookie('JSESSIONID', `${String(browser.cookie('JSESSIONID'))}.node7`);
      expect(await statusOf(browser)).toBe(200);
    });

    test('goes on while it is used, and ends when it was not for too long', async () => {
      const { browser } = await loggedIn();
      clock.forward(20 * MINUTE_MS);
      const inTime = await statusOf(browser);
      clock.forward(20 * MINUTE_MS);
      const stillInTime = await statusOf(browser);
      clock.forward(31 * MINUTE_MS);
      expect([inTime, stillInTime, await statusOf(browser)]).toEqual([200, 200, 401]);
    });

    test('is known to every server of the database', async () => {
      const second = new TestServer(engine, { installation: server.installation, now: clock.now });
      await second.start();
      try {
        const browser = await adminBrowser();
        browser.moveTo(second);
        expect(await statusOf(browser)).toBe(200);
        await browser.call('logout');
        browser.moveTo(server);
        expect(await statusOf(browser)).toBe(401);
      } finally {
        await second.stop();
      }
    });

    test('refuses commands that there are not, and those of administrators, without ending', async () => {
      const name = uniqueName('member');
      const person = { username: name, password: 'a member of the club', firstname: 'M', lastname: 'M', email: 'm@example.org' };
      const browser = await adminBrowser();
      await browser.call('createAccount', person);
      await browser.login({ username: name, password: person.password });
      const statuses = [(await browser.call('noSuchCommand')).status, (await browser.call('createZone')).status, await statusOf(browser)];
      expect(statuses).toEqual([432, 432, 200]);
    });
  });

  describe('logout', () => {
    test('ends the session by the cookie alone, and leaves the cookies where they are', async () => {
      const browser = await adminBrowser();
      const { status, body, headers } = await browser.send({ command: 'logout', response: 'json' });
      expect([status, body]).toEqual([200, { logoutresponse: { description: 'success' } }]);
      expect(headers.getSetCookie()).toEqual([]);
      expect(await statusOf(browser)).toBe(401);
    });

    test('ends the session that the cookies name, and no other of the user', async () => {
      const [browser, elsewhere] = [await adminBrowser(), await adminBrowser()];
      await browser.send({ command: 'logout' });
      expect([await statusOf(browser), await statusOf(elsewhere)]).toEqual([401, 200]);
    });

    test('says so when there is no session', async () => {
      const { status, body } = await server.raw({ query: { command: 'LOGOUT', response: 'json' } });
      const errortext = 'Session not found for the logout process.';
      expect([status, body]).toEqual([431, { logoutresponse: { uuidList: [], errorcode: 431, cserrorcode: 9999, errortext } }]);
    });
  });

  describe('logout beside login, as the web UI sends them,', () => {
    /** The answers to both, sent with the cookies of an older session and worked off in this order. */
    const both = async (order: string) => {
      const browser = await adminBrowser();
      const old = browser.copy();
      const { username, password } = server.firstAdmin;
      const logout = () => browser.transmit({ command: 'logout', response: 'json' });
      const login = () => browser.transmit({ command: 'login', response: 'json', username, password });
      if (order === 'login first') {
        const loggedIn = await login();
        return { browser, old, loggedIn, loggedOut: await logout() };
      }
      const leaving = logout();
      if (order === 'logout first') await leaving;
      const [loggedOut, loggedIn] = await Promise.all([leaving, login()]);
      return { browser, old, loggedIn, loggedOut };
    };

    test.each(['logout first', 'login first', 'at once'])('leaves the new session whichever answer comes last: %s', async (order) => {
      for (const last of ['loggedIn', 'loggedOut'] as const) {
        const { browser, old, ...answers } = await both(order);
        browser.receive(answers[last === 'loggedIn' ? 'loggedOut' : 'loggedIn']);
        browser.receive(answers[last]);
        expect([answers.loggedIn.status, await statusOf(browser), await statusOf(old)]).toEqual([200, 200, 401]);
        expect([200, 431]).toContain(answers.loggedOut.status);
      }
    });
  });
});
