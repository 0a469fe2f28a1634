import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Answer } from '../../../../src/client/api-client.js';
import { present } from '../../../../test/kit/engines.js';
import { startProcess, type ServerProcess } from '../../../../test/kit/process.js';
import { stackvault } from '../../../../test/kit/program.js';
import { listed } from '../../../../test/kit/scene.js';
import type { TestClient } from '../../../../test/kit/test-client.js';
import { TARGET, USER } from './bench.js';
import { emBench, type EmBench } from './em-bench.js';
import { useVeeam } from './veeam-sandbox.js';

const TEST_MS = 90_000;
const WRONG = 'wr0ng-Pa55-w0rd';
const SECRETS = [USER.password, WRONG, ...[USER.password, WRONG].map((text) => Buffer.from(`${USER.username}:${text}`).toString('base64'))];

const VBR_STEPS = ['address', 'certificate', 'version', 'login', 'repositories', 'vcenter', 'restore.cluster', 'restore.datastore'];
const EM_STEPS = ['address', 'certificate', 'version', 'login', 'vcenter', 'templates'];

type Settings = Readonly<Record<string, string>>;

let bench: EmBench | undefined;
let server: ServerProcess | undefined;
let client: TestClient | undefined;
let zoneid = '';
/** Everything that anybody was shown. */
const shown: string[] = [];

beforeAll(async () => {
  bench = await emBench();
  server = await startProcess();
  client = await server.client();
  const { estate } = bench;
  ({ zoneid } = await useVeeam(client, estate, { ...USER, 'request.timeout': '5' }));
}, TEST_MS);
afterAll(async () => {
  await server?.kill();
  await bench?.close();
});

async function set(settings: Settings, zone = zoneid): Promise<void> {
  for (const [key, value] of Object.entries(settings))
    await present(client).call('updateConfiguration', { name: `backup.plugin.veeam.${key}`, value, zoneid: zone });
}

/** What the server answers when it is asked to try the way, as the command line prints it. */
async function check(): Promise<string[]> {
  const { backupprovidercheck } = await present(client).call('checkBackupProvider', { zoneid });
  shown.push(JSON.stringify(backupprovidercheck));
  const { steps } = backupprovidercheck as { steps: readonly { name: string; success: boolean; detail: string }[] };
  return steps.map(({ name, success, detail }) => `${success ? 'passed' : 'FAILED'}  ${name}: ${detail}`);
}

/** The same by the command line. */
async function checkByCommand(): Promise<{ readonly code: number | null; readonly lines: readonly string[] }> {
  const ended = await stackvault(['plugin', 'check', 'veeam', '--zone', 'sandbox'], { DATA_DIR: present(server).dataDir, HTTP_PORT: '0' });
  shown.push(ended.stdout, ended.stderr);
  const [about, ...lines] = ended.stdout.trimEnd().split('\n');
  expect([about, ended.stderr]).toEqual(['veeam in zone sandbox', '']);
  return { code: ended.code, lines: lines.map((line) => line.trim()) };
}

const nameOf = (line = ''): string => line.replace(/^(passed|FAILED) {2}/, '').replace(/: .*/, '');

/** A way to Veeam that works, and the steps of it. */
const ways = () => {
  const { origin, caFile } = present(bench).server;
  const common = { 'request.timeout': '5', 'ca.file': caFile, 'validate.ssl': 'true', version: '0', vcenter: '', ...TARGET, ...USER };
  const nowhere = 'https://127.0.0.1:1';
  return {
    vbr: { settings: { ...common, api: 'vbr', 'vbr.url': origin, url: nowhere }, steps: VBR_STEPS },
    em: { settings: { ...common, api: 'em', 'vbr.url': '', url: `${origin}/api/` }, steps: EM_STEPS },
    'em with vbr.url': {
      settings: { ...common, api: 'em', 'vbr.url': origin, url: `${origin}/api/` },
      steps: [...EM_STEPS, ...VBR_STEPS.map((name) => `${name} of Backup & Replication`)],
    },
    'auto with vbr.url': { settings: { ...common, api: 'auto', 'vbr.url': origin, url: nowhere }, steps: VBR_STEPS },
    // Nobody listens at port 9419 there.
    auto: { settings: { ...common, api: 'auto', 'vbr.url': '', url: `${origin}/api/` }, steps: EM_STEPS },
  };
};
type Way = keyof ReturnType<typeof ways>;

/** Something that is wrong: what is set so, or what the fake forbids, the step that fails, why, and what to do. */
interface Mistake {
  readonly set?: (origin: string) => Settings;
  readonly forbidden?: RegExp;
  readonly step: string;
  readonly says: readonly string[];
}

const mistake = (step: string, settings: Settings, ...says: readonly string[]): Mistake => ({ step, set: () => settings, says });
const forbidden = (step: string, path: RegExp, ...says: readonly string[]): Mistake => ({ step, forbidden: path, says });

const COMMON: readonly Mistake[] = [
  mistake('certificate', { 'ca.file': '' }, 'is not trusted', 'name the certificates that may vouch for it in the setting ca.file'),
  mistake('settings', { 'ca.file': '/nowhere/ca.pem' }, '/nowhere/ca.pem', 'cannot be read (ENOENT)', 'put the certificates there'),
  mistake('login', { password: WRONG }, 'does not accept', 'see that the settings username and password are right'),
];
const DEAD = 'https://127.0.0.1:1';

const MISTAKES: Readonly<Record<Way, readonly Mistake[]>> = {
  vbr: [
    ...COMMON,
    mistake('address', { 'vbr.url': DEAD }, 'cannot be reached (ECONNREFUSED)', 'see that the setting vbr.url'),
    mistake('settings', { 'vbr.url': 'http://127.0.0.1' }, 'vbr.url', 'must be an address that begins with https://'),
    // What speaks HTTP there is the server of the test.
    {
      step: 'certificate',
      set: () => ({ 'vbr.url': `https://${new URL(present(server).endpoint).host}` }),
      says: ['does not speak HTTPS', 'see that the port is right'],
    },
    { step: 'settings', set: () => ({ 'ca.file': noCertificate() }), says: ['holds no certificate as PEM', 'convert it'] },
    mistake('version', { version: '9.9-rev9' }, '9.9-rev9', '1.3-rev2', 'that the setting version is 0'),
    forbidden('login', /GET .*serverInfo/, '403, Access denied', 'may log on to the REST API'),
    forbidden('repositories', /GET .*states/, '403, Access denied', 'see that the user has the role Backup Administrator'),
    mistake(
      'vcenter',
      { vcenter: 'elsewhere' },
      'does not know the vCenter server elsewhere; it knows vcenter.fake',
      'the setting vcenter',
    ),
    mistake('restore.cluster', { 'restore.cluster': 'none' }, 'no cluster none', 'see that the setting restore.cluster has the name'),
    mistake(
      'restore.datastore',
      { 'restore.datastore': 'none' },
      'no datastore none',
      'see that the setting restore.datastore has the name',
    ),
  ],
  em: [
    ...COMMON,
    mistake('address', { url: `${DEAD}/api/` }, 'cannot be reached (ECONNREFUSED)', 'see that the setting url is right'),
    { step: 'version', set: (origin) => ({ url: `${origin}/other/` }), says: ['404', 'such as https://em.example:9398/api/'] },
    mistake('vcenter', { vcenter: 'elsewhere' }, 'the setting vcenter has to name one of', 'vcenter.fake'),
    forbidden('templates', /GET .*jobs/, '403, Access denied', 'see that the user has the role Portal Administrator'),
  ],
  'em with vbr.url': [
    mistake('restore.cluster of Backup & Replication', { 'restore.cluster': 'none' }, 'no cluster none', 'the setting restore.cluster'),
    mistake('address of Backup & Replication', { 'vbr.url': DEAD }, 'cannot be reached', 'see that the setting vbr.url'),
  ],
  'auto with vbr.url': [mistake('login', { password: WRONG }, 'does not accept the user', 'username and password')],
  auto: [
    ...COMMON,
    mistake(
      'address',
      { url: `${DEAD}/api/` },
      '127.0.0.1:9419 cannot be reached',
      '127.0.0.1:1 cannot be reached',
      'in the setting vbr.url',
    ),
  ],
};

/** A file as Windows exports certificates. */
function noCertificate(): string {
  const file = join(dirname(present(bench).server.caFile), 'exported.cer');
  writeFileSync(file, Buffer.from([0x30, 0x82, 0x01, 0x0a]));
  return file;
}

const REFUSAL = {
  vbr: JSON.stringify({ errorCode: 'AccessDenied', message: 'Access denied' }),
  em: '<Error Message="Access denied" StatusCode="403" />',
};

/** The settings of CloudStack's plugin, as CloudStack has them before anybody sets them. */
const OF_CLOUDSTACK = {
  url: 'https://localhost:9398/api/',
  version: '0',
  username: 'administrator',
  password: '',
  'validate.ssl': 'false',
  'request.timeout': '300',
  'restore.timeout': '600',
  'task.poll.interval': '5',
  'task.poll.max.retry': '120',
};

test(
  'what is set for the plugin of CloudStack is taken as it is, in the zone and by the same names',
  async () => {
    await set({ ...OF_CLOUDSTACK, api: 'auto', 'vbr.url': '', 'ca.file': '', vcenter: '', 'restore.cluster': '', 'restore.datastore': '' });
    const configurations = await listed(present(client), 'listConfigurations', 'configuration', {
      zoneid,
      keyword: 'backup.plugin.veeam.',
    });
    const { password: _, ...visible } = OF_CLOUDSTACK;
    for (const [key, value] of Object.entries(visible))
      expect(configurations).toContainEqual(expect.objectContaining({ name: `backup.plugin.veeam.${key}`, value, scope: 'zone' }));
    expect(configurations.find(({ name }) => name === 'backup.plugin.veeam.password')).toMatchObject({ scope: 'zone' });
    // As far as it is another server, and its user.
    const { origin } = present(bench).server;
    await set({ ...USER, url: `${origin}/api/` });
    for (const [api, steps] of Object.entries({ auto: EM_STEPS, vbr: VBR_STEPS.slice(0, -2) })) {
      await set({ api, 'vbr.url': api === 'vbr' ? origin : '' });
      for (const version of ['0', '11', '12', '13']) {
        await set({ version });
        const told = await check();
        expect({ api, version, told: told.map(nameOf), last: told.at(-1) }).toEqual({
          api,
          version,
          told: steps,
          last: expect.stringMatching(/^passed/),
        });
        if (api === 'vbr') expect(told).toContain('passed  version: revision 1.3-rev2 of the API');
      }
    }
  },
  TEST_MS,
);

test(
  'two zones that ask one server as one user log on to it once',
  async () => {
    const [{ settings }, { server: fake }, admin] = [ways().vbr, present(bench), present(client)];
    const { zone } = await admin.call('createZone', {
      name: 'second',
      networktype: 'Advanced',
      dns1: '10.0.0.1',
      internaldns1: '10.0.0.2',
    });
    const both = [zoneid, String((zone as Answer).id)];
    fake.log.length = 0;
    const framework = { enabled: 'true', 'provider.plugin': 'veeam' };
    for (const [key, value] of Object.entries(framework))
      await admin.call('updateConfiguration', { name: `backup.framework.${key}`, value, zoneid: String((zone as Answer).id) });
    for (const id of both) await set(settings, id);
    const offerings = both.map((id) => listed(admin, 'listBackupProviderOfferings', 'backupoffering', { zoneid: id }));
    expect((await Promise.all(offerings)).map(({ length }) => length > 0)).toEqual([true, true]);
    expect(fake.count(/^POST .*oauth2\/token/)).toBe(1);
  },
  TEST_MS,
);

describe.each<Way>(['vbr', 'em', 'em with vbr.url', 'auto with vbr.url', 'auto'])('over %s', (way) => {
  beforeAll(() => set(ways()[way].settings));

  test(
    'every step is named that was passed, and a mistake by the step that it is in, with what to do about it',
    async () => {
      const { settings, steps } = ways()[way];
      const { server: fake } = present(bench);
      const passed = await check();
      expect(passed.map((line) => [line.slice(0, 6), nameOf(line)])).toEqual(steps.map((name) => ['passed', name]));
      expect(await checkByCommand()).toEqual({ code: 0, lines: passed });
      for (const { set: change = () => ({}), forbidden: on, step, says } of MISTAKES[way]) {
        const wrong = change(fake.origin);
        await set(wrong);
        if (on) fake.faults.push({ on, how: { status: 403, body: REFUSAL[way === 'em' ? 'em' : 'vbr'] } });
        const told = await check();
        expect([told.slice(0, -1).filter((line) => !line.startsWith('passed')), told.at(-1)]).toEqual([
          [],
          expect.stringMatching(/^FAILED/),
        ]);
        expect([nameOf(told.at(-1)), says.filter((text) => !told.at(-1)?.includes(text)), told.at(-1)]).toEqual([
          step,
          [],
          expect.anything(),
        ]);
        if (step === 'login') expect(await checkByCommand()).toEqual({ code: 1, lines: told });
        fake.faults.length = 0;
        await set(Object.fromEntries(Object.keys(wrong).map((key) => [key, String((settings as Settings)[key])])));
      }
      expect(await check()).toEqual(passed);
      expect([...shown, present(server).text].filter((text) => SECRETS.some((secret) => text.includes(secret)))).toEqual([]);
    },
    TEST_MS,
  );
});
