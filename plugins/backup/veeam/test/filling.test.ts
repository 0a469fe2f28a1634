import { randomUUID } from 'node:crypto';
import { eventually } from '../../../../test/kit/eventually.js';
import { sweepDeaths } from '../../../../test/kit/dying-store.js';
import { expectFault, never, operation, sampleMachine, sampleVolume } from '../../../../test/kit/contract/samples.js';
import type { BackupProvider, FillMachine } from '../../../../src/provider/index.js';
import { vbrBench } from './bench.js';
import { emBench } from './em-bench.js';
import type { Fault } from './fake/server.js';

/** Longer than anybody waits for one who may be starting something. */
const CLAIM_MS = 600_000;
const STARTS = /POST .*\/vSphere$/;
/** Somebody looks for a machine. */
const LOOKS = /GET .*(hosts\/|lookup)/;

const zone = { uuid: randomUUID(), name: 'zone-1' };
type Bench = Awaited<ReturnType<typeof vbrBench>>;

/** A machine with a backup, and what asks to make another one of that. */
async function backedUp(bench: Bench, provider: BackupProvider = bench.open()) {
  const guarded = await bench.guarded();
  const content = bench.estate.contentOf(guarded.machine.name);
  const { externalId } = await provider.takeBackup(guarded.take(), never);
  bench.estate.scribble(guarded.machine.name);
  const fill = (rootBytes?: number): FillMachine => ({
    ...{ ...operation(), zone, targetZone: zone, externalId, target: sampleMachine() },
    volumes: guarded.volumes.map((recorded) => {
      const sizeBytes = recorded.type === 'ROOT' ? (rootBytes ?? recorded.sizeBytes) : recorded.sizeBytes;
      return { recorded, target: sampleVolume(recorded.deviceNumber, { sizeBytes }) };
    }),
  });
  return { ...guarded, externalId, content, fill };
}

/** The same, with the new machine there and empty. */
async function readyToFill(bench: Bench) {
  const made = await backedUp(bench);
  const request = made.fill();
  bench.addMachine({ machine: request.target, volumes: request.volumes.map(({ target }) => target) });
  return { ...made, request, name: request.target.name };
}

describe.each([
  ['Backup & Replication 1.3-rev1', () => vbrBench('1.3-rev1')],
  ['Backup & Replication 1.3-rev2', () => vbrBench('1.3-rev2')],
  ['Enterprise Manager with a server', () => emCompanion()],
] as const)('over %s', (_name, open) => {
  let bench: Bench;
  beforeAll(async () => void (bench = await open()));
  beforeEach(() => {
    bench.server.reset();
    bench.vbr.doubts.namesTargets = false;
  });
  afterAll(() => bench.close());

  const filled = ({ estate }: Bench) => estate.sessions.all.filter(({ kind }) => kind === 'RestoreVm').length;

  test('the new machine holds what was backed up, in its own volumes, and the other one is left alone', async () => {
    const { machine, content, request, name } = await readyToFill(bench);
    const [before, original] = [bench.estate.machine(name).moref, bench.estate.contentOf(machine.name)];
    const answer = await bench.open().fillMachine(request, never);
    expect(answer).toEqual(request.volumes.map(({ target: { uuid, sizeBytes, path } }) => ({ uuid, sizeBytes, path })));
    expect(bench.estate.contentOf(name)).toEqual(content);
    expect(bench.estate.machines.filter((each) => each.name === name)).toHaveLength(1);
    expect(bench.estate.machine(name).moref).not.toBe(before);
    expect(bench.estate.contentOf(machine.name)).toEqual(original);
  });

  test('a volume that is to be larger is refused with what to do, and nothing is started', async () => {
    const { fill } = await backedUp(bench);
    const { message } = await expectFault(bench.open().fillMachine(fill(16_384), never), 'rejected');
    expect(message).toMatch(/16384 bytes and not 8192; make the machine with disks of the sizes in the backup/);
    expect(bench.server.count(STARTS)).toBe(0);
  });

  test('a disk that nobody has asked for is refused, and so is one that the backup does not hold', async () => {
    const { fill } = await backedUp(bench);
    const request = fill();
    await expectFault(bench.open().fillMachine({ ...request, volumes: request.volumes.slice(1) }, never), 'rejected');
    const foreign = { recorded: sampleVolume(5), target: sampleVolume(5) };
    await expectFault(bench.open().fillMachine({ ...request, volumes: [...request.volumes, foreign] }, never), 'not_found');
    expect(bench.server.count(STARTS)).toBe(0);
  });

  test('the machine is waited for until vCenter shows it, and is not found if that does not', async () => {
    const { fill, content } = await backedUp(bench);
    const request = fill();
    const before = bench.server.count(LOOKS);
    const filling = bench.open().fillMachine(request, never);
    await eventually(
      async () => bench.server.count(LOOKS),
      (looks) => looks > before,
    );
    bench.addMachine({ machine: request.target, volumes: [] });
    await filling;
    expect(bench.estate.contentOf(request.target.name)).toEqual(content);
    await expectFault(bench.open({ 'task.poll.max.retry': 1 }).fillMachine(fill(), never), 'not_found');
  });

  test('nothing is written over a machine that is backed up, over one that is on, nor over either of two', async () => {
    const { machine, fill } = await backedUp(bench);
    const impatient = bench.open({ 'task.poll.max.retry': 1 });
    await expectFault(impatient.fillMachine({ ...fill(), target: { ...sampleMachine(), name: machine.name } }, never), 'not_found');
    const { request, name } = await readyToFill(bench);
    bench.estate.machine(name).isOn = true;
    expect((await expectFault(impatient.fillMachine(request, never), 'rejected')).message).toContain('is PoweredOn and not off');
    bench.estate.machine(name).isOn = false;
    bench.addMachine({ machine: request.target, volumes: [] });
    await expectFault(impatient.fillMachine({ ...request, ...operation() }, never), 'rejected');
    expect(bench.server.count(STARTS)).toBe(0);
  });

  test('nothing is started while it is not told where the machine is, and it can be asked again at once', async () => {
    const { content, request, name } = await readyToFill(bench);
    const on = /POST .*\/inventory\/[^/]+$/;
    bench.server.faults.push({ on, times: 3, how: 'drop' });
    await expectFault(bench.open().fillMachine(request, never), 'temporary');
    bench.server.faults.splice(0, 1, { on, how: (answer) => ({ ...answer, body: answer.body?.replaceAll('"urn"', '"path"') ?? '' }) });
    const { message } = await expectFault(bench.open().fillMachine(request, never), 'rejected');
    expect(message).toContain('does not tell the host of the machine');
    expect(bench.server.count(STARTS)).toBe(0);
    bench.server.faults.length = 0;
    await bench.open().fillMachine(request, never);
    expect(bench.estate.contentOf(name)).toEqual(content);
  });

  test.each([false, true])(
    'a filling whose answer was lost is joined, be its session named after the new machine or not: %p',
    async (named) => {
      bench.vbr.doubts.namesTargets = named;
      const { content, request, name } = await readyToFill(bench);
      const before = filled(bench);
      bench.server.faults.push({ on: STARTS, times: 1, how: 'drop after' });
      await expectFault(bench.open().fillMachine(request, never), 'unknown');
      await bench.open().fillMachine(request, never);
      expect([filled(bench) - before, bench.estate.contentOf(name)]).toEqual([1, content]);
    },
  );

  test('nothing is written over a machine while another restore makes it, and others of the same backup do not matter', async () => {
    bench.vbr.doubts.namesTargets = true;
    const { machine, request, name, fill } = await readyToFill(bench);
    const other = fill();
    bench.addMachine({ machine: other.target, volumes: [] });
    const [point] = bench.estate.pointsOf(machine.name);
    bench.estate.sessions.script.lastsMs = 60_000;
    bench.estate.startFilling(point!, name, name);
    bench.estate.sessions.script.lastsMs = 0;
    const { message } = await expectFault(bench.open().fillMachine(request, never), 'temporary');
    expect(message).toContain(`restoring the machine ${name} already`);
    expect(bench.server.count(STARTS)).toBe(0);
    await bench.open().fillMachine(other, never);
    expect(bench.server.count(STARTS)).toBe(1);
    bench.estate.advance(60_000);
  });

  test.each<[string, (made: Awaited<ReturnType<typeof readyToFill>>) => Promise<unknown>]>([
    ['by another operation', ({ restore, externalId }) => bench.open().restoreMachine(restore(externalId), never)],
    ['by somebody else', async ({ machine }) => startByHand(bench, machine.name)],
  ])('a restore of the machine that was backed up, made %s meanwhile, is not taken for the filling', async (_whose, meanwhile) => {
    const made = await readyToFill(bench);
    const drop: Fault = { on: STARTS, times: 1, how: 'drop' };
    bench.server.faults.push(drop);
    await expectFault(bench.open().fillMachine(made.request, never), 'unknown');
    await meanwhile(made);
    bench.estate.advance(CLAIM_MS);
    await bench.open().fillMachine(made.request, never);
    expect(bench.estate.contentOf(made.name)).toEqual(made.content);
  });

  test('a server that dies fills the machine once in the end, at whatever moment it died', async () => {
    const { fill } = await backedUp(bench);
    const runs = await sweepDeaths(async ({ store, dying }) => {
      for await (const page of bench.store.list('')) for (const { key, value } of page) await store.put(key, value, undefined);
      const request = fill();
      bench.addMachine({ machine: request.target, volumes: [] });
      const before = filled(bench);
      await bench
        .open({}, dying)
        .fillMachine(request, never)
        .catch(() => undefined);
      bench.estate.advance(CLAIM_MS);
      await bench.open({}, store).fillMachine(request, never);
      expect(filled(bench) - before).toBe(1);
    });
    expect(runs).toBeGreaterThan(10);
  });
});

/** Restores the machine as an administrator does at Veeam. */
function startByHand({ estate }: Bench, name: string): void {
  const { initiator } = estate.sessions;
  estate.sessions.initiator = 'VBR\\somebody';
  estate.startRestore(estate.pointsOf(name)[0]!);
  estate.sessions.initiator = initiator;
}

/** Enterprise Manager, with what it cannot do done by the server behind it. */
async function emCompanion(): Promise<Bench> {
  const bench = await emBench();
  const open: Bench['open'] = (overrides, store) => bench.open({ ...bench.companion, ...overrides }, store);
  return { ...bench, open, guarded: () => bench.assigned(open()) };
}

test.each(['1.1-rev0', '1.2-rev1', '1.3-rev0'])('is not declared over %s, which can write over no other machine', async (revision) => {
  const bench = await vbrBench(revision);
  const { fill } = await backedUp(bench);
  expect(await bench.open().capabilities(never)).toMatchObject({ fillMachine: false });
  await expectFault(bench.open().fillMachine(fill(), never), 'unsupported');
  await bench.close();
});
