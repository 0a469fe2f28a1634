import CryptoJS from 'crypto-js';
import type { Answer } from '../../src/client/api-client.js';
import { Clock } from '../kit/clock.js';
import { forEachEngine, present } from '../kit/engines.js';
import { eventually } from '../kit/eventually.js';
import { race } from '../kit/races.js';
import { configure, deploy, each, listed, makeDomain, makeZone, NOBODY, only, uniqueName } from '../kit/scene.js';
import { testServer } from '../kit/server.js';
import { aDate, aUuid } from '../kit/signed-request.js';
import type { TestClient } from '../kit/test-client.js';
import { webhookReceiver, type Received } from '../kit/webhook-receiver.js';

type Parameters = Readonly<Record<string, string>>;

const SECRET = 'a secret that only two know';
/** Longer than the pauses between the first attempts; requests expire when the server's clock is far ahead. */
const PAUSE_MS = 30_000;

const toldOf = ({ body }: Received) => JSON.parse(body) as Answer;

forEachEngine((engine) => {
  const clock = new Clock();
  const server = testServer(engine, { now: clock.now });
  const receiver = webhookReceiver();
  beforeAll(() => configure(server, 'webhook.allowed.destinations', '127.0.0.0/8'));

  /** A webhook at a path of its own; what it hears of its own creation has arrived. */
  const hook = async (client: TestClient, overrides: Parameters = {}) => {
    const path = uniqueName('hook');
    const wish = { name: path, payloadurl: receiver.url(path), secretkey: SECRET, ...overrides };
    const { webhook } = (await client.call('createWebhook', wish)) as { webhook: Answer };
    if (wish.payloadurl === receiver.url(path) && overrides.state === undefined) await receiver.arrived(path, 1);
    return { path, id: String(webhook.id), webhook };
  };
  /** Does something that is no job, and is told of by one event. */
  const act = async (client: TestClient, firstname = uniqueName('name')) => {
    const [user] = await listed(client, 'listUsers', 'user');
    await client.call('updateUser', { id: String(user?.id), firstname });
  };
  const deliveries = (client: TestClient, webhookid: string, more: Parameters = {}) =>
    listed(client, 'listWebhookDeliveries', 'webhookdelivery', { webhookid, ...more });
  const settled = (client: TestClient, id: string) =>
    eventually(
      () => deliveries(client, id),
      (all) => all.every(({ state }) => state !== 'Pending'),
    );
  let asker: TestClient | undefined;
  beforeAll(async () => void (asker = (await server.createUser('asker')).client));
  const shown = (client: TestClient, id: string) => only(client, 'listWebhooks', 'webhook', { id });

  describe('a webhook', () => {
    test('is told of its account in order, of each event what listEvents shows, signed with its secret', async () => {
      const { client } = await server.createUser(uniqueName('teller'));
      const { path } = await hook(client);
      const { id } = await deploy(client, await makeZone(server));
      const requests = await receiver.arrived(path, 4);
      const events = (await listed(client, 'listEvents', 'event')).slice(0, 4).reverse();
      expect(requests.map(({ headers }) => headers['x-cs-event-id'])).toEqual(each(events, 'id'));
      expect(requests.map(({ headers }) => headers['x-cs-event'])).toEqual(['WEBHOOK.CREATE', 'VM.CREATE', 'VM.CREATE', 'VM.CREATE']);
      for (const { headers, body } of requests) {
        const signature = CryptoJS.HmacSHA256(body, SECRET).toString(CryptoJS.enc.Base64);
        expect(headers).toMatchObject({ 'x-cs-signature': signature, 'content-type': 'application/json' });
      }
      const [account] = await listed(client, 'listAccounts', 'account');
      const [, , , ended] = events;
      expect(toldOf(present(requests[3]))).toEqual({
        ...{ event: 'VM.CREATE', status: 'Completed', level: 'INFO', id: ended?.id, parentid: events[1]?.id },
        eventDateTime: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \+0000$/) as string,
        ...{ user: aUuid, username: ended?.username, account: account?.id, accountname: account?.name, domainid: account?.domainid },
        ...{ entity: 'VirtualMachine', entityuuid: id, entityname: ended?.resourcename, description: ended?.description },
        domainpath: 'ROOT',
      });
      expect(present(requests[3]).headers['user-agent']).toBe(`CS-Hookshot/${String(account?.id)}`);
    });

    test('is answered as it was said, without its secret, which is nowhere to be read', async () => {
      const { client } = await server.createUser(uniqueName('keeper'));
      const { path, id, webhook } = await hook(client, { description: 'for the records', state: 'disabled' });
      const told = { name: path, description: 'for the records', state: 'Disabled', scope: 'Local', payloadurl: receiver.url(path) };
      expect(webhook).toMatchObject({ id: aUuid, ...told, sslverification: true, signed: true, created: aDate, domainpath: 'ROOT' });
      expect(await shown(client, id)).toEqual(webhook);
      await client.call('updateWebhook', { id, secretkey: `${SECRET} twice` });
      const row = present(await server.db.daos.webhooks.findByUuid(id));
      const everything = [row, server.log, await listed(server.admin, 'listEvents', 'event', { listall: 'true' })];
      expect(JSON.stringify([everything, await deliveries(client, id)])).not.toContain(SECRET);
      const hidden = JSON.stringify([server.log, await listed(server.admin, 'listEvents', 'event', { listall: 'true' })]);
      expect(hidden).not.toContain(receiver.url(path));
    });

    test('is changed by what is given, and unsigned when its secret is taken away', async () => {
      const { client } = await server.createUser(uniqueName('changer'));
      const { path, id } = await hook(client, { description: 'old' });
      const to = uniqueName('moved');
      const { webhook } = await client.call('updateWebhook', {
        id,
        name: 'new',
        description: '',
        secretkey: '',
        payloadurl: receiver.url(to),
      });
      expect(webhook).toMatchObject({ name: 'new', payloadurl: receiver.url(to), signed: false, state: 'Enabled' });
      expect(webhook).not.toHaveProperty('description');
      const [request] = await receiver.arrived(to, 1);
      expect(request?.headers).not.toHaveProperty('x-cs-signature');
      expect(receiver.at(path)).toHaveLength(1);
    });

    test('that is deleted hears no more, and is gone with its deliveries', async () => {
      const { client } = await server.createUser(uniqueName('leaver'));
      const { path, id } = await hook(client);
      await client.call('deleteWebhook', { id });
      await act(client);
      expect((await client.refusal('listWebhooks', { id })).code).toBe(431);
      expect(await listed(client, 'listWebhookDeliveries', 'webhookdelivery')).toEqual([]);
      expect(receiver.at(path)).toHaveLength(1);
      expect((await server.db.daos.webhooks.findByUuidIncludingRemoved(id))?.secretKey).toBeNull();
    });

    test('that is disabled is told of nothing that happens meanwhile', async () => {
      const { client } = await server.createUser(uniqueName('sleeper'));
      const { path, id } = await hook(client, { state: 'Disabled' });
      await act(client);
      expect(await deliveries(client, id)).toEqual([]);
      await client.call('updateWebhook', { id, state: 'Enabled' });
      const [first] = await receiver.arrived(path, 1);
      expect(first?.headers['x-cs-event']).toBe('WEBHOOK.UPDATE');
    });

    test.each<[Parameters, string]>([
      [{ payloadurl: 'ftp://hooks.example.org' }, 'parameter payloadurl: it is neither http nor https'],
      [{ payloadurl: 'https://me:it@hooks.example.org' }, 'it has a user name or a password in it'],
      [{ payloadurl: 'http://[' }, 'it is no URL'],
      [{ payloadurl: '10.0.0.1/x' }, '10.0.0.1 has no address that webhooks may go to'],
      [{ payloadurl: 'http://[::ffff:7f00:1]/' }, 'has no address that webhooks may go to'],
      [{ payloadurl: 'http://0x7f000001/', state: 'on' }, 'parameter state: "on" is none of Enabled, Disabled'],
      [{ scope: 'All' }, 'parameter scope: "All" is none of Local, Domain, Global'],
      [{ scope: 'Domain' }, 'parameter scope: Domain is for Admin and DomainAdmin accounts'],
      [{ scope: 'Global' }, 'parameter scope: Global is for Admin accounts'],
    ])('is refused if it is %j', async (wish, why) => {
      const client = present(asker);
      const { code, text } = await client.refusal('createWebhook', { name: 'x', payloadurl: 'hooks.example.org', ...wish });
      expect([code, text]).toEqual([431, expect.stringContaining(why)]);
      expect(await listed(client, 'listWebhooks', 'webhook')).toEqual([]);
    });

    test('is one of so many that an account may have, however many ask at once', async () => {
      const { client } = await server.createUser(uniqueName('collector'));
      await configure(server, 'max.account.webhooks', '3');
      const wish = { name: 'x', payloadurl: receiver.url('many'), state: 'Disabled' };
      const outcomes = await race(6, () => client.call('createWebhook', wish).catch((error: Error) => error.message));
      await configure(server, 'max.account.webhooks', '10');
      expect(outcomes.filter((outcome) => outcome === 'the account has 3 webhooks, and may have 3')).toHaveLength(3);
      expect(await listed(client, 'listWebhooks', 'webhook')).toHaveLength(3);
    });

    test('goes with its account', async () => {
      const { client, accountId } = await server.createUser(uniqueName('goer'));
      const { id } = await hook(client);
      await server.admin.run('deleteAccount', { id: accountId });
      expect(await server.db.daos.webhooks.findByUuid(id)).toBeUndefined();
    });
  });

  describe('who hears', () => {
    test('of a domain: its administrators, of everything: root administrators, and nobody who may not any more', async () => {
      const parentdomain = String((await makeDomain(server)).id);
      const domainid = String((await makeDomain(server, { parent: parentdomain })).id);
      const chief = await server.createUser(uniqueName('chief'), { domainid: parentdomain, accounttype: '2' });
      const { client } = await server.createUser(uniqueName('member'), { domainid });
      const stranger = await server.createUser(uniqueName('stranger'));
      const ofDomain = await hook(chief.client, { scope: 'Domain' });
      const ofAll = await hook(server.admin, { scope: 'Global' });
      const ofChild = await hook(chief.client, { scope: 'Domain', domainid, state: 'Disabled' });
      await chief.client.call('updateWebhook', { id: ofChild.id, state: 'Enabled' });
      const [first, second, third] = [uniqueName('deed'), uniqueName('deed'), uniqueName('deed')];
      const heard = (path: string, deed: string) => receiver.at(path).filter(({ body }) => body.includes(`firstname=${deed}`)).length;
      const allHeard = (deed: string) =>
        eventually(
          async () => heard(ofAll.path, deed),
          (count) => count === 1,
        );

      await act(client, first);
      await allHeard(first);
      await Promise.all([settled(chief.client, ofDomain.id), settled(chief.client, ofChild.id)]);
      expect([heard(ofDomain.path, first), heard(ofChild.path, first)]).toEqual([1, 1]);

      await act(stranger.client, second);
      await allHeard(second);
      const [plain] = await listed(server.admin, 'listRoles', 'role', { name: 'User' });
      await server.admin.call('updateAccount', { id: chief.accountId, roleid: String(plain?.id) });
      await act(client, third);
      await allHeard(third);
      await server.admin.call('deleteWebhook', { id: ofAll.id });
      for (const deed of [second, third]) expect([heard(ofDomain.path, deed), heard(ofChild.path, deed)]).toEqual([0, 0]);
    });

    test('nobody: then nothing is left to be sent', async () => {
      const { client } = await server.createUser(uniqueName('alone'));
      const count = async () => (await server.db.knex('webhook_delivery')).length;
      const before = await count();
      await act(client);
      expect(await count()).toBe(before);
    });
  });

  describe('whose it is', () => {
    const resend = async (client: TestClient, wish: Parameters) => (await client.refusal('executeWebhookDelivery', wish)).code;

    test('of whoever administers the account, not of whoever administers the domain that it hears of', async () => {
      const parentdomain = String((await makeDomain(server)).id);
      const domainid = String((await makeDomain(server, { parent: parentdomain })).id);
      const chief = await server.createUser(uniqueName('chief'), { domainid: parentdomain, accounttype: '2' });
      const { client: below } = await server.createUser(uniqueName('below'), { domainid, accounttype: '2' });
      const { id, webhook } = await hook(chief.client, { scope: 'Domain', domainid, state: 'Disabled' });
      expect(webhook).toMatchObject({ domainid: parentdomain, scopedomainid: domainid });
      expect((await hook(chief.client, { state: 'Disabled' })).webhook).not.toHaveProperty('scopedomainid');
      const wish = { scope: 'Local', payloadurl: receiver.url('elsewhere') };
      expect((await below.refusal('updateWebhook', { id, ...wish })).code).toBe(531);
      expect(await resend(below, { webhookid: id })).toBe(531);
      expect((await below.refusal('listWebhookDeliveries', { webhookid: id })).code).toBe(531);
      expect(await listed(below, 'listWebhooks', 'webhook', { listall: 'true' })).toEqual([]);
      const above = { name: 'x', payloadurl: 'hooks.example.org', scope: 'Domain', domainid: parentdomain };
      expect((await below.refusal('createWebhook', above)).code).toBe(531);
    });

    test('of one who is no administrator any more: what it has heard as one is neither shown nor sent, whatever it hears of now', async () => {
      const [{ client }, chief] = [await server.createUser(uniqueName('member')), await server.createUser(uniqueName('chief'), { accounttype: '1' })]; // prettier-ignore
      const { id, path } = await hook(chief.client, { scope: 'Global' });
      const deed = uniqueName('deed');
      receiver.treatments.push(500);
      await act(client, deed);
      const known = () => deliveries(chief.client, id, { keyword: deed });
      const [told] = await eventually(known, ([one]) => one?.enddate !== undefined);
      const [plain] = await listed(server.admin, 'listRoles', 'role', { name: 'User' });
      await server.admin.call('updateAccount', { id: chief.accountId, roleid: String(plain?.id) });
      const elsewhere = { id: String(told?.id), payloadurl: receiver.url('elsewhere') };
      expect([await known(), await resend(chief.client, elsewhere)]).toEqual([[], 531]);
      await chief.client.call('updateWebhook', { id, scope: 'Local' });
      expect([await known(), await resend(chief.client, elsewhere)]).toEqual([[], 531]);
      clock.forward(PAUSE_MS);
      await hook(client);
      expect(receiver.at(path).filter(({ body }) => body.includes(`firstname=${deed}`))).toHaveLength(1);
      expect(receiver.at('elsewhere')).toEqual([]);
      expect(await deliveries(chief.client, id)).not.toEqual([]);
      expect(each(await deliveries(server.admin, id, { keyword: deed }), 'id')).toEqual([told?.id]);
      await chief.client.call('deleteWebhook', { id });
    });

    test('its secret signs nothing that an administrator of the account has written', async () => {
      const { client } = await server.createUser(uniqueName('signer'));
      const { path, id } = await hook(client, { state: 'Disabled' });
      for (const more of [{ payload: 'forged' }, { payload: 'own', secretkey: SECRET }, {}])
        await server.admin.call('executeWebhookDelivery', { webhookid: id, ...more });
      expect(receiver.at(path).map(({ headers }) => 'x-cs-signature' in headers)).toEqual([false, true, true]);
    });
  });

  describe('a delivery that does not arrive', () => {
    test('is made again after a while, before those that come after it', async () => {
      const { client } = await server.createUser(uniqueName('patient'));
      const { path, id } = await hook(client);
      receiver.treatments.push(500, 'drop');
      await act(client);
      await act(client);
      const failed = (attempts: number, response: RegExp) =>
        eventually(
          async () => (await deliveries(client, id))[1],
          (first) => first?.attempts === attempts && response.test(String(first.response)),
        );
      await failed(1, /^Failed due to: answer 500: thank you$/);
      clock.forward(PAUSE_MS);
      const second = await failed(2, /^Failed due to: other side closed$/);
      expect(second).toMatchObject({ state: 'Pending', startdate: aDate, enddate: aDate });
      expect(second).not.toHaveProperty('success');
      clock.forward(PAUSE_MS);
      const requests = (await receiver.arrived(path, 5)).slice(1);
      const ids = requests.map(({ headers }) => headers['x-cs-event-id']);
      expect(ids).toEqual([ids[0], ids[0], ids[0], ids[3]]);
      expect(new Set(ids).size).toBe(2);
      expect((await settled(client, id)).map(({ success, attempts }) => [success, attempts])).toEqual([[true, 1], [true, 3], [true, 1]]); // prettier-ignore
    });

    test('is given up after so many attempts, of which administrators are told once, and can be sent again', async () => {
      const { client } = await server.createUser(uniqueName('unlucky'));
      const { path, id } = await hook(client);
      await configure(server, 'webhook.delivery.tries', '1');
      receiver.treatments.push(503, 503);
      await act(client);
      await act(client);
      const [, lost] = await eventually(() => deliveries(client, id, { eventtype: 'USER.UPDATE' }), (all) => all.filter(({ state }) => state === 'Failed').length === 2); // prettier-ignore
      await configure(server, 'webhook.delivery.tries', '8');
      expect(lost).toMatchObject({ success: false, attempts: 1, response: 'Failed due to: answer 503: thank you' });
      const alerts = (await listed(server.admin, 'listAlerts', 'alert', { type: 'ALERT.MANAGEMENT' })).filter((alert) => String(alert.description).includes(id)); // prettier-ignore
      expect(each(alerts, 'description')).toEqual([`webhook ${path} (${id}) could not be told of an event in 1 attempts: Failed due to: answer 503: thank you`]); // prettier-ignore
      expect(await shown(client, id)).toMatchObject({ failingsince: aDate });

      const { webhookdelivery: again } = (await client.call('executeWebhookDelivery', { id: String(lost?.id) })) as {
        webhookdelivery: Answer;
      };
      const same = { eventid: lost?.eventid, eventtype: 'USER.UPDATE', webhookid: id, payload: lost?.payload };
      expect(again).toMatchObject({ ...same, success: true });
      expect((await deliveries(client, id, { eventtype: 'USER.UPDATE' })).map((one) => one.id)).toContain(again.id);
      const sentTwice = receiver.at(path).filter(({ headers }) => headers['x-cs-event-id'] === lost?.eventid);
      expect(sentTwice.map(({ body }) => body)).toEqual([lost?.payload, lost?.payload]);
      expect(new Set(sentTwice.map(({ headers }) => headers['x-cs-signature'])).size).toBe(1);
      await eventually(() => shown(client, id), (webhook) => webhook.failingsince === undefined); // prettier-ignore
    });

    test('is not made while the webhook is disabled, and is made when it is enabled again', async () => {
      const { client } = await server.createUser(uniqueName('pauser'));
      const { path, id } = await hook(client);
      receiver.treatments.push(500);
      await act(client);
      await eventually(() => deliveries(client, id), ([newest]) => newest?.attempts === 1 && newest.enddate !== undefined); // prettier-ignore
      await client.call('updateWebhook', { id, state: 'Disabled' });
      clock.forward(PAUSE_MS);
      await act(client);
      const other = await hook(client);
      expect([receiver.at(path).length, receiver.at(other.path).length]).toEqual([2, 1]);
      await client.call('updateWebhook', { id, state: 'Enabled' });
      expect((await receiver.arrived(path, 4)).map(({ headers }) => headers['x-cs-event'])).toEqual(['WEBHOOK.CREATE', 'USER.UPDATE', 'USER.UPDATE', 'WEBHOOK.UPDATE']); // prettier-ignore
    });
  });

  describe('where nothing is sent', () => {
    const trial = async (payloadurl: string, more: Parameters = {}) =>
      (await server.admin.call('executeWebhookDelivery', { payloadurl, ...more })).webhookdelivery as Answer;

    test('a redirect is not followed, and counts as not arrived', async () => {
      const path = uniqueName('elsewhere');
      receiver.treatments.push(307);
      receiver.answer = { text: 'x'.repeat(100_000), headers: { location: receiver.url('target') } };
      const { success, response } = await trial(receiver.url(path));
      receiver.answer = { text: 'thank you', headers: {} };
      expect([success, String(response).slice(0, 30), String(response).length]).toEqual([false, 'Failed due to: answer 307: xxx', 1024]);
      expect(receiver.at('target')).toEqual([]);
    });

    test('a name that stands for an address that is not allowed is found out when the connection is made', async () => {
      const path = uniqueName('inside');
      const { id } = await hook(server.admin, { payloadurl: `http://localhost:${receiver.port}/${path}` });
      await receiver.arrived(path, 1);
      await configure(server, 'webhook.allowed.destinations', '');
      const why = 'webhooks may go to; an administrator can allow it by webhook.allowed.destinations';
      const { webhookdelivery } = await server.admin.call('executeWebhookDelivery', { webhookid: id });
      expect(webhookdelivery).toMatchObject({ success: false, response: `Failed due to: localhost has no address that ${why}` });
      const { text } = await server.admin.refusal('executeWebhookDelivery', { payloadurl: receiver.url(path) });
      await configure(server, 'webhook.allowed.destinations', '127.0.0.0/8');
      await server.admin.call('deleteWebhook', { id });
      expect(text).toContain(`127.0.0.1 has no address that ${why}`);
    });

    test('nobody listens: that is said', async () => {
      const closed = receiver.port === 9 ? 10 : 9;
      expect(await trial(`http://127.0.0.1:${closed}/`)).toMatchObject({
        success: false,
        response: expect.stringContaining('ECONNREFUSED') as string,
      });
    });

    describe('a receiver whose certificate is its own', () => {
      const secure = webhookReceiver({ tls: true });
      const url = () => `https://127.0.0.1:${secure.port}/x`;

      test('is told of nothing, unless its certificate is not to be checked', async () => {
        expect(await trial(url())).toMatchObject({ success: false, response: 'Failed due to: self-signed certificate' });
        expect(secure.received).toEqual([]);
        expect(await trial(url(), { sslverification: 'false' })).toMatchObject({ success: true, response: 'thank you' });
        expect(secure.received).toHaveLength(1);
      });
    });
  });

  describe('executeWebhookDelivery', () => {
    test('tries a webhook with a payload, signed with the secret of the webhook only at its own address', async () => {
      const { client } = await server.createUser(uniqueName('trier'));
      const { path, id } = await hook(client);
      const elsewhere = uniqueName('elsewhere');
      const { webhookdelivery } = await client.call('executeWebhookDelivery', { webhookid: id, payload: 'hello' });
      const trial = { eventtype: 'TEST.WEBHOOK', webhookid: id, webhookname: path, payload: 'hello' };
      expect(webhookdelivery).toMatchObject({ ...trial, success: true, response: 'thank you' });
      expect(webhookdelivery).not.toHaveProperty('id');
      const signature = CryptoJS.HmacSHA256('hello', SECRET).toString(CryptoJS.enc.Base64);
      expect(receiver.at(path).find(({ body }) => body === 'hello')?.headers).toMatchObject({
        'x-cs-signature': signature,
        'x-cs-event': 'TEST.WEBHOOK',
        'content-type': 'text/plain; charset=utf-8',
      });
      await client.call('executeWebhookDelivery', { webhookid: id, payloadurl: receiver.url(elsewhere) });
      await client.call('executeWebhookDelivery', { webhookid: id, payloadurl: receiver.url(elsewhere), secretkey: SECRET });
      expect(receiver.at(elsewhere).map(({ headers }) => 'x-cs-signature' in headers)).toEqual([false, true]);
      expect(await deliveries(client, id, { eventtype: 'TEST.WEBHOOK' })).toEqual([]);
    });

    test('makes a few of an account at the same time: a receiver that never answers holds up nobody else', async () => {
      const { client } = await server.createUser(uniqueName('waiter'));
      const [slow, quick] = [uniqueName('slow'), uniqueName('quick')];
      const trial = (by: TestClient, path: string) => by.call('executeWebhookDelivery', { payloadurl: receiver.url(path) });
      receiver.silent.add(`/${slow}`);
      const waiting = race(3, () => trial(client, slow));
      await receiver.arrived(slow, 3);
      expect((await client.refusal('executeWebhookDelivery', { payloadurl: receiver.url(quick) })).text).toContain('too many deliveries');
      expect((await trial(server.admin, quick)).webhookdelivery).toMatchObject({ success: true });
      receiver.hangUp();
      expect((await waiting).map(({ webhookdelivery }) => (webhookdelivery as Answer).success)).toEqual([false, false, false]);
      expect((await trial(client, quick)).webhookdelivery).toMatchObject({ success: true });
    });

    test.each<[Parameters, string]>([
      [{}, 'say what to send: give id, webhookid or payloadurl'],
      [{ payload: 'x' }, 'say what to send'],
      [{ id: NOBODY, webhookid: NOBODY }, 'parameter webhookid: give either it or id'],
    ])('refuses %j', async (wish, why) => {
      const { code, text } = await server.admin.refusal('executeWebhookDelivery', wish);
      expect([code, text]).toEqual([431, expect.stringContaining(why)]);
    });
  });

  describe('deliveries', () => {
    test('are found by their time and kind, and deleted by what is said', async () => {
      const { client } = await server.createUser(uniqueName('reader'));
      const { id } = await hook(client);
      await act(client);
      const [update, creation] = await settled(client, id);
      expect([update?.eventtype, creation?.eventtype]).toEqual(['USER.UPDATE', 'WEBHOOK.CREATE']);
      expect(each(await deliveries(client, id, { keyword: 'webhook.create' }), 'id')).toEqual([creation?.id]);
      expect(each(await deliveries(client, id, { enddate: '2020-01-01' }), 'id')).toEqual([]);
      await client.call('deleteWebhookDelivery', { id: String(update?.id) });
      expect(each(await deliveries(client, id, { eventtype: 'USER.UPDATE' }), 'id')).toEqual([]);
      expect((await client.refusal('deleteWebhookDelivery')).text).toContain('say which deliveries');
      await client.call('deleteWebhookDelivery', { webhookid: id, startdate: '2999-01-01' });
      expect(each(await deliveries(client, id), 'id')).toContain(creation?.id);
    });
  });
});
