import { Browser } from '../kit/browser.js';
import { Clock } from '../kit/clock.js';
import { forEachEngine } from '../kit/engines.js';
import { race } from '../kit/races.js';
import { configure, uniqueName } from '../kit/scene.js';
import { testServer, type TestUser } from '../kit/server.js';

const MINUTE_MS = 60_000;
const MOST = 5;

forEachEngine((engine) => {
  const clock = new Clock();
  const server = testServer(engine, { now: clock.now });

  const login = ({ user, password }: TestUser, secret = password) =>
    new Browser(server).login({ username: String(user.username), password: secret });
  const statusOf = async (user: TestUser, secret?: string) => (await login(user, secret)).status;
  const makeUser = () => server.createUser(uniqueName('forgetful'));
  const failedLogins = async ({ userId }: TestUser) => ((await server.db.knex('user').where({ uuid: userId }).first()) as { failedLogins: number }).failedLogins; // prettier-ignore
  const failing = async (user: TestUser, times: number) => {
    for (let time = 0; time < times; time++) expect(await statusOf(user, 'wrong')).toBe(531);
  };

  test(`after ${MOST} wrong passwords the right one is refused like a wrong one`, async () => {
    const user = await makeUser();
    await failing(user, MOST);
    const [right, wrong] = [await login(user), await login(user, 'wrong')];
    expect([right.status, right.text]).toEqual([531, wrong.text]);
    expect(right.headers.getSetCookie()).toEqual([]);
  });

  test('a right password in time begins the count anew', async () => {
    const user = await makeUser();
    for (const _ of [1, 2]) {
      await failing(user, MOST - 1);
      expect(await statusOf(user)).toBe(200);
    }
  });

  test('keys and sessions of a user that is locked out go on', async () => {
    const user = await makeUser();
    const browser = new Browser(server);
    await browser.login({ username: String(user.user.username), password: user.password });
    await failing(user, MOST);
    expect(await user.client.call('listZones')).toHaveProperty('zone');
    expect((await browser.call('listZones')).status).toBe(200);
    expect(await statusOf(user)).toBe(531);
  });

  test('other users, and the names of users that there are not, are not concerned', async () => {
    const [one, other] = [await makeUser(), await makeUser()];
    await failing(one, MOST);
    expect(await statusOf(other)).toBe(200);
    for (let time = 0; time <= MOST; time++)
      expect((await new Browser(server).login({ username: 'nobody', password: 'x' })).status).toBe(531);
  });

  test('enableUser of an administrator ends it', async () => {
    const user = await makeUser();
    await failing(user, MOST);
    await server.admin.call('enableUser', { id: user.userId });
    expect(await statusOf(user)).toBe(200);
  });

  test('a new password ends it', async () => {
    const user = await makeUser();
    await failing(user, MOST);
    await server.admin.call('updateUser', { id: user.userId, password: 'another secret' });
    expect(await statusOf(user, 'another secret')).toBe(200);
  });

  test('wrong passwords that are to be replaced by another count too', async () => {
    const user = await makeUser();
    const replace = (currentpassword: string) =>
      user.client.refusal('updateUser', { id: user.userId, password: 'another secret', currentpassword });
    for (let time = 0; time < MOST; time++) await replace('wrong');
    expect((await replace(user.password)).text).toContain('this is not the password');
    expect(await statusOf(user)).toBe(531);
  });

  test('is logged, without the password', async () => {
    const user = await makeUser();
    await failing(user, MOST);
    await login(user);
    const lines = server.logged('password not accepted').filter(({ fields }) => fields.user === user.user.username);
    expect(lines.map(({ fields }) => fields.isLockedOut)).toEqual([...Array.from({ length: MOST }, () => false), true]);
    expect(JSON.stringify(server.log)).not.toContain(user.password);
  });

  describe('many at the same time', () => {
    test('have no more guesses than one after the other', async () => {
      const user = await makeUser();
      const guesses = [...Array.from({ length: 16 }, (_, guess) => `guess-${guess}`), user.password];
      const statuses = await race(guesses.length, (guess) => statusOf(user, guesses[guess]));
      expect(new Set(statuses)).toEqual(new Set([531]));
      expect(await failedLogins(user)).toBe(MOST);
    });

    test('log in with the right password, all of them', async () => {
      const user = await makeUser();
      expect(new Set(await race(8, () => statusOf(user)))).toEqual(new Set([200]));
    });
  });

  test('as many as anybody likes may be wrong if the setting says so', async () => {
    const user = await makeUser();
    await configure(server, 'incorrect.login.attempts.allowed', '0');
    await failing(user, MOST + 2);
    expect(await statusOf(user)).toBe(200);
    await configure(server, 'incorrect.login.attempts.allowed', '2');
    await failing(user, 2);
    expect(await statusOf(user)).toBe(531);
    await configure(server, 'incorrect.login.attempts.allowed', String(MOST));
    expect(await statusOf(user)).toBe(200);
  });

  // Last: the clock is never put back.
  test('ends by itself some time after the last guess that counted, and guessing on does not make it longer', async () => {
    const user = await makeUser();
    await failing(user, MOST);
    clock.forward(14 * MINUTE_MS);
    expect([await statusOf(user, 'wrong'), await statusOf(user)]).toEqual([531, 531]);
    clock.forward(MINUTE_MS + 1000);
    expect(await statusOf(user, 'wrong')).toBe(531);
    expect(await failedLogins(user)).toBe(1);
    expect(await statusOf(user)).toBe(200);
  });
});
