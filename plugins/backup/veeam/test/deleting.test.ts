import { randomUUID } from 'node:crypto';
import { expectFault, never } from '../../../../test/kit/contract/samples.js';
import { jobNameOf } from '../naming.js';
import { vbrBench } from './bench.js';
import type { FakeAnswer } from './fake/server.js';

describe.each(['1.2-rev1', '1.3-rev2'])('over revision %s', (revision) => {
  let bench: Awaited<ReturnType<typeof vbrBench>>;
  beforeEach(async () => void (bench = await vbrBench(revision)));
  afterEach(() => bench.close());

  test.each(
    [true, false].flatMap((single) => [
      [single, 'began before its restore points were counted', (run: () => void) => run(), () => bench.estate.advance(1_000_000)] as const,
      [single, 'began after that', () => undefined, (run: () => void) => run()] as const,
    ]),
  )('where it deletes single restore points (%s), deletes none with a run of its job that %s', async (single, _when, before, meanwhile) => {
    bench.vbr.doubts.deletesRestorePoints = single;
    const { machine, take, ...asking } = await bench.guarded();
    const provider = bench.open();
    const { externalId } = await provider.takeBackup(take(), never);
    const job = bench.estate.jobs.find(({ name }) => name === jobNameOf(machine))!;
    const run = () => {
      bench.estate.sessions.script.lastsMs = 1_000_000;
      bench.estate.startJob(job);
      bench.estate.sessions.script.lastsMs = 0;
    };
    before(run);
    const counted = (answer: FakeAnswer) => {
      meanwhile(run);
      return answer;
    };
    bench.server.faults.push({ on: /GET \/api\/v1\/restorePoints$/, times: 1, how: counted });
    await expectFault(provider.deleteBackup(asking.delete(externalId), never), 'temporary');
    bench.estate.advance(1_000_000);
    bench.estate.sessions.settle();
    expect([bench.server.count(/^DELETE/), bench.estate.pointsOf(machine.name).length]).toEqual([0, 2]);
  });

  test('deletes nothing that a later restore point of a renamed machine depends on, or may depend on', async () => {
    const { machine, take, ...asking } = await bench.guarded();
    const provider = bench.open();
    const { externalId } = await provider.takeBackup(take(), never);
    const [once, now] = [`${machine.name}-once`, `${machine.name}-now`];
    const deletion = () => provider.deleteBackup(asking.delete(externalId), never);
    // By the job's own schedule.
    const runAs = (before: string, name: string) => {
      bench.estate.rename(before, name);
      bench.estate.startJob(bench.estate.jobs.find((job) => job.name === jobNameOf(machine))!);
    };
    runAs(machine.name, once);
    bench.estate.rename(once, now);
    expect((await expectFault(deletion(), 'rejected')).message).toContain('under another name');
    bench.estate.rename(now, once);
    runAs(once, once);
    expect((await expectFault(deletion(), 'rejected')).message).toContain('cannot be restored without');
    expect(bench.server.count(/^DELETE/)).toBe(0);
  });

  test('deletes nothing that a restore point of the machine may depend on, whatever lies in between, and minds no other machine', async () => {
    const other = bench.machine();
    const { machine, take, ...asking } = await bench.guarded();
    const job = bench.estate.jobs.find(({ name }) => name === jobNameOf(machine))!;
    const { externalId: full } = await bench.open().takeBackup(take(), never);
    const [once, now] = [`${machine.name}-once`, `${machine.name}-now`];
    bench.estate.rename(machine.name, once);
    // Veeam comes to it first: its full restore point is before the increment.
    job.morefs.unshift(bench.estate.machine(other.machine.name).moref);
    bench.estate.startJob(job);
    expect(bench.estate.restorePoints.map(({ type }) => type)).toEqual(['Full', 'Full', 'Increment']);
    bench.estate.rename(once, now);
    const refusalOf = async (id: string) => (await expectFault(bench.open().deleteBackup(asking.delete(id), never), 'rejected')).message;
    expect(await refusalOf(full)).toContain('1 restore points in the chain');
    // Another machine has the name by now.
    const namesake = bench.estate.addMachine(once, []);
    expect(await refusalOf(full)).toContain('under another name');
    bench.estate.machines.splice(bench.estate.machines.indexOf(namesake), 1);

    bench.estate.rename(now, once);
    bench.estate.startJob(job);
    const newest = bench.estate.pointsOf(once).at(-1)!.id;
    bench.estate.rename(other.machine.name, `${other.machine.name}-renamed`);
    expect(await refusalOf(newest)).toContain('under another name');
    bench.estate.rename(`${other.machine.name}-renamed`, other.machine.name);
    await bench.open().deleteBackup(asking.delete(newest), never);
    expect(bench.estate.pointsOf(once)).toHaveLength(1);
    expect(bench.estate.pointsOf(other.machine.name)).toHaveLength(2);
  });

  test('follows a deletion as it goes on, and no longer than it advances', async () => {
    const { take, ...asking } = await bench.guarded();
    const { externalId } = await bench.open().takeBackup(take(), never);
    Object.assign(bench.estate.sessions.script, { lastsMs: 1_000_000, only: 'InfrastructureItemDeletion' });
    const percents: number[] = [];
    const report = (ms: number) => async (progress: { readonly percent?: number }) => {
      percents.push(progress.percent ?? -1);
      bench.estate.advance(ms);
    };
    await bench.open({ 'restore.timeout': 400 }).deleteBackup({ ...asking.delete(externalId), report: report(300_000) }, never);
    expect(percents).toEqual([0, 30, 60, 90, 100]);
    const { externalId: other } = await bench.open().takeBackup(take(), never);
    bench.estate.sessions.script.lastsMs = 10 ** 9;
    const still = { ...asking.delete(other), report: report(70_000) };
    await expectFault(bench.open({ 'restore.timeout': 60 }).deleteBackup(still, never), 'unknown');
  });

  test('joins the deletion that a server which died has begun, and begins one where Veeam has forgotten that', async () => {
    const { machine, take, ...asking } = await bench.guarded();
    const { externalId } = await bench.open().takeBackup(take(), never);
    Object.assign(bench.estate.sessions.script, { lastsMs: 1_000_000, only: 'InfrastructureItemDeletion' });
    const [request, died] = [asking.delete(externalId), new AbortController()];
    let resume = '';
    const report = async ({ reference = '' }) => {
      resume = reference;
      died.abort();
    };
    await expectFault(bench.open().deleteBackup({ ...request, report }, died.signal), 'temporary');
    const goOn = async () => bench.estate.advance(1_000_000);
    await bench.open().deleteBackup({ ...request, resume, report: goOn }, never);
    expect([bench.server.count(/^DELETE/), bench.estate.pointsOf(machine.name)]).toEqual([1, []]);
    bench.estate.sessions.script.lastsMs = 0;
    const { externalId: other } = await bench.open().takeBackup(take(), never);
    await bench.open().deleteBackup({ ...asking.delete(other), resume: randomUUID() }, never);
    expect([bench.server.count(/^DELETE/), bench.estate.pointsOf(machine.name)]).toEqual([2, []]);
  });
});
