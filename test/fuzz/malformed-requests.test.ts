import fc from 'fast-check';
import { parseString } from 'xml2js';
import type { CommandSpec } from '../../src/api/command.js';
import { commands } from '../../src/commands/index.js';
import { only } from '../kit/scene.js';
import { testServer } from '../kit/server.js';
import { adminKeys } from '../kit/signed-request.js';
import { Wire, type WireAnswer } from '../kit/wire.js';
import { shots, type Shot } from './requests.js';

const REQUESTS = 100_000;
const AT_ONCE = 16;
const BATCH = 4000;
const TEST_MS = 600_000;

/** To see a run again: FUZZ_SEED=… */
const seed = Number(process.env.FUZZ_SEED ?? Date.now() % 2 ** 31);

/** What takes long by design (a password is hashed), or makes machines and volumes without end. */
const LEFT_OUT = ['login', 'createAccount', 'createUser', 'deployVirtualMachine', 'createVolume'];

const server = testServer('sqlite', { settings: { 'jobs.parallel': 4 } });

test(
  `${REQUESTS} malformed requests are all answered in the shape of the API, and none is a defect (seed ${seed})`,
  async () => {
    const specs = [...commands.values()].filter(({ name }) => !LEFT_OUT.includes(name));
    const arbitrary = shots({ specs: withFew(specs), keys: adminKeys(server), ...(await thingsThatAreThere()) });
    const wires = Array.from({ length: AT_ONCE }, () => new Wire(server.endpoint));
    for (let sent = 0; sent < REQUESTS; sent += BATCH) {
      const batch = fc.sample(arbitrary, { seed: seed + sent, numRuns: BATCH });
      await Promise.all(wires.map((wire) => fire(wire, batch)));
      expect(defects()).toEqual([]);
    }
    for (const wire of wires) wire.close();
    await settled();
    expect(defects()).toEqual([]);
    expect(server.logged('request').length).toBeGreaterThan(0.95 * REQUESTS);
    // Signed requests came as far as the commands, and some were carried out.
    expect(server.log.filter(({ fields }) => fields.status === 200).length).toBeGreaterThan(0.02 * REQUESTS);
    expect(await only(server.admin, 'listZones', 'zone', { name: 'sandbox' })).toMatchObject({ name: 'sandbox' });
  },
  TEST_MS,
);

/** Sends what is left of the batch, one request after the other. */
async function fire(wire: Wire, batch: Shot[]): Promise<void> {
  for (let shot = batch.pop(); shot; shot = batch.pop()) {
    const answer = await wire.send(shot.bytes, shot.hasBody);
    const fault = faultOf(shot, answer);
    if (fault !== undefined)
      throw new Error(
        `${fault}\nseed ${seed}\nsent ${JSON.stringify(shot.bytes.toString('latin1'))}\ngot ${answer.status} ${answer.body.slice(0, 2000)}`,
      );
  }
}

/** What is wrong with an answer, if anything is. */
function faultOf({ format, hasBody }: Shot, { status, headers, body }: WireAnswer): string | undefined {
  if (status >= 500 && !(status >= 530 && status <= 537)) return 'the status is that of a defect';
  if (!hasBody) return undefined;
  const type = headers.get('content-type') ?? '';
  if (type.startsWith('text/plain')) return status === 405 || status === 404 ? undefined : 'plain text';
  const isJson = type === 'application/json; charset=UTF-8';
  if (!isJson && type !== 'text/xml; charset=UTF-8') return `the content type ${type}`;
  if (format !== undefined && isJson !== (format === 'json')) return `not the format that was asked for`;
  const [envelopes, text] = isJson ? readJson(body) : readXml(body);
  if (envelopes.length !== 1 || !envelopes[0]?.endsWith('response')) return `the envelopes are ${envelopes.join()}`;
  if (text?.startsWith('internal error')) return 'a defect';
  return undefined;
}

type Read = [envelopes: string[], errortext: string | undefined];

function readJson(body: string): Read {
  const answer = JSON.parse(body) as Record<string, { errortext?: string }>;
  return [Object.keys(answer), Object.values(answer)[0]?.errortext];
}

function readXml(body: string): Read {
  let read: Read = [[], undefined];
  parseString(body, { async: false }, (error, root: Record<string, { errortext?: string[] } | string>) => {
    if (error) throw error;
    const [inside] = Object.values(root);
    read = [Object.keys(root), typeof inside === 'object' ? inside.errortext?.[0] : undefined];
  });
  return read;
}

/** Every line of the log that tells of a defect. */
const defects = () => server.log.filter(({ level, fields }) => level === 'error' || fields.failure === 'internal');

/** Commands that change settings or zones are as rare as that. */
function withFew(specs: readonly CommandSpec[]): CommandSpec[] {
  const rare = ['createZone', 'updateConfiguration'];
  return [
    ...Array.from({ length: 5 }, () => specs.filter(({ name }) => !rare.includes(name))).flat(),
    ...specs.filter(({ name }) => rare.includes(name)),
  ];
}

async function thingsThatAreThere(): Promise<{ ids: string[]; words: string[] }> {
  const zone = String((await only(server.admin, 'listZones', 'zone')).id);
  const { backuppolicy } = (await server.admin.run('importBackupPolicy', { name: 'Gold', externalid: 'gold-policy', zoneid: zone })) as {
    backuppolicy: { id: string };
  };
  const machines = (await server.admin.call('listVirtualMachines')).virtualmachine as { id: string; domainid: string }[];
  const volumes = (await server.admin.call('listVolumes')).volume as { id: string }[];
  const ids = [...machines, ...volumes, backuppolicy].map(({ id }) => id);
  return {
    ids: [zone, zone.toUpperCase(), String(machines[0]?.domainid), ...ids],
    words: ['gold-policy', 'silver-policy', 'session.timeout', 'default.page.size', 'ROOT', 'web-1'],
  };
}

/** Waits for the jobs that the requests have become. */
async function settled(): Promise<void> {
  while (Object.keys(await server.admin.call('listAsyncJobs', { listall: 'true' })).length > 0)
    await new Promise((resolve) => setTimeout(resolve, 50));
}
