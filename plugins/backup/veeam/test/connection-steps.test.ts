import { jest } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { eventually } from '../../../../test/kit/eventually.js';
import { never } from '../../../../test/kit/contract/samples.js';
import { emBench, type EmBench } from './em-bench.js';
import { FakeServer, type Fault } from './fake/server.js';

const STEP_MS = 15_000;
const LOG_OFF_MS = 5000;

let bench: EmBench;
beforeAll(async () => void (bench = await emBench()));
beforeEach(() => bench.reset());
afterEach(() => jest.restoreAllMocks());
afterAll(() => bench.close());

type Settings = NonNullable<Parameters<EmBench['open']>[0]>;

const check = async (settings: Settings) => {
  const steps = (await bench.open(settings).checkConnection?.(never)) ?? [];
  return steps.map(({ name, isPassed, detail }) => `${name} ${isPassed ? 'passed' : 'failed'}: ${detail}`);
};

/** Has the time of the step be over that is being tried when this is called; for logging off there is none. */
function clockOfSteps(): () => void {
  const limits: AbortController[] = [];
  const { timeout } = AbortSignal;
  jest.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
    if (ms === LOG_OFF_MS) return AbortSignal.abort(new Error('late'));
    if (ms !== STEP_MS) return timeout.call(AbortSignal, ms);
    limits.push(new AbortController());
    return limits.at(-1)!.signal;
  });
  return () => limits.at(-1)?.abort(new Error('late'));
}

const until = (count: () => number) =>
  eventually(
    async () => count(),
    (seen) => seen > 0,
  );

/** A server that accepts connections, and says nothing. */
async function silentServer() {
  const sockets: Socket[] = [];
  const server = createServer((socket) => void sockets.push(socket.on('error', () => undefined)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  };
  return { origin: `https://127.0.0.1:${(server.address() as AddressInfo).port}`, accepted: () => sockets.length, close };
}

const SILENCE: Fault['how'] = new Promise<void>(() => undefined);

describe.each([
  ['vbr', 'vbr.url', '', /POST .*oauth2\/token/],
  ['em', 'url', '/api/', /POST .*sessionMngr/],
] as const)('the connection test over %s', (api, key, path, logon) => {
  const settings = () => ({ api, [key]: `${bench.server.origin}${path}` });

  test('names the address where a server accepts connections and stays silent', async () => {
    const [silent, late] = [await silentServer(), clockOfSteps()];
    const checked = check({ api, [key]: `${silent.origin}${path}`, 'request.timeout': 600 });
    await until(silent.accepted);
    late();
    expect(await checked).toEqual([expect.stringMatching(/^address failed: there was no answer within 15 s; see that .* firewall/)]);
    silent.close();
  });

  test('names the step at which the server falls silent, and does not wait for it to log off', async () => {
    const late = clockOfSteps();
    bench.server.faults.push({ on: logon, how: SILENCE });
    const checked = check({ ...settings(), 'request.timeout': 600 });
    await until(() => bench.server.count(logon));
    late();
    expect((await checked).at(-1)).toBe('login failed: there was no answer within 15 s');
  });

  test('does not hold the certificate against a server that breaks the connection off', async () => {
    bench.server.faults.push({ on: /./, how: 'drop' });
    expect(await check(settings())).toEqual([expect.stringMatching(/^address failed: .* gave no whole answer .*; see that/)]);
  });

  test('does not ask for other settings where the server has an error of its own', async () => {
    bench.server.faults.push({ on: logon, how: { status: 500 } });
    const last = (await check(settings())).at(-1);
    expect(last).toMatch(/^login failed: .*500/);
    expect(last).not.toContain('see that');
  });
});

test('where the settings leave the choice, both are asked at the same time', async () => {
  // Of this test alone, as Backup & Replication is looked for at a fixed port.
  const host = '127.94.19.2';
  const [em, vbr] = [await FakeServer.start([bench.em.handle], host), await FakeServer.start([bench.vbr.api], host, 9419)];
  let answer = (): void => undefined;
  vbr.faults.push({ on: /./, times: 1, how: new Promise<void>((resolve) => (answer = resolve)) });
  const listed = bench.open({ api: 'auto', url: `${em.origin}/api/`, 'validate.ssl': false, 'ca.file': '' }).listOfferings(never);
  await until(() => em.count(/GET \/api\/$/));
  answer();
  expect((await listed).map(({ externalId }) => externalId.split(':')[2])).toContain('Repository');
  await Promise.all([em.close(), vbr.close()]);
});
