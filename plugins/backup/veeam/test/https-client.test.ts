import { copyFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expectFault, never } from '../../../../test/kit/contract/samples.js';
import { ConnectionFailed, refusal } from '../failures.js';
import { HttpsClient, type HttpsOptions } from '../https-client.js';
import { makeCertificates } from './fake/certificates.js';
import { FakeServer, type Fault } from './fake/server.js';

let server: FakeServer;
beforeAll(async () => {
  server = await FakeServer.start([
    ({ path, body }) => (path === '/large' ? { status: 200, body: 'x'.repeat(33 * 2 ** 20) } : { status: 200, body }),
  ]);
});
beforeEach(() => server.reset());
afterAll(() => server.close());

const client = (overrides: Partial<HttpsOptions> = {}) =>
  new HttpsClient({ origin: server.origin, verifies: true, caFile: server.caFile, timeoutMs: 5000, ...overrides });
const get = (path = '/x') => ({ method: 'GET', path }) as const;
const post = (path = '/x') => ({ method: 'POST', path, body: 'wish' }) as const;

/** How it failed: how far it came, what fault that is, and what it says. */
async function failure(answer: Promise<unknown>): Promise<string[]> {
  const error = await answer.catch((cause: unknown) => cause);
  expect(error).toBeInstanceOf(ConnectionFailed);
  const { stage, fault, message } = error as ConnectionFailed;
  return [stage, fault, message];
}

test('trusts a certificate that the authority in the file vouches for', async () => {
  expect(await client().send(post(), never)).toMatchObject({ status: 200, body: 'wish' });
});

test('does not trust a certificate that nobody vouches for, and says what to do, before it has sent anything', async () => {
  const [stage, fault, message] = await failure(client({ caFile: '' }).send(post(), never));
  expect([stage, fault]).toEqual(['certificate', 'rejected']);
  expect(message).toContain('ca.file');
  expect(server.log).toEqual([]);
  expect(await client({ caFile: '', verifies: false }).send(get(), never)).toMatchObject({ status: 200 });
});

test('does not trust a certificate of another host', async () => {
  const other = await FakeServer.start([], '127.0.0.2');
  expect(await failure(client({ origin: other.origin, caFile: other.caFile }).send(get(), never))).toEqual([
    'certificate',
    'rejected',
    expect.stringContaining('is for another name'),
  ]);
  await other.close();
});

test('says which file it cannot read', async () => {
  const failed = await failure(client({ caFile: '/nowhere/ca.pem' }).send(get(), never));
  expect(failed).toEqual(['settings', 'rejected', expect.stringContaining('/nowhere/ca.pem')]);
});

test('has done nothing where nobody listens', async () => {
  const [stage, fault, message] = await failure(client({ origin: 'https://127.0.0.1:1' }).send(post(), never));
  expect([stage, fault]).toEqual(['address', 'temporary']);
  expect(message).toContain('ECONNREFUSED');
});

test.each<[string, Fault['how']]>([
  ['dropped before it is heard', 'drop'],
  ['dropped after it is done', 'drop after'],
  ['cut off in the middle of the answer', 'truncate'],
])('asks a question again that was %s, and never repeats a change', async (_what, how) => {
  server.faults.push({ on: /GET/, times: 2, how });
  expect((await client().send(get(), never)).status).toBe(200);
  expect(server.log).toEqual(['GET /x', 'GET /x', 'GET /x']);
  server.reset();
  server.faults.push({ on: /./, how });
  expect((await failure(client().send(get(), never))).slice(0, 2)).toEqual(['answer', 'temporary']);
  server.log.length = 0;
  expect((await failure(client().send(post(), never))).slice(0, 2)).toEqual(['answer', 'unknown']);
  expect(server.log).toEqual(['POST /x']);
});

test.each([429, 503])('waits while the server says that it is busy with %i, and sends the same again', async (status) => {
  server.faults.push({ on: /./, times: 1, how: { status, headers: { 'retry-after': '1' } } });
  const before = Date.now();
  expect(await client().send(post(), never)).toMatchObject({ status: 200, body: 'wish' });
  expect(Date.now() - before).toBeGreaterThanOrEqual(990);
  expect(server.log).toHaveLength(2);
});

test('answers that the server is busy when it stays so', async () => {
  server.faults.push({ on: /./, how: { status: 429, headers: { 'retry-after': '0' } } });
  expect((await client().send(post(), never)).status).toBe(429);
  expect(server.log).toHaveLength(3);
  server.reset();
  // Longer than a request may last.
  server.faults.push({ on: /./, how: { status: 503, headers: { 'retry-after': '60' } } });
  expect((await client().send(get(), never)).status).toBe(503);
  expect(server.log).toHaveLength(1);
});

test('reads the file of certificates again when it could not be read', async () => {
  const caFile = join(dirname(server.caFile), 'later.pem');
  const late = client({ caFile });
  await failure(late.send(get(), never));
  await copyFile(server.caFile, caFile);
  expect((await late.send(get(), never)).status).toBe(200);
});

test('reads it again when the server was not trusted: certificates are renewed', async () => {
  const caFile = join(dirname(server.caFile), 'renewed.pem');
  const other = await makeCertificates();
  await copyFile(other.caFile, caFile);
  const renewed = client({ caFile });
  expect((await failure(renewed.send(get(), never)))[0]).toBe('certificate');
  await copyFile(server.caFile, caFile);
  expect((await renewed.send(get(), never)).status).toBe(200);
  await other.remove();
});

test('gives up a slow answer after its time, and soon when it is told to', async () => {
  server.faults.push({ on: /./, how: 3000 });
  const [stage, fault] = await failure(client({ timeoutMs: 200 }).send(post(), never));
  expect([stage, fault]).toEqual(['answer', 'unknown']);
  const reason = new Error('the server stops');
  const controller = new AbortController();
  const asked = client().send(get(), controller.signal);
  setTimeout(() => controller.abort(reason), 50);
  expect((await failure(asked))[1]).toBe('temporary');
  await expectFault(client().send(post(), AbortSignal.abort(reason)), 'temporary');
});

test('does not take in more than it can hold, nor asks for it again', async () => {
  const tooMuch = expect.stringContaining('at once');
  expect(await failure(client().send(get('/large'), never))).toEqual(['answer', 'corrupt', tooMuch]);
  expect(await failure(client().send(post('/large'), never))).toEqual(['answer', 'unknown', tooMuch]);
  expect(server.log).toEqual(['GET /large', 'POST /large']);
});

test.each([
  [400, 'rejected', 'rejected'],
  [401, 'auth', 'auth'],
  [403, 'auth', 'auth'],
  [404, 'not_found', 'not_found'],
  [429, 'temporary', 'temporary'],
  [500, 'temporary', 'unknown'],
  [502, 'temporary', 'unknown'],
  [503, 'temporary', 'temporary'],
])('the status %i is the fault %s of a question and %s of a change', (status, question, change) => {
  expect([refusal({ status }, 'x', '', true).fault, refusal({ status }, 'x', 'why', false).fault]).toEqual([question, change]);
  expect(refusal({ status }, 'asking', 'no room', true).message).toBe(`asking: Veeam answered ${status}, no room`);
});
