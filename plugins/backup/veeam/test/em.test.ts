import { randomUUID } from 'node:crypto';
import type { BackupProvider, Progress, ProviderFault } from '../../../../src/provider/index.js';
import { all, expectFault, never } from '../../../../test/kit/contract/samples.js';
import { sweepDeaths } from '../../../../test/kit/dying-store.js';
import { jobNameOf } from '../naming.js';
import { emBench, type EmBench } from './em-bench.js';
import { hasSchedule } from './fake/em-documents.js';
import type { FakeJob } from './fake/estate.js';
import type { Fault } from './fake/server.js';

let bench: EmBench;
beforeAll(async () => {
  bench = await emBench();
});
beforeEach(() => bench.reset());
afterAll(() => bench.close());

const sessionsOf = (name: string) => bench.estate.sessions.all.filter((session) => session.name === name);
const contentOf = (name: string) => bench.estate.machine(name).disks.map(({ bytes }) => bytes.toString('hex'));

describe('putting machines under templates', () => {
  test('makes a copy of the template for the machine, with the machine in it and its schedule in force', async () => {
    const { machine, job } = await bench.assigned();
    expect(job).toMatchObject({ name: jobNameOf(machine), repositoryId: bench.template.repositoryId, isDisabled: false });
    expect(job.name.length).toBeLessThanOrEqual(50);
    expect(job.morefs).toEqual([bench.estate.machine(machine.name).moref]);
    expect(hasSchedule(job)).toBe(true);
    expect(bench.server.count(/POST .*sessionMngr/)).toBe(1);
  });

  test('leaves alone the schedule of a copy that has none', async () => {
    const { job } = await bench.assigned(bench.open(), bench.addTemplate('On demand', false));
    expect(hasSchedule(job)).toBe(false);
    expect(bench.server.requests.filter(({ query }) => query.get('action') === 'toggleScheduleEnabled')).toEqual([]);
  });

  test('makes one job, in force, when two servers put the machine under the template at once', async () => {
    for (let n = 0; n < 4; n++) {
      const { machine, assign } = bench.wanted();
      const request = assign();
      const answers = await Promise.all([bench.open(), bench.open()].map((provider) => provider.assign(request, never)));
      const jobs = bench.estate.jobs.filter(({ name }) => name === jobNameOf(machine));
      expect(jobs).toEqual([expect.objectContaining({ isDisabled: false, morefs: [expect.stringMatching(/^vm-/)] })]);
      expect(answers).toEqual(jobs.flatMap(({ id }) => [{ reference: id }, { reference: id }]));
    }
  });

  test('goes on where making the job was cut off', async () => {
    bench.em.script.failing['CreateObjectInJob'] = 'The host is busy.';
    const { machine, assign } = bench.wanted();
    const request = assign();
    const refusal = await expectFault(bench.open().assign(request, never), 'rejected');
    expect(refusal.message).toContain('The host is busy.');
    bench.em.script.failing = {};
    const { reference } = await bench.open().assign(request, never);
    expect(bench.estate.jobs.filter(({ name }) => name === jobNameOf(machine))).toEqual([
      expect.objectContaining({ id: reference, morefs: [expect.stringMatching(/^vm-/)] }),
    ]);
    expect(bench.server.requests.filter(({ query }) => query.get('action') === 'clone')).toHaveLength(1);
  });

  test('takes over the job that CloudStack has made, and shows what it has taken', async () => {
    const { machine, assign } = bench.wanted();
    const { moref } = bench.estate.machine(machine.name);
    const name = `i-2-1036-VM-CSBKP-${machine.uuid}`;
    const job = bench.estate.addJob({ name, morefs: [moref] });
    bench.estate.startJob(job);
    const { reference } = await bench.open().assign(assign(), never);
    expect(reference).toBe(job.id);
    const listed = (await all(bench.open().listBackups(never))).filter(({ machineUuid }) => machineUuid === machine.uuid);
    expect(listed).toEqual([expect.objectContaining({ externalId: bench.estate.pointsOf(machine.name)[0]?.id, type: 'FULL' })]);
  });

  test('keeps a job from running that it cannot remove, and takes it up again under the same template only', async () => {
    const { provider, job, assign } = await bench.assigned();
    const put = () => provider.assign(assign(), never);
    await provider.unassign(assign(), never);
    expect(job).toMatchObject({ isDisabled: true });
    expect((await put()).reference).toBe(job.id);
    expect(job).toMatchObject({ morefs: [expect.stringMatching(/^vm-/)], isDisabled: false });
    await provider.unassign(assign(), never);
    const other = { ...assign(), offeringExternalId: `urn:veeam:Job:${bench.addTemplate('Weekly', true).id}` };
    expect((await expectFault(provider.assign(other, never), 'rejected')).message).toContain('from another template');
  });

  test('removes the job where the Backup & Replication server can', async () => {
    const { provider, job, assign } = await bench.assigned(bench.open(bench.companion));
    await provider.unassign(assign(), never);
    expect(bench.estate.jobs).not.toContain(job);
  });

  test('says that several repositories need to be told apart, by the description of the template or the server behind', async () => {
    bench.estate.repositories.push({ id: '99999999-9999-4999-8999-999999999999', name: 'Vault 2', capacityGB: 10, freeGB: 5 });
    const refusal = await expectFault(bench.assigned(), 'rejected');
    expect(refusal.message).toContain('the description of the job Daily has to name that of its copies');
    const described = await bench.assigned(bench.open(), bench.addTemplate('Vaulted', true, 'to Vault 2, every night'));
    expect(described.job.repositoryId).toBe('99999999-9999-4999-8999-999999999999');
    const part = await expectFault(bench.assigned(bench.open(), bench.addTemplate('Near', true, 'not Vault 20')), 'rejected');
    expect(part.message).toContain('has to name that of its copies');
    const both = 'Vault 2, not the Default Backup Repository';
    const doubtful = await expectFault(bench.assigned(bench.open(), bench.addTemplate('Both', true, both)), 'rejected');
    expect(doubtful.message).toContain('no more than one: it names Default Backup Repository and Vault 2');
    const { job } = await bench.assigned(bench.open(bench.companion));
    expect(job.repositoryId).toBe(bench.template.repositoryId);
    bench.estate.repositories.pop();
  });

  test('makes no job of what it does not know', async () => {
    const { machine, assign } = bench.wanted();
    const unknown = { ...assign(), machine: { ...machine, name: machine.name.slice(0, -1) } };
    await expectFault(bench.open().assign(unknown, never), 'not_found');
    const elsewhere = bench.open({ vcenter: 'other.example' });
    expect((await expectFault(elsewhere.assign(assign(), never), 'rejected')).message).toContain('vcenter.fake');
  });
});

describe('taking backups', () => {
  test('is not done when the start is done, but when the restore point is ready', async () => {
    const { provider, machine, job, take } = await bench.assigned();
    bench.estate.sessions.script.lastsMs = 300;
    Object.assign(bench.em.script, { taskLooks: 2, readyAfter: 2 });
    const backup = await provider.takeBackup(take(), never);
    const [point] = bench.estate.pointsOf(machine.name);
    expect(backup).toMatchObject({ externalId: point?.id, takenAt: point?.createdAt, sizeBytes: point?.sizeBytes, type: 'FULL' });
    expect(bench.estate.sessions.all.filter(({ jobId }) => jobId === job.id)).toEqual([expect.objectContaining({ state: 'Stopped' })]);
    expect((await provider.takeBackup(take(), never)).type).toBe('INCREMENTAL');
  });

  test('takes the run that it has started for its own, however late that is shown', async () => {
    const { provider, machine, job, take } = await bench.assigned();
    await provider.takeBackup(take(), never);
    bench.em.script.sessionsAfter = 3;
    const { externalId } = await provider.takeBackup(take(), never);
    expect(bench.estate.pointsOf(machine.name)[1]?.id).toBe(externalId);
    expect(bench.estate.sessions.all.filter(({ jobId }) => jobId === job.id)).toHaveLength(2);
  });

  test('fails with the words of the server when the job does not start', async () => {
    const { provider, take } = await bench.assigned();
    bench.em.script.failing['StartJob'] = 'The license has expired.';
    expect((await expectFault(provider.takeBackup(take(), never), 'rejected')).message).toContain('The license has expired.');
  });

  test('fails with the words of the server when the job fails', async () => {
    const { provider, machine, take } = await bench.assigned();
    Object.assign(bench.estate.sessions.script, { result: 'Failed', message: 'Failed', errors: ['Not enough space on V:.'] });
    expect((await expectFault(provider.takeBackup(take(), never), 'rejected')).message).toContain('Not enough space on V:.');
    expect(bench.estate.pointsOf(machine.name)).toEqual([]);
  });

  test('takes a warning for a success, and says so in the log and as the last of the job', async () => {
    const { provider, take } = await bench.assigned();
    const stages: (string | undefined)[] = [];
    const report = async ({ stage }: Progress) => void stages.push(stage);
    const warning = 'The tools are out of date.';
    Object.assign(bench.estate.sessions.script, { result: 'Warning', message: warning });
    await provider.takeBackup({ ...take(), report }, never);
    expect(bench.logged).toContainEqual(expect.objectContaining({ fields: expect.objectContaining({ warning }) }));
    expect(stages.at(-1)).toBe(`backing up, with a warning: ${warning}`);
    Object.assign(bench.estate.sessions.script, { message: warning.repeat(9) });
    await provider.takeBackup({ ...take(), report }, never);
    expect(stages.at(-1)).toMatch(/^backing up, with a warning: The tools are out of date\..{9}…$/);
    expect(stages.at(-1)).toHaveLength(64);
  });

  test('gives up a run that never starts, and has it stop', async () => {
    const { job, take } = await bench.assigned();
    bench.estate.sessions.script.neverStarts = true;
    const refusal = await expectFault(bench.open({ 'task.poll.max.retry': 1 }).takeBackup(take(), never), 'rejected');
    expect(refusal.message).toContain('did not start within 1 s');
    expect(bench.estate.sessions.all.at(-1)).toMatchObject({ jobId: job.id, state: 'Stopped', result: 'Failed' });
  });

  test('waits for every run of the job that is under way already to end, and starts none beside it', async () => {
    const { provider, job, take } = await bench.assigned();
    bench.estate.sessions.script.lastsMs = 60_000;
    bench.estate.startJob(job);
    bench.estate.sessions.script.lastsMs = 0;
    bench.estate.startJob(job);
    await expectFault(provider.takeBackup(take(), never), 'temporary');
    expect(bench.server.requests.filter(({ query }) => query.get('action') === 'start')).toEqual([]);
    bench.estate.advance(60_000);
    await provider.takeBackup(take(), never);
    expect(bench.estate.sessions.all.filter(({ jobId }) => jobId === job.id)).toHaveLength(3);
  });

  test.each<[string, Fault, ProviderFault]>([
    ['the connection is cut when the start was sent', { on: /POST .*jobs\/[^/]+$/, times: 1, how: 'drop after' }, 'unknown'],
    ['the answer to the start is cut off', { on: /POST .*jobs\/[^/]+$/, times: 1, how: 'truncate' }, 'unknown'],
    ['the task cannot be looked at', { on: /GET .*tasks/, how: { status: 500 } }, 'unknown'],
    ['no session can be seen', { on: /GET .*query/, skip: 2, how: { status: 500 } }, 'unknown'],
    ['the session cannot be looked at', { on: /GET .*backupSessions/, how: { status: 502 } }, 'temporary'],
  ])('joins the run that was started when %s, and starts no second one', async (_what, fault, expected) => {
    const { machine, job, take } = await bench.assigned();
    const request = take();
    bench.server.faults.push({ ...fault });
    await expectFault(bench.open().takeBackup(request, never), expected);
    bench.server.faults.length = 0;
    const backup = await bench.open().takeBackup(request, never);
    expect(bench.estate.pointsOf(machine.name).map(({ id }) => id)).toEqual([backup.externalId]);
    expect(bench.estate.sessions.all.filter(({ jobId }) => jobId === job.id)).toHaveLength(1);
  });
});

describe('a start whose session nothing names', () => {
  const loseTask = () => {
    bench.em.dialect.namesSessions = false;
    bench.server.faults.push({ on: /GET .*tasks/, how: { status: 500 } });
  };
  const runForOthers = (job: FakeJob, times = 1) => {
    bench.server.faults.length = 0;
    for (let n = 0; n < times; n++) {
      bench.estate.advance(1000);
      bench.estate.startJob(job);
    }
  };

  test.each([1000, 2])(
    'is followed in the first that came after it, not in the one of somebody else, in pages of %i',
    async (longestPage) => {
      const { machine, job, take } = await bench.assigned();
      for (let n = 0; n < 2; n++) {
        const request = take();
        loseTask();
        await expectFault(bench.open().takeBackup(request, never), 'unknown');
        bench.em.dialect.longestPage = longestPage;
        runForOthers(job, 3);
        const { externalId } = await bench.open().takeBackup(request, never);
        expect(bench.estate.pointsOf(machine.name).findIndex(({ id }) => id === externalId)).toBe(4 * n);
      }
    },
  );

  test('is not known where so many have come since that it is not among them', async () => {
    const { job, take } = await bench.assigned();
    const request = take();
    loseTask();
    await expectFault(bench.open().takeBackup(request, never), 'unknown');
    runForOthers(job, 20);
    expect((await expectFault(bench.open().takeBackup(request, never), 'unknown')).message).toContain('cannot be told');
  });

  test('leaves the run of somebody else alone when it is cancelled', async () => {
    const { machine, job, take, delete: remove } = await bench.assigned();
    const request = take();
    loseTask();
    bench.estate.sessions.script.result = 'Failed';
    await expectFault(bench.open().takeBackup(request, never), 'unknown');
    Object.assign(bench.estate.sessions.script, { result: 'Success', lastsMs: 60_000 });
    runForOthers(job);
    const { externalId: _, ...deletion } = remove('');
    await bench.open().deleteBackup({ ...deletion, takenBy: request.operationId }, never);
    bench.estate.advance(60_000);
    bench.estate.sessions.settle();
    expect(bench.estate.pointsOf(machine.name)).toHaveLength(1);
  });
});

describe('restoring machines', () => {
  test('puts every disk back as it was, off, and follows that to its end', async () => {
    const { provider, machine, volumes, take, restore } = await bench.assigned();
    const before = contentOf(machine.name);
    const { externalId } = await provider.takeBackup(take(), never);
    bench.estate.scribble(machine.name);
    bench.estate.sessions.script.lastsMs = 200;
    const restored = await provider.restoreMachine(restore(externalId), never);
    expect(contentOf(machine.name)).toEqual(before);
    expect(restored.map(({ uuid }) => uuid)).toEqual(volumes.map(({ uuid }) => uuid));
    const asked = bench.server.requests.filter(({ query }) => query.get('action') === 'restore');
    expect(asked.map(({ body }) => body)).toEqual([expect.stringContaining('<PowerOnAfterRestore>false</PowerOnAfterRestore>')]);
    expect(bench.server.count(/POST .*sessionMngr/)).toBe(1);
  });

  test('finds the session also where the task does not name it', async () => {
    const { provider, machine, take, restore } = await bench.assigned();
    const { externalId } = await provider.takeBackup(take(), never);
    bench.em.dialect.namesSessions = false;
    bench.em.script.sessionsAfter = 2;
    for (let n = 0; n < 2; n++) await provider.restoreMachine(restore(externalId), never);
    const restores = bench.estate.sessions.all.filter(({ kind, name }) => kind === 'RestoreVm' && name === machine.name);
    expect(restores.map(({ id }) => bench.server.count(new RegExp(`GET .*restoreSessions/${id}`)))).toEqual([1, 1]);
  });

  test('goes on after the server has forgotten the logon, with one more', async () => {
    const { provider, machine, take, restore } = await bench.assigned();
    const { externalId } = await provider.takeBackup(take(), never);
    bench.estate.sessions.script.lastsMs = 400;
    let looks = 0;
    const forget = () => {
      if (++looks === 2) bench.em.forgetLogons();
    };
    await provider.restoreMachine({ ...restore(externalId), report: async () => forget() }, never);
    expect(bench.estate.sessions.all.filter(({ kind, name }) => kind === 'RestoreVm' && name === machine.name)).toHaveLength(1);
    expect(bench.server.count(/POST .*sessionMngr/)).toBe(2);
  });

  test('takes a warning for a success, and fails with what the server behind says', async () => {
    const { take, restore } = await bench.assigned();
    const [alone, backed] = [bench.open(), bench.open(bench.companion)];
    const { externalId } = await alone.takeBackup(take(), never);
    Object.assign(bench.estate.sessions.script, { result: 'Warning', message: 'vCenter is newer than tested.' });
    await alone.restoreMachine(restore(externalId), never);
    Object.assign(bench.estate.sessions.script, { result: 'Failed', message: 'Failed', errors: ['The datastore is full.'] });
    expect((await expectFault(alone.restoreMachine(restore(externalId), never), 'rejected')).message).toContain('does not say why');
    expect((await expectFault(backed.restoreMachine(restore(externalId), never), 'rejected')).message).toContain('The datastore is full.');
  });

  test('does not call a restore over that does not start and cannot be stopped, and joins it when it is asked again', async () => {
    const { machine, take, restore } = await bench.assigned();
    const { externalId } = await bench.open().takeBackup(take(), never);
    const content = contentOf(machine.name);
    bench.estate.scribble(machine.name);
    bench.estate.sessions.script.neverStarts = true;
    const impatient = bench.open({ 'task.poll.max.retry': 1, 'restore.timeout': 500 });
    const request = restore(externalId);
    const still = { ...request, report: async () => void bench.estate.advance(300_000) };
    const doubt = await expectFault(impatient.restoreMachine(still, never), 'unknown');
    expect(doubt.message).toMatch(
      /may still be running: restoreSessions\/.* is still Starting, and Enterprise Manager cannot stop a restore/,
    );
    bench.estate.sessions.goOn();
    await impatient.restoreMachine(request, never);
    expect(contentOf(machine.name)).toEqual(content);
    expect(bench.server.count(/POST .*vmRestorePoints/)).toBe(1);
  });

  test.each([
    ['its name', (name: string) => name],
    ['the name that it had when it was backed up', (name: string) => `renamed-${name}`],
  ])('restores nothing over a machine while somebody else restores it under %s, and has restored it since', async (_which, now) => {
    const { provider, machine, take, restore } = await bench.assigned();
    const { externalId } = await provider.takeBackup(take(), never);
    const [point] = bench.estate.pointsOf(machine.name);
    bench.estate.sessions.script.lastsMs = 60_000;
    bench.estate.startRestore(point!);
    bench.estate.sessions.script.lastsMs = 0;
    bench.estate.startRestore(point!);
    bench.estate.rename(machine.name, now(machine.name));
    const request = { ...restore(externalId), machine: { ...machine, name: now(machine.name) } };
    await expectFault(provider.restoreMachine(request, never), 'temporary');
    expect(bench.server.count(/POST .*vmRestorePoints/)).toBe(0);
    bench.estate.advance(60_000);
    await provider.restoreMachine(request, never);
    expect(sessionsOf(machine.name)).toHaveLength(3);
  });

  test('joins the restore that was started when its answer was lost', async () => {
    const { provider, machine, take, restore } = await bench.assigned();
    const { externalId } = await provider.takeBackup(take(), never);
    const request = restore(externalId);
    bench.server.faults.push({ on: /POST .*vmRestorePoints/, times: 1, how: 'drop after' });
    await expectFault(provider.restoreMachine(request, never), 'unknown');
    await bench.open().restoreMachine(request, never);
    expect(bench.estate.sessions.all.filter(({ kind, name }) => kind === 'RestoreVm' && name === machine.name)).toHaveLength(1);
  });

  test.each<[string, Fault]>([
    ['its answer was lost', { on: /POST .*vmRestorePoints/, times: 1, how: 'drop after' }],
    ['its task cannot be looked at', { on: /GET .*tasks/, how: { status: 500 } }],
  ])('joins the restore that was started when %s, although it is shown only much later', async (_what, fault) => {
    const { machine, take, restore } = await bench.assigned();
    const { externalId } = await bench.open().takeBackup(take(), never);
    const request = restore(externalId);
    bench.server.faults.push(fault);
    await expectFault(bench.open().restoreMachine(request, never), 'unknown');
    bench.server.faults.length = 0;
    bench.em.dialect.namesSessions = false;
    bench.em.script.sessionsAfter = 3;
    // No longer than tasks and what they have started may take: two times 120 looks, a second apart.
    bench.estate.advance(200_000);
    await bench.open().restoreMachine(request, never);
    expect(bench.estate.sessions.all.filter(({ kind, name }) => kind === 'RestoreVm' && name === machine.name)).toHaveLength(1);
  });

  test('goes on with the task that was begun, however long ago, and tries again when that has failed', async () => {
    const { machine, take, restore } = await bench.assigned();
    const { externalId } = await bench.open().takeBackup(take(), never);
    const request = restore(externalId);
    Object.assign(bench.em.script, { taskLooks: 2, failing: { StartVMRestore: 'The host is busy.' } });
    bench.server.faults.push({ on: /GET .*tasks/, times: 1, how: { status: 500 } });
    await expectFault(bench.open().restoreMachine(request, never), 'unknown');
    bench.estate.advance(1_000_000);
    expect((await expectFault(bench.open().restoreMachine(request, never), 'rejected')).message).toContain('The host is busy.');
    const asked = () => bench.server.count(/POST .*vmRestorePoints/);
    expect(asked()).toBe(1);
    bench.em.script.failing = {};
    await bench.open().restoreMachine(request, never);
    expect([asked(), sessionsOf(machine.name).length]).toEqual([2, 1]);
  });

  test('brings back a machine that vCenter has lost, and its job follows it', async () => {
    const { provider, machine, job, take, restore } = await bench.assigned();
    const before = contentOf(machine.name);
    const { externalId } = await provider.takeBackup(take(), never);
    bench.estate.lose(machine.name);
    await provider.restoreMachine(restore(externalId), never);
    expect(contentOf(machine.name)).toEqual(before);
    expect(job.morefs).toEqual([bench.estate.machine(machine.name).moref]);
    expect((await provider.takeBackup(take(), never)).machineUuid).toBe(machine.uuid);
  });

  test('knows a machine by its identity when it has another name', async () => {
    const { provider, machine, take, restore } = await bench.assigned();
    const before = contentOf(machine.name);
    const { externalId } = await provider.takeBackup(take(), never);
    const renamed = `renamed-${machine.name}`;
    bench.estate.rename(machine.name, renamed);
    bench.estate.scribble(renamed);
    await provider.restoreMachine(restore(externalId), never);
    expect(contentOf(renamed)).toEqual(before);
    expect(bench.logged).toEqual([]);
    await provider.takeBackup(take(), never);
  });
});

describe('a server that dies', () => {
  /** Longer than anybody waits for one who may be starting something. */
  const CLAIM_MS = 600_000;

  test('makes one job, takes one backup and restores it once in the end, at whatever moment it died', async () => {
    const runs = await sweepDeaths(async ({ store, dying }) => {
      const { machine, ...asking } = bench.wanted();
      const [assign, take, id] = [asking.assign(), asking.take(), randomUUID()];
      const carryOut = async (provider: BackupProvider) => {
        await provider.assign(assign, never);
        const { externalId } = await provider.takeBackup(take, never);
        await provider.restoreMachine(asking.restore(externalId, id), never);
      };
      await carryOut(bench.open({}, dying)).catch(() => undefined);
      bench.estate.advance(CLAIM_MS);
      await carryOut(bench.open({}, store));
      const name = jobNameOf(machine);
      expect(bench.estate.jobs.filter((job) => job.name === name)).toHaveLength(1);
      expect([sessionsOf(name).length, sessionsOf(machine.name).length]).toEqual([1, 1]);
    });
    expect(runs).toBeGreaterThan(20);
  }, 120_000);
});
