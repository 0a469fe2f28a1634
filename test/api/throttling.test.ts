import { Browser } from '../kit/browser.js';
import { Clock } from '../kit/clock.js';
import { forEachEngine } from '../kit/engines.js';
import { importRole, userOf } from '../kit/roles.js';
import { configure, NOBODY, person, uniqueName } from '../kit/scene.js';
import { testServer, type TestUser } from '../kit/server.js';
import { ask } from '../kit/signed-request.js';

const MOST = 5;
/** Longer than a test may take, and short enough for requests that are signed for ten minutes. */
const INTERVAL_S = 120;

forEachEngine((engine) => {
  const clock = new Clock();
  const server = testServer(engine, { now: clock.now });
  const set = (name: string, value: string) => configure(server, `api.throttling.${name}`, value);
  const makeUser = () => server.createUser(uniqueName('busy'));
  const limitOf = async ({ client }: TestUser) => (await client.call('getApiLimit')).apilimit as Record<string, unknown>;
  const callOften = async ({ client }: TestUser, times: number) => {
    for (let time = 0; time < times; time++) await client.call('listZones');
  };

  beforeAll(async () => {
    await set('max', String(MOST));
    await set('interval', String(INTERVAL_S));
  });
  beforeEach(() => set('enabled', 'true'));
  afterEach(() => set('enabled', 'false'));

  test('an account that has sent as many requests as it may is told how long to wait', async () => {
    const user = await makeUser();
    await callOften(user, MOST);
    const { status, body, headers } = await ask(server, { command: 'listZones', response: 'json' }, user.keys);
    const text = expect.stringMatching(
      /^The given user has reached his\/her account api limit, please retry after \[\d+\] ms\.$/,
    ) as string;
    expect([status, body]).toEqual([429, { listzonesresponse: { uuidList: [], errorcode: 429, cserrorcode: 9999, errortext: text } }]);
    expect(headers.get('x-description')).toEqual(text);
  });

  test('all users of an account are counted together, by key and by session, and other accounts apart', async () => {
    const [user, other] = [await makeUser(), await makeUser()];
    const second = person(uniqueName('busy'));
    await server.admin.call('createUser', { ...second, account: String(user.account.name) });
    const browser = new Browser(server);
    await browser.login(second);
    await callOften(user, MOST - 1);
    expect([(await browser.call('listZones')).status, (await browser.call('listZones')).status]).toEqual([200, 429]);
    expect((await user.client.refusal('listZones')).code).toBe(429);
    await callOften(other, MOST);
  });

  test('requests that are refused for another reason count, and those with a wrong signature do not', async () => {
    const user = await makeUser();
    for (let time = 0; time <= MOST; time++) {
      expect((await ask(server, { command: 'listZones' }, { ...user.keys, secretkey: 'wrong' })).status).toBe(401);
    }
    for (let time = 0; time < MOST; time++) expect((await user.client.refusal('createZone')).code).toBe(432);
    expect((await user.client.refusal('createZone')).code).toBe(429);
  });

  test('root administrators send as many as they like', async () => {
    for (let time = 0; time <= MOST; time++) await server.admin.call('listCapabilities');
    expect(await server.admin.call('getApiLimit')).toMatchObject({ apilimit: { account: 'admin', apiIssued: 0, apiAllowed: MOST } });
  });

  test('getApiLimit shows how the account stands, itself included', async () => {
    const user = await makeUser();
    await callOften(user, 2);
    const limit = await limitOf(user);
    expect(limit).toMatchObject({ accountid: user.accountId, account: user.account.name, apiIssued: 3, apiAllowed: MOST });
    expect(limit.expireAfter).toBeGreaterThan(0);
    expect(limit.expireAfter).toBeLessThanOrEqual(INTERVAL_S * 1000);
  });

  test('a new interval begins when the old one has ended', async () => {
    const user = await makeUser();
    await callOften(user, MOST);
    clock.forward(INTERVAL_S * 1000);
    expect(await limitOf(user)).toMatchObject({ apiIssued: 1 });
  });

  test('resetApiLimit begins anew for one account, or for all', async () => {
    const [one, other] = [await makeUser(), await makeUser()];
    for (const user of [one, other]) await callOften(user, MOST);
    expect(await server.admin.call('resetApiLimit', { account: one.accountId })).toEqual({ success: true });
    await callOften(one, 1);
    expect((await other.client.refusal('listZones')).code).toBe(429);
    await server.admin.call('resetApiLimit');
    expect(await limitOf(other)).toMatchObject({ apiIssued: 1 });
    expect(await limitOf(one)).toMatchObject({ apiIssued: 1 });
    expect((await server.admin.refusal('resetApiLimit', { account: NOBODY })).code).toBe(431);
  });

  test('whoever may call resetApiLimit by a rule alone resets what it governs', async () => {
    const { client, accountId } = await userOf(server, await importRole(server, [['resetApiLimit', 'allow']]));
    expect(await client.call('resetApiLimit', { account: accountId })).toEqual({ success: true });
    const { accountId: other } = await makeUser();
    expect((await client.refusal('resetApiLimit', { account: other })).code).toBe(531);
    expect((await client.refusal('resetApiLimit')).code).toBe(531);
  });

  test('only so many accounts are counted at the same time', async () => {
    const [one, other] = [await makeUser(), await makeUser()];
    await set('cachesize', '1');
    await callOften(one, MOST);
    await callOften(other, 1);
    await callOften(one, 1);
    await set('cachesize', '50000');
  });

  test('listCapabilities tells of the limits while there are any', async () => {
    const capability = async () => (await server.admin.call('listCapabilities')).capability;
    expect(await capability()).toMatchObject({ apilimitinterval: INTERVAL_S, apilimitmax: MOST });
    await set('enabled', 'false');
    expect(await capability()).not.toHaveProperty('apilimitmax');
    await callOften(await makeUser(), MOST + 1);
  });
});
