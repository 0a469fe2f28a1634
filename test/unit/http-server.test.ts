import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { testServer } from '../kit/server.js';

const server = testServer('sqlite', { settings: { 'sandbox.enabled': false } });

/** Opens a connection, sends the bytes as they are, and answers everything that comes back until the server closes it. */
async function talk(bytes: string | Buffer): Promise<string> {
  const socket = await dial();
  socket.write(bytes);
  return readAll(socket);
}

async function dial(): Promise<Socket> {
  const socket = connect(Number(new URL(server.endpoint).port), '127.0.0.1');
  await once(socket, 'connect');
  return socket;
}

async function readAll(socket: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => void chunks.push(chunk));
  // The server may close while there is still something to be sent.
  socket.on('error', () => undefined);
  await once(socket, 'close');
  return Buffer.concat(chunks).toString('utf8');
}

/** The error that was answered in XML, closed by the server, of the length that it promised. */
function refusalIn(answer: string): { status: number; text: string | undefined } {
  const [head = '', body = ''] = answer.split('\r\n\r\n');
  expect(head).toMatch(/^HTTP\/1\.1 \d{3} /);
  expect(head).toContain('\r\nContent-Type: text/xml; charset=UTF-8');
  expect(head).toContain('\r\nConnection: close');
  expect(head).toContain(`\r\nContent-Length: ${Buffer.byteLength(body)}`);
  const status = Number(head.slice(9, 12));
  expect(body).toMatch(/^<\?xml version="1.0" encoding="UTF-8"\?><errorresponse><errorcode>\d+<.*<\/errorresponse>$/);
  expect(body).toContain(`<errorcode>${status}</errorcode><cserrorcode>9999</cserrorcode>`);
  return { status, text: /<errortext>(.*)<\/errortext>/.exec(body)?.[1] };
}

const isAlive = async () => expect((await server.raw({ query: 'command=listZones' })).status).toBe(401);
afterEach(isAlive);

const TOO_LONG = { status: 413, text: 'the address and headers are too long; send the parameters by POST' };
const NOT_HTTP = { status: 400, text: 'this is not an HTTP request; everything in the address must be percent-encoded' };

test.each([
  ['an address', `GET /client/api?a=${'x'.repeat(20_000)} HTTP/1.1\r\nHost: a\r\n\r\n`],
  ['a header', `GET /client/api HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`],
  ['a cookie', `GET /client/api HTTP/1.1\r\nHost: a\r\nCookie: JSESSIONID=${'x'.repeat(20_000)}\r\n\r\n`],
  ['many headers', `GET /client/api HTTP/1.1\r\nHost: a\r\n${'X-Header: of some length\r\n'.repeat(1500)}\r\n`],
])('%s beyond every limit is answered as such', async (_, bytes) => {
  expect(refusalIn(await talk(bytes))).toEqual(TOO_LONG);
});

test.each<[string, string | Buffer]>([
  ['random bytes', Buffer.from(Array.from({ length: 4000 }, (_, index) => (index * 151 + 7) % 256))],
  ['zero bytes', Buffer.alloc(100)],
  ['a line of words', 'hello server\r\n\r\n'],
  ['another protocol', Buffer.from('160301020001000001fc0303', 'hex')],
  ['an unknown method', 'EAT /client/api HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['an unknown version', 'GET /client/api HTTP/9.9\r\nHost: a\r\n\r\n'],
  ['a header without a name', 'GET /client/api HTTP/1.1\r\n: a\r\n\r\n'],
  ['a header with a zero byte', 'GET /client/api HTTP/1.1\r\nHost: a\u0000b\r\n\r\n'],
  ['a length that is no number', 'POST /client/api HTTP/1.1\r\nHost: a\r\nContent-Length: ten\r\n\r\n'],
  ['two lengths', 'POST /client/api HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'],
  ['a length and chunks', 'POST /client/api HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\na'],
  ['a space in the address', 'GET /client/api?name=a b HTTP/1.1\r\nHost: a\r\n\r\n'],
])('%s is answered in the shape of every other failure', async (_, bytes) => {
  expect(refusalIn(await talk(bytes))).toEqual(NOT_HTTP);
});

test('what cannot be read is answered in JSON if that can be read', async () => {
  const answer = await talk('GET /client/api?response=json&name=a b HTTP/1.1\r\nHost: a\r\n\r\n');
  const [head = '', body = ''] = answer.split('\r\n\r\n');
  expect(head).toContain('\r\nContent-Type: application/json; charset=UTF-8');
  expect(JSON.parse(body)).toEqual({ errorresponse: { uuidList: [], errorcode: 400, cserrorcode: 9999, errortext: NOT_HTTP.text } });
});

test('each refused connection has a line in the log', async () => {
  const before = server.logged('request').length;
  await talk('hello server\r\n\r\n');
  expect(server.logged('request').slice(before)).toMatchObject([{ fields: { status: 400, failure: 'malformed_request' } }]);
});

test('garbage on many connections at once harms nobody', async () => {
  const answers = await Promise.all(
    Array.from({ length: 200 }, (_, index) => talk(index % 2 ? 'nonsense\r\n\r\n' : `GET /${'x'.repeat(20_000)} HTTP/1.1\r\n\r\n`)),
  );
  expect(answers.map(refusalIn)).toEqual(Array.from({ length: 200 }, (_, index) => (index % 2 ? NOT_HTTP : TOO_LONG)));
});

test('clients that go away half-way are forgotten', async () => {
  const starts = ['', 'GET', 'GET /client/api?command=', 'POST /client/api HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\ncommand='];
  for (const start of [...starts, ...starts]) {
    const socket = await dial();
    socket.on('error', () => undefined);
    socket.write(start);
    socket.resetAndDestroy();
  }
  await isAlive();
});

test('a request after a good one on the same connection is read on its own', async () => {
  const socket = await dial();
  socket.write('GET /client/api?response=json HTTP/1.1\r\nHost: a\r\n\r\n');
  await once(socket, 'readable');
  const rest = readAll(socket);
  socket.write('nonsense\r\n\r\n');
  expect(await rest).toMatch(/"errorcode":401.*HTTP\/1\.1 400 Error\r\n/s);
});
