import { expectFault, never } from '../../../../test/kit/contract/samples.js';
import { EmClient } from '../em/client.js';
import { REFERENCES } from '../em/entities.js';
import type { HttpsClient } from '../https-client.js';
import type { HttpsAnswer, HttpsRequest } from '../https-message.js';
import { USER } from './bench.js';
import { emBench, type EmBench } from './em-bench.js';
import { FakeServer } from './fake/server.js';

let bench: EmBench;
beforeAll(async () => {
  bench = await emBench();
});
beforeEach(() => bench.reset());
afterAll(() => bench.close());

const LOGON = /POST .*sessionMngr/;

const check = async (...settings: Parameters<EmBench['open']>) => {
  const steps = await bench.open(...settings).checkConnection?.(never);
  return (steps ?? []).map(({ name, isPassed, detail }) => `${name} ${isPassed ? 'passed' : 'failed'}: ${detail}`);
};

describe('logging on', () => {
  test('happens once for all that is asked at the same time', async () => {
    const provider = bench.open();
    await Promise.all(Array.from({ length: 8 }, () => provider.listOfferings(never)));
    await provider.capacity(never);
    expect(bench.server.count(LOGON)).toBe(1);
  });

  test('is tried once with a password that is not accepted, which no message shows', async () => {
    const provider = bench.open({ password: 'wrong-Pa55-w0rd' });
    const { message } = await expectFault(provider.listOfferings(never), 'auth');
    expect(message).not.toContain('wrong-Pa55-w0rd');
    expect(bench.server.count(LOGON)).toBe(1);
    await expectFault(provider.listOfferings(never), 'auth');
    expect(bench.server.count(LOGON)).toBe(2);
  });

  test('is not repeated for a server that then accepts nothing', async () => {
    bench.server.faults.push({ on: /GET .*jobs/, how: { status: 401 } });
    await expectFault(bench.open().listOfferings(never), 'auth');
    expect([bench.server.count(LOGON), bench.server.count(/GET .*jobs/)]).toEqual([2, 2]);
  });

  test('happens again once for all that was asked under a session that the server has forgotten', async () => {
    const provider = bench.open();
    await provider.listOfferings(never);
    bench.em.forgetLogons();
    await Promise.all(Array.from({ length: 8 }, () => provider.listOfferings(never)));
    expect(bench.server.count(LOGON)).toBe(2);
  });

  test('happens again once also where two are refused in the same moment', async () => {
    let logons = 0;
    const send = async ({ method, path, headers = {} }: HttpsRequest): Promise<HttpsAnswer> => {
      const { pathname, searchParams: query } = new URL(path, 'https://em.fake');
      if (method === 'POST') logons++;
      const answer = bench.em.handle({ method, path: pathname, query, headers, body: '' });
      const named = Object.entries(answer?.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]);
      return { status: answer?.status ?? 404, headers: Object.fromEntries(named), body: answer?.body ?? '' };
    };
    const client = new EmClient({ send } as unknown as HttpsClient, { basePath: '/api', ...USER });
    await client.logOn(never);
    bench.em.forgetLogons();
    await Promise.all([1, 2, 3].map(() => client.get('jobs', REFERENCES, never)));
    expect(logons).toBe(2);
  });

  test('does not fail for others when the first who asked for it has given up', async () => {
    const provider = bench.open();
    bench.server.faults.push({ on: LOGON, times: 1, how: 200 });
    const controller = new AbortController();
    const given = provider.listOfferings(controller.signal);
    const waiting = provider.listOfferings(never);
    setTimeout(() => controller.abort(), 20);
    await expectFault(given, 'temporary');
    expect((await waiting).length).toBeGreaterThan(0);
    expect(bench.server.count(LOGON)).toBe(1);
  });
});

describe('requests', () => {
  test.each([
    ['is busy', { status: 503, headers: { 'retry-after': '0' } }],
    ['has too much to do', { status: 429, headers: { 'retry-after': '0' } }],
    ['drops the connection', 'drop'],
  ] as const)('are sent again when the server %s', async (_what, how) => {
    bench.server.faults.push({ on: /GET .*jobs/, times: 2, how });
    expect(await bench.open().listOfferings(never)).toHaveLength(1);
  });

  test('fail with what the server says, and without what anybody else does', async () => {
    bench.server.faults.push({ on: /GET .*jobs/, how: { status: 500, body: '<Error Message="Timeout expired." StatusCode="500" />' } });
    expect((await expectFault(bench.open().listOfferings(never), 'temporary')).message).toContain('Timeout expired.');
    bench.server.faults.splice(0, 1, { on: /GET .*jobs/, how: { status: 502, body: '<html>proxy-1.internal</html>' } });
    expect((await expectFault(bench.open().listOfferings(never), 'temporary')).message).not.toContain('proxy-1.internal');
  });
});

test('no message shows a password that the server repeats', async () => {
  bench.server.faults.push({ on: /GET .*jobs/, how: { status: 400, body: `<Error Message="Bad: ${USER.password}." StatusCode="400" />` } });
  expect((await expectFault(bench.open().listOfferings(never), 'rejected')).message).toContain('Bad: ***.');
});

describe('where the settings leave the choice', () => {
  const started: FakeServer[] = [];
  afterAll(() => Promise.all(started.map((server) => server.close())));
  const kinds = async (settings: Parameters<EmBench['open']>[0]) =>
    new Set((await bench.open({ api: 'auto', ...settings }).listOfferings(never)).map(({ externalId }) => externalId.split(':')[2]));

  test('Backup & Replication is spoken to if it is set, and Enterprise Manager if only that answers', async () => {
    expect(await kinds({ 'vbr.url': bench.server.origin })).toEqual(new Set(['Job', 'Repository']));
    expect(await kinds({})).toEqual(new Set(['Job']));
  });

  test('what was found once stays, whichever of the two does not answer later', async () => {
    // Of this test alone, as Backup & Replication is looked for at a fixed port.
    const host = '127.94.19.1';
    const em = await FakeServer.start([bench.em.handle], host);
    const startVbr = () => FakeServer.start([bench.vbr.api], host, 9419);
    started.push(em);
    const at = (path: string) => ({ url: em.origin + path, 'validate.ssl': false, 'ca.file': '' });
    const vbr = await startVbr();
    expect(await kinds(at('/api/'))).toEqual(new Set(['Job', 'Repository']));
    await vbr.close();
    const { message } = await expectFault(kinds(at('/api/')), 'temporary');
    expect(message).toContain(':9419 cannot be reached');
    expect(await kinds(at('/api'))).toEqual(new Set(['Job']));
    started.push(await startVbr());
    expect(await kinds(at('/api'))).toEqual(new Set(['Job']));
  });

  test('nothing is chosen while nobody answers', async () => {
    const provider = bench.open({ api: 'auto' });
    bench.server.faults.push({ on: /./, how: 'drop' });
    expect((await expectFault(provider.listOfferings(never), 'temporary')).message).toContain(':9419 cannot be reached');
    bench.server.faults.length = 0;
    // Nor with a file of certificates that is not there: nobody was asked.
    await expectFault(
      bench.open({ api: 'auto', url: `${bench.server.origin}/api`, 'ca.file': '/nowhere' }).listOfferings(never),
      'rejected',
    );
    expect((await bench.store.get('api/found'))?.value).not.toMatchObject({ url: `${bench.server.origin}/api` });
    const [step, ...others] = await check({ api: 'auto', url: `${bench.server.origin}/api`, 'ca.file': '' });
    expect([step, others]).toEqual([
      expect.stringMatching(/^certificate failed: .*:9419 cannot be reached .* is not trusted .*ca\.file/),
      [],
    ]);
    expect(await provider.listOfferings(never)).toHaveLength(1);
  });
});

describe('what it can do', () => {
  test('is less without the Backup & Replication server than with it', async () => {
    const least = { quiesce: false, restoreVolume: false, fillMachine: false, crossZone: false, capacity: true, deleteBackup: false };
    expect(await bench.open().capabilities(never)).toEqual(least);
    const more = { restoreVolume: true, fillMachine: true, deleteBackup: true };
    expect(await bench.open(bench.companion).capabilities(never)).toEqual({ ...least, ...more });
  });

  test('lists templates, and not the jobs of machines', async () => {
    const { job } = await bench.assigned();
    const offerings = await bench.open().listOfferings(never);
    expect(offerings.map(({ externalId }) => externalId)).toEqual([`urn:veeam:Job:${bench.template.id}`]);
    expect(offerings.map(({ name }) => name)).not.toContain(job.name);
  });

  test('tells how full the repositories are of which that is known', async () => {
    bench.estate.repositories.push({
      id: '99999999-9999-4999-8999-999999999999',
      name: 'cloud',
      capacityGB: -1 / 1024 ** 3,
      freeGB: -1 / 1024 ** 3,
    });
    const GB = 1024 ** 3;
    expect(await bench.open().capacity(never)).toEqual({ usedBytes: 400 * GB, totalBytes: 1000 * GB });
    bench.estate.repositories.pop();
  });
});

describe('the connection test', () => {
  test('takes every step, and closes the session that it has opened', async () => {
    expect(await check()).toEqual([
      expect.stringMatching(/^address passed/),
      expect.stringMatching(/^certificate passed: it is trusted/),
      'version passed: versions v1_5, v1_6, v1_7 of the API',
      'login passed: the user name and the password are accepted',
      'vcenter passed: vcenter.fake',
      'templates passed: 1 jobs can be copied: Daily',
    ]);
    expect(bench.em.logons.size).toBe(0);
    const steps = await check(bench.companion);
    expect(steps.slice(6).map((step) => step.replace(/:.*/, ''))).toEqual(
      ['address', 'certificate', 'version', 'login', 'repositories', 'vcenter', 'restore.cluster', 'restore.datastore'].map(
        (name) => `${name} of Backup & Replication passed`,
      ),
    );
  });

  test.each<[string, string, Parameters<EmBench['open']>[0], RegExp]>([
    ['nobody is there', 'address', { url: 'https://127.0.0.1:9/api/' }, /cannot be reached/],
    ['the certificate is of nobody known', 'certificate', { 'ca.file': '' }, /ca\.file/],
    ['something else answers', 'version', { url: '/nothing/' }, /404/],
    ['the password is wrong', 'login', { password: 'wrong' }, /does not accept/],
    ['the vCenter is unknown', 'vcenter', { vcenter: 'other' }, /vcenter\.fake/],
  ])('ends with the step that fails when %s', async (_what, name, settings, detail) => {
    const url = settings?.url?.startsWith('/') ? { url: bench.server.origin + settings.url } : {};
    const last = (await check({ ...settings, ...url })).at(-1);
    expect(last).toMatch(new RegExp(`^${name} failed`));
    expect(last).toMatch(detail);
    expect(last).not.toContain(USER.password);
    expect(bench.em.logons.size).toBe(0);
  });

  test('fails where there is nothing to copy', async () => {
    const jobs = bench.estate.jobs.splice(0);
    expect((await check()).at(-1)).toMatch(/^templates failed: there is no job that could be copied/);
    bench.estate.jobs.push(...jobs);
  });
});
