import { commands } from '../../src/commands/index.js';
import { JOB_FAILED, JOB_PENDING, JOB_SUCCEEDED, type Hold, type Job } from '../../src/dao/job-dao.js';
import { JobLine } from '../../src/jobs/job-line.js';
import type { DynamicSettings } from '../../src/settings/dynamic-settings.js';
import { askedBy, CREATED, insertJob, insertUser } from '../kit/builders.js';
import { forEachEngine, testDatabase } from '../kit/engines.js';
import { meetsDuplicate, race, winners } from '../kit/races.js';

const ALL = { limit: 100, offset: 0 };
const NOW = new Date('2026-03-04T05:06:07.000Z');
const after = (ms: number): Date => new Date(NOW.getTime() + ms);
const PUT_OFF = { leaseUntil: after(5000), fault: 'away', retries: 0, crashes: 0 };
/** One more than two statements delete. */
const EXPIRED = 1001;
const DONE = { status: JOB_SUCCEEDED, resultCode: 0, result: '{}', completed: NOW };

forEachEngine((engine) => {
  const handle = testDatabase(engine);
  const daos = () => handle.db.daos;
  const jobs = () => handle.db.daos.jobs;
  const stored = async ({ uuid }: Pick<Job, 'uuid'>) => (await jobs().find(uuid))!;
  const noLimits = { get: () => 0 } as unknown as DynamicSettings;
  const runnable = async (now = NOW, limit = 100) => {
    const turns = await new JobLine(handle.db, noLimits, commands, () => now).next({ jobs: limit, scheduled: limit, suspects: limit });
    return turns.map(({ id }) => id);
  };
  const runningMachine = async ({ id }: Pick<Job, 'id'>) =>
    (await handle.db.knex('async_job').where({ id }).first('runningMachine')).runningMachine;

  async function claimed(job: Job, holder = 'holder', leaseUntil = after(1000)): Promise<Hold> {
    const hold = await jobs().claim(await stored(job), holder, leaseUntil);
    if (!hold) throw new Error(`job ${job.uuid} was not free`);
    return hold;
  }

  describe('a new job', () => {
    test('waits, with the names of the user that asked for it', async () => {
      const user = await insertUser(daos());
      const given = { params: '[["a","b"]]', instanceType: 'Backup', instanceUuid: 'instance', machineUuid: 'machine' };
      const job = await insertJob(daos(), { ...askedBy(user), ...given });
      const { accountUuid, accountName, domainUuid, domainPath } = (await daos().users.findById(user.id))!;
      const waiting = {
        status: JOB_PENDING,
        resultCode: 0,
        result: null,
        percent: null,
        resume: '{}',
        holder: null,
        attempts: 0,
        crashes: 0,
      };
      const names = { accountUuid, accountName, domainUuid, domainPath, userUuid: user.uuid };
      expect(job).toMatchObject({ ...given, ...waiting, ...names, leaseUntil: null, created: CREATED, completed: null });
    });

    test('has a uuid of its own', async () => {
      const { uuid } = await insertJob(daos());
      const user = await insertUser(daos());
      expect(await meetsDuplicate(insertJob(daos(), { uuid, ...askedBy(user) }))).toBe(true);
      expect(await jobs().find('none')).toBeUndefined();
    });
  });

  describe('jobs that can be run', () => {
    test('are those that nobody holds, oldest first, as many as are asked for', async () => {
      const [first, held, third, fourth] = [
        await insertJob(daos()),
        await insertJob(daos()),
        await insertJob(daos()),
        await insertJob(daos()),
      ];
      await claimed(held);
      expect(await runnable()).toEqual([first.id, third.id, fourth.id]);
      expect(await runnable(NOW, 2)).toEqual([first.id, third.id]);
    });

    test('are for each machine the oldest that has not ended, and all that are about no machine', async () => {
      const [a1, a2, b1] = [
        await insertJob(daos(), { machineUuid: 'a' }),
        await insertJob(daos(), { machineUuid: 'a' }),
        await insertJob(daos(), { machineUuid: 'b' }),
      ];
      const [free1, free2] = [await insertJob(daos()), await insertJob(daos())];
      expect(await runnable()).toEqual([a1.id, b1.id, free1.id, free2.id]);
      const hold = await claimed(a1);
      expect(await runnable()).toEqual([b1.id, free1.id, free2.id]);
      await jobs().finish(hold, { ...DONE, status: JOB_FAILED });
      expect(await runnable()).toEqual([a2.id, b1.id, free1.id, free2.id]);
    });

    test('are also those whose lease is over', async () => {
      const job = await insertJob(daos());
      await claimed(job, 'dead', after(1000));
      expect(await runnable(after(1000))).toEqual([]);
      expect(await runnable(after(1001))).toEqual([job.id]);
    });

    test('are not those that have ended', async () => {
      await jobs().finish(await claimed(await insertJob(daos())), DONE);
      await jobs().finish(await claimed(await insertJob(daos())), { ...DONE, status: JOB_FAILED });
      expect(await runnable(after(1e9))).toEqual([]);
    });
  });

  describe('a claim', () => {
    test('is won by one of many servers', async () => {
      const job = await insertJob(daos(), { machineUuid: 'machine' });
      const holds = await race(8, (server) => jobs().claim(job, `server-${server}`, after(1000)));
      expect(winners(holds)).toBe(1);
      const hold = holds.find(Boolean)!;
      expect(hold).toEqual({ id: job.id, holder: `server-${holds.indexOf(hold)}`, attempts: 1, crashes: 0 });
      expect(await stored(job)).toMatchObject({ holder: hold.holder, attempts: 1, leaseUntil: after(1000), status: JOB_PENDING });
    });

    test('is won for one of many jobs of a machine', async () => {
      const waiting: Job[] = [];
      for (let count = 0; count < 8; count++) waiting.push(await insertJob(daos(), { machineUuid: 'machine' }));
      const holds = await race(8, (index) => jobs().claim(waiting[index]!, `server-${index}`, after(1000)));
      expect(winners(holds)).toBe(1);
      const rows = await handle.db.knex('async_job').whereNotNull('holder');
      expect(rows).toMatchObject([{ id: holds.find(Boolean)!.id, runningMachine: 'machine' }]);
    });

    test('is won for every job that is about no machine, or about another', async () => {
      const waiting = [
        await insertJob(daos()),
        await insertJob(daos()),
        await insertJob(daos(), { machineUuid: 'a' }),
        await insertJob(daos(), { machineUuid: 'b' }),
      ];
      expect(winners(await race(4, (index) => jobs().claim(waiting[index]!, 'holder', after(1000))))).toBe(4);
    });

    test('is lost on a job that has ended or that was claimed since it was read', async () => {
      const job = await insertJob(daos());
      const hold = await claimed(job);
      expect(await jobs().claim(job, 'late', after(1000))).toBeUndefined();
      const running = await stored(job);
      await jobs().finish(hold, DONE);
      expect(await jobs().claim(running, 'late', after(1000))).toBeUndefined();
      expect(await stored(job)).toMatchObject({ holder: null, attempts: 1, status: JOB_SUCCEEDED });
    });

    test('keeps the machine until the job ends', async () => {
      const [first, second] = [await insertJob(daos(), { machineUuid: 'machine' }), await insertJob(daos(), { machineUuid: 'machine' })];
      const hold = await claimed(first);
      expect(await jobs().claim(second, 'another', after(1000))).toBeUndefined();
      await jobs().finish(hold, DONE);
      expect(await runningMachine(first)).toBeNull();
      expect(await jobs().claim(second, 'another', after(1000))).toMatchObject({ attempts: 1 });
    });
  });

  describe('a server that comes back after its lease was over', () => {
    async function takenOver() {
      const job = await insertJob(daos(), { machineUuid: 'machine' });
      const stale = await claimed(job, 'dead', after(1000));
      return { job, stale, hold: await claimed(job, 'next', after(3000)) };
    }

    test('finds its job taken up as another attempt, on the same machine', async () => {
      const { job, hold } = await takenOver();
      expect(hold).toEqual({ id: job.id, holder: 'next', attempts: 2, crashes: 1 });
      expect(await runningMachine(job)).toBe('machine');
    });

    test('can neither report nor end it', async () => {
      const { job, stale } = await takenOver();
      expect(await jobs().progress(stale, { percent: 50 })).toBe(false);
      expect(await jobs().finish(stale, { ...DONE, status: JOB_FAILED, result: '{"stale":true}' })).toBe(false);
      expect(await stored(job)).toMatchObject({ status: JOB_PENDING, percent: null, result: null, holder: 'next' });
      expect(await runningMachine(job)).toBe('machine');
    });

    test('can neither extend the lease nor give it up', async () => {
      const { job } = await takenOver();
      expect(await jobs().renew('dead', [job.id], after(9000))).toEqual(new Map());
      await jobs().release('dead');
      expect(await stored(job)).toMatchObject({ holder: 'next', leaseUntil: after(3000) });
    });

    test('can do nothing with its first hold when it holds the job again', async () => {
      const job = await insertJob(daos());
      const stale = await claimed(job, 'same', after(1000));
      const hold = await claimed(job, 'same', after(3000));
      expect(await jobs().finish(stale, DONE)).toBe(false);
      expect(await jobs().finish(hold, DONE)).toBe(true);
    });

    test('is one of many that take up a job, and one wins', async () => {
      const job = await insertJob(daos(), { machineUuid: 'machine' });
      await claimed(job, 'dead', after(1000));
      const [abandoned] = await jobs().listByIds(await runnable(after(2000), 1));
      expect(winners(await race(8, (server) => jobs().claim(abandoned!, `server-${server}`, after(3000))))).toBe(1);
    });
  });

  describe('a hold', () => {
    test('is extended for the jobs that are named and still held', async () => {
      const [kept, unnamed, ended, others] = [
        await insertJob(daos()),
        await insertJob(daos()),
        await insertJob(daos()),
        await insertJob(daos()),
      ];
      await claimed(kept);
      await claimed(unnamed);
      await jobs().finish(await claimed(ended), DONE);
      await claimed(others, 'another');
      expect(await jobs().renew('holder', [kept.id, ended.id, others.id], after(5000))).toEqual(new Map([[kept.id, false]]));
      const leases = [];
      for (const job of [kept, unnamed, ended, others]) leases.push((await stored(job)).leaseUntil);
      expect(leases).toEqual([after(5000), after(1000), null, after(1000)]);
    });

    test('keeps how far the job has come', async () => {
      const job = await insertJob(daos());
      const hold = await claimed(job);
      expect(await jobs().progress(hold, { percent: 10, resume: '{"a":"1"}' })).toBe(true);
      expect(await jobs().progress(hold, { percent: 20 })).toBe(true);
      expect(await stored(job)).toMatchObject({ percent: 20, resume: '{"a":"1"}', status: JOB_PENDING });
    });

    test('hands what the plugin reported on to who takes the job up', async () => {
      const job = await insertJob(daos());
      await jobs().progress(await claimed(job, 'dead'), { resume: '{"a":"1"}' });
      const [abandoned] = await jobs().listByIds(await runnable(after(2000), 1));
      expect(abandoned).toMatchObject({ resume: '{"a":"1"}', operationId: job.operationId, attempts: 1 });
    });

    test('ends the job once', async () => {
      const job = await insertJob(daos(), { machineUuid: 'machine' });
      const hold = await claimed(job);
      const outcomes = await race(4, (resultCode) => jobs().finish(hold, { ...DONE, resultCode }));
      expect(winners(outcomes)).toBe(1);
      const ended = {
        status: JOB_SUCCEEDED,
        resultCode: outcomes.indexOf(true),
        result: '{}',
        completed: NOW,
        holder: null,
        leaseUntil: null,
      };
      expect(await stored(job)).toMatchObject(ended);
      expect(await jobs().progress(hold, { percent: 99 })).toBe(false);
    });

    test('is given up without an outcome until a moment, for a reason', async () => {
      const job = await insertJob(daos(), { machineUuid: 'machine' });
      await jobs().postpone(await claimed(job), { ...PUT_OFF, crashes: 1 });
      expect(await runningMachine(job)).toBeNull();
      expect(await stored(job)).toMatchObject({ fault: 'away', crashes: 1 });
      expect(await runnable(after(5000))).toEqual([]);
      expect(await runnable(after(5001))).toEqual([job.id]);
      expect(await claimed(job)).toMatchObject({ attempts: 2, crashes: 1 });
    });

    test('is not given up by one whose job was taken up', async () => {
      const job = await insertJob(daos());
      const stale = await claimed(job, 'dead');
      await claimed(job, 'next', after(3000));
      await jobs().postpone(stale, PUT_OFF);
      expect(await stored(job)).toMatchObject({ holder: 'next', leaseUntil: after(3000), crashes: 1 });
    });

    test('is given up with all others of a server that is leaving', async () => {
      const [mine, done, others] = [
        await insertJob(daos(), { machineUuid: 'a' }),
        await insertJob(daos()),
        await insertJob(daos(), { machineUuid: 'b' }),
      ];
      await claimed(mine);
      await jobs().finish(await claimed(done), DONE);
      await claimed(others, 'another');
      await jobs().release('holder');
      expect(await runnable()).toEqual([mine.id]);
      expect(await runningMachine(mine)).toBeNull();
      expect(await stored(mine)).toMatchObject({ holder: null, leaseUntil: null, attempts: 1, crashes: 0 });
      expect(await claimed(mine)).toMatchObject({ attempts: 2, crashes: 0 });
      expect(await stored(done)).toMatchObject({ status: JOB_SUCCEEDED });
      expect(await stored(others)).toMatchObject({ holder: 'another' });
    });
  });

  describe('the list of pending jobs', () => {
    test('has those that have not ended, oldest first', async () => {
      const [waiting, running, ended] = [await insertJob(daos()), await insertJob(daos()), await insertJob(daos())];
      await claimed(running);
      await jobs().finish(await claimed(ended), DONE);
      const { rows, total } = await jobs().listPending({}, ALL);
      expect(rows).toMatchObject([{ uuid: waiting.uuid, accountName: waiting.accountName }, { uuid: running.uuid }]);
      expect(total).toBe(2);
    });

    test('is narrowed by owner, by command and by age', async () => {
      const wanted = await insertJob(daos(), { command: 'restoreBackup', created: NOW });
      await insertJob(daos());
      const { accountId, domainId } = wanted;
      for (const filter of [{ accountId }, { domainId }, { keyword: 'STORE' }, { since: NOW }]) {
        expect((await jobs().listPending(filter, ALL)).rows.map(({ uuid }) => uuid)).toEqual([wanted.uuid]);
      }
    });
  });

  test('knows whether a job that reads a backup is pending', async () => {
    const job = await insertJob(daos(), { instanceUuid: 'machine', backupUuid: 'backup' });
    await insertJob(daos(), { instanceUuid: 'another' });
    expect(await jobs().existReading('backup')).toBe(true);
    expect(await jobs().existReading('another')).toBe(false);
    await jobs().finish(await claimed(job), DONE);
    expect(await jobs().existReading('backup')).toBe(false);
  });

  test('knows whether a job about one of several things is pending beside those of a machine', async () => {
    const job = await insertJob(daos(), { instanceUuid: 'volume', machineUuid: 'other' });
    await insertJob(daos(), { instanceUuid: 'own', machineUuid: 'machine' });
    await insertJob(daos(), { instanceUuid: 'free', machineUuid: null });
    const isPending = (...uuids: string[]) => jobs().isPendingBeside('machine', uuids);
    expect([await isPending('none', 'volume'), await isPending('free')]).toEqual([true, true]);
    expect([await isPending('own', 'none'), await isPending()]).toEqual([false, false]);
    await jobs().finish(await claimed(job), DONE);
    expect(await isPending('volume')).toBe(false);
  });

  test('knows whether a job that a schedule wants is pending', async () => {
    const job = await insertJob(daos(), { backupScheduleId: 7 });
    await insertJob(daos());
    const isPending = (schedule: number, command = 'createBackup') => jobs().isPendingForSchedule(schedule, command);
    expect([await isPending(7), await isPending(7, 'deleteBackup'), await isPending(8)]).toEqual([true, false, false]);
    await jobs().finish(await claimed(job), DONE);
    expect(await isPending(7)).toBe(false);
  });

  test('deletes the jobs that ended before a moment, and no others', async () => {
    const [old, recent, waiting] = [await insertJob(daos()), await insertJob(daos()), await insertJob(daos())];
    await jobs().finish(await claimed(old), DONE);
    await jobs().finish(await claimed(recent), { ...DONE, completed: after(1) });
    await jobs().deleteEnded(after(1), new AbortController().signal);
    expect(await jobs().find(old.uuid)).toBeUndefined();
    expect([(await stored(recent)).uuid, (await stored(waiting)).uuid]).toEqual([recent.uuid, waiting.uuid]);
  });

  test(`deletes ${EXPIRED} jobs by more than one statement, and none after the signal has ended it`, async () => {
    const { knex } = handle.db;
    const [old, recent, waiting] = [await insertJob(daos()), await insertJob(daos()), await insertJob(daos())];
    await jobs().finish(await claimed(old), DONE);
    await jobs().finish(await claimed(recent), { ...DONE, completed: after(1) });
    const { id: _id, ...row } = (await knex('async_job').where({ id: old.id }).first()) as Job;
    const rows = Array.from({ length: EXPIRED - 1 }, (_, n) => ({ ...row, uuid: `u${n}`, operationId: `o${n}` }));
    await knex.batchInsert('async_job', rows, 200);
    const ending = new AbortController();
    const deleted: number[] = [];
    const note = ({ method, bindings }: { method?: string; bindings: unknown[] }) => {
      if (method === 'del' && deleted.push(bindings.length) === 1) ending.abort();
    };
    knex.on('query', note);
    await jobs().deleteEnded(after(1), ending.signal);
    const left = await knex('async_job').count({ all: '*' });
    await jobs().deleteEnded(after(1), new AbortController().signal);
    knex.removeListener('query', note);
    expect([deleted, left]).toEqual([[500, 500, 1], [{ all: EXPIRED - 500 + 2 }]]);
    expect((await knex('async_job').orderBy('id').select('uuid')).map(({ uuid }) => uuid as string)).toEqual([recent.uuid, waiting.uuid]);
  });
});
