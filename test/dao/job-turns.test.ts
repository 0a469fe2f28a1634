import { commands } from '../../src/commands/index.js';
import { ASKED, SCHEDULED, URGENT, type Hold, type Job, type NewJob } from '../../src/dao/job-dao.js';
import { JobLine } from '../../src/jobs/job-line.js';
import { MOST_CRASHES } from '../../src/jobs/retry.js';
import { roomOf, type Occupant } from '../../src/jobs/room.js';
import { isSuspect } from '../../src/jobs/suspects.js';
import type { Turn } from '../../src/jobs/turns.js';
import type { DynamicSettings } from '../../src/settings/dynamic-settings.js';
import { CREATED, insertJob, insertUser } from '../kit/builders.js';
import { forEachEngine, testDatabase } from '../kit/engines.js';
import { race } from '../kit/races.js';

const NOW = new Date('2026-03-04T05:06:07.000Z');
const after = (ms: number): Date => new Date(NOW.getTime() + ms);
const PLENTY = { jobs: 100, scheduled: 100, suspects: 1 };
const MANY = 20_000;

forEachEngine((engine) => {
  const handle = testDatabase(engine);
  const jobs = () => handle.db.daos.jobs;
  let limits: Record<string, number> = {};
  beforeEach(() => (limits = {}));
  const settings = { get: (name: string) => limits[name.replace('jobs.parallel.per.', '')] ?? 0 } as unknown as DynamicSettings;
  const line = () => new JobLine(handle.db, settings, commands, () => NOW);
  const next = async (room = PLENTY) => (await line().next(room)).map(({ id }) => id);
  const insert = (overrides: Partial<NewJob> = {}) => insertJob(handle.db.daos, overrides);
  const scheduled = (machineUuid: string | null = null) => insert({ machineUuid, priority: SCHEDULED, backupScheduleId: 1 });

  async function begin(job: Pick<Job, 'id'>, holder = 'holder', leaseUntil = after(1000)) {
    const [row] = await jobs().listByIds([job.id]);
    return (await jobs().claim(row!, holder, leaseUntil))!;
  }

  /** What a server does in one round: looks, and claims what it found. */
  async function round(holder: string, room = PLENTY): Promise<number> {
    let taken = 0;
    for (const { id, slots } of await line().next(room)) {
      const [row] = await jobs().listByIds([id]);
      if (row && (await jobs().claim(row, holder, after(1000), slots))) taken += 1;
    }
    return taken;
  }

  describe('the next jobs', () => {
    test('are those that were cut off, then restores, then what was asked for, then what schedules want', async () => {
      const wanted = await scheduled();
      const asked = await insert({ priority: ASKED });
      const restore = await insert({ priority: URGENT });
      const cutOff = await scheduled();
      await begin(cutOff, 'dead', after(-1000));
      expect(await next()).toEqual([cutOff.id, restore.id, asked.id, wanted.id]);
      expect(await next({ ...PLENTY, jobs: 2 })).toEqual([cutOff.id, restore.id]);
      expect(await next({ ...PLENTY, scheduled: 0 })).toEqual([restore.id, asked.id]);
    });

    test('are for a machine the restore before a scheduled backup that has not begun, however long that has waited', async () => {
      const wanted = await scheduled('m');
      const restore = await insert({ machineUuid: 'm', priority: URGENT });
      expect(await next()).toEqual([restore.id]);
      await jobs().finish(await begin(restore), { status: 1, resultCode: 0, result: '{}', completed: NOW });
      expect(await next()).toEqual([wanted.id]);
    });

    test('are for a machine never another one than that which has begun', async () => {
      const wanted = await scheduled('m');
      const hold = await begin(wanted);
      await insert({ machineUuid: 'm', priority: URGENT });
      expect(await next()).toEqual([]);
      await jobs().postpone(hold, { leaseUntil: after(1000), fault: null, retries: 1, crashes: 0 });
      expect(await next()).toEqual([]);
      await jobs().release('holder');
      expect((await jobs().listByIds([wanted.id]))[0]).toMatchObject({ turn: 0, priority: SCHEDULED });
    });

    test('are for a machine what was asked for in the order in which it was, a restore too', async () => {
      const stop = await insert({ machineUuid: 'm', priority: ASKED });
      const restore = await insert({ machineUuid: 'm', priority: URGENT });
      expect(await next()).toEqual([stop.id]);
      await jobs().finish(await begin(stop), { status: 1, resultCode: 0, result: '{}', completed: NOW });
      expect(await next()).toEqual([restore.id]);
    });

    test('are taken from the accounts in turn, first from those with the fewest running jobs', async () => {
      const [busy, first, second] = [await insertUser(handle.db.daos), await insertUser(handle.db.daos), await insertUser(handle.db.daos)];
      const of = ({ id, accountId, domainId }: typeof busy) => ({ userId: id, accountId, domainId });
      await begin(await insert(of(busy)));
      const ofBusy = await insert(of(busy));
      const [a1, a2, a3] = [await insert(of(first)), await insert(of(first)), await insert(of(first))];
      const b1 = await insert(of(second));
      expect(await next({ ...PLENTY, jobs: 5 })).toEqual([a1.id, b1.id, ofBusy.id, a2.id, a3.id]);
    });
  });

  describe('a limit', () => {
    const KEYS = { provider: 'providerKey', repository: 'repositoryKey', host: 'hostKey' } as const;

    test.each(['provider', 'repository', 'host', 'account'] as const)('per %s is held by any number of servers', async (limited) => {
      limits = { [limited]: 3 };
      const user = await insertUser(handle.db.daos);
      const owner = { userId: user.id, accountId: user.accountId, domainId: user.domainId };
      for (let count = 0; count < 8; count++) await insert(limited === 'account' ? owner : { [KEYS[limited]]: 'one' });
      const running = async () => (await handle.db.knex('async_job').whereNotNull('holder')).length;
      for (let again = 0; again < 4; again++) await race(4, (server) => round(`server-${server}`));
      expect(await running()).toBe(3);
      await jobs().release('server-0');
      await race(4, (server) => round(`server-${server}`));
      await round('server-9');
      expect(await running()).toBe(3);
    });

    test.each(['provider', 'repository', 'host', 'account'] as const)(
      'per %s is held by servers that saw other jobs waiting',
      async (limited) => {
        limits = { [limited]: 3 };
        const user = await insertUser(handle.db.daos);
        const owner = { userId: user.id, accountId: user.accountId, domainId: user.domainId };
        const one = limited === 'account' ? owner : { [KEYS[limited]]: 'one' };
        for (let count = 0; count < 3; count++) await insert(one);
        const late = await line().next(PLENTY);
        for (let count = 0; count < 2; count++) await insert({ ...one, priority: URGENT });
        expect([late.length, await round('early')]).toEqual([3, 3]);
        for (const { id, slots } of late) {
          const [row] = await jobs().listByIds([id]);
          if (row?.turn !== 0) expect(await jobs().claim(row!, 'late', after(1000), slots)).toBeUndefined();
        }
      },
    );

    test('that is reached does not keep others waiting', async () => {
      limits = { provider: 1, account: 5 };
      await begin(await insert({ providerKey: 'full' }));
      for (let count = 0; count < 3; count++) await insert({ providerKey: 'full' });
      const [other, none] = [await insert({ providerKey: 'other' }), await insert()];
      expect(await next()).toEqual([other.id, none.id]);
    });

    test('has a last place that schedules leave to what is asked for', async () => {
      limits = { provider: 2 };
      for (let count = 0; count < 3; count++) await insert({ providerKey: 'p', priority: SCHEDULED });
      expect(await round('server')).toBe(1);
      expect(await next()).toEqual([]);
      const restore = await insert({ providerKey: 'p', priority: URGENT });
      expect(await next()).toEqual([restore.id]);
    });

    test('that is lowered holds for what begins afterwards', async () => {
      limits = { provider: 3 };
      for (let count = 0; count < 5; count++) await insert({ providerKey: 'p' });
      expect(await round('server')).toBe(3);
      limits = { provider: 2 };
      await jobs().release('server');
      expect(await round('server')).toBe(2);
    });

    test('keeps the places of a job whose server has died until another has taken it up', async () => {
      limits = { provider: 1 };
      const [first] = [await insert({ providerKey: 'p' }), await insert({ providerKey: 'p' })];
      const [turn] = await line().next(PLENTY);
      await jobs().claim((await jobs().listByIds([turn!.id]))[0]!, 'dead', after(-1000), turn!.slots);
      expect(await line().next(PLENTY)).toEqual([{ id: first.id, slots: expect.objectContaining({ providerSlot: 'p/0' }) }]);
    });
  });

  describe('a job that takes its servers down', () => {
    const LIMITS = { parallel: 4, leaseMs: 1000 };
    const pending = (): Promise<Job[]> => handle.db.knex('async_job').where({ status: 0 });

    /** One job that a server runs. */
    interface Run extends Occupant {
      readonly hold: Hold;
    }

    const age = ({ began }: Run, now: Date): number => (now.getTime() - began.getTime()) / LIMITS.leaseMs;
    const end = (ids: readonly number[]) => handle.db.knex('async_job').whereIn('id', ids).update({ status: 1, holder: null });

    /** What a server takes beside what it runs; those that it is to give up end at once. */
    async function taken(holder: string, running: readonly Run[], began: Date): Promise<{ runs: Run[]; givenUp: number[] }> {
      const runs: Run[] = [];
      const turns: readonly Turn[] = await line().next(roomOf(running, LIMITS, began));
      for (const row of await jobs().listByIds(turns.map(({ id }) => id))) {
        const hold: Hold = (await jobs().claim(row, holder, after(1e9)))!;
        runs.push({ hold, priority: row.priority, isSuspect: isSuspect(row), crashes: hold.crashes, began });
      }
      const givenUp = runs.filter(({ crashes }) => crashes > MOST_CRASHES).map(({ hold }) => hold.id);
      await end(givenUp);
      return { runs: runs.filter(({ crashes }) => crashes <= MOST_CRASHES), givenUp };
    }

    /** A server that looks for jobs once a lease, and ends each job after so many, until it dies of one; answers what it gave up. */
    async function live(holder: string, deadly: number, deathAfter: number): Promise<number[]> {
      const running: Run[] = [];
      const givenUp: number[] = [];
      const isDead = (now: Date) => running.some((run) => run.hold.id === deadly && age(run, now) >= deathAfter);
      let now = NOW;
      for (let lease = 0; (await pending()).length > 0 && !isDead(now); lease++) {
        expect(lease).toBeLessThan(100);
        now = after(lease * LIMITS.leaseMs);
        const done = running.filter((run) => run.hold.id !== deadly && age(run, now) > deathAfter);
        for (const run of done) running.splice(running.indexOf(run), 1);
        await end(done.map(({ hold }) => hold.id));
        const next = await taken(holder, running, now);
        running.push(...next.runs);
        givenUp.push(...next.givenUp);
      }
      const dead = handle.db.knex('async_job').where({ holder });
      await dead.update({ leaseUntil: after(-1) });
      return givenUp;
    }

    test.each([
      { when: 'at once', deathAfter: 0, most: 2 },
      { when: 'when others have begun beside it', deathAfter: 9, most: 4 },
    ])('$when is given up, and none of those that run beside it', async ({ deathAfter, most }) => {
      const all: number[] = [];
      for (let count = 0; count < 4; count++) all.push((await insert()).id);
      const deadly = all[2]!;
      const givenUp: number[] = [];
      for (let life = 0; (await pending()).length > 0; life++) {
        expect(life).toBeLessThan(20);
        // Also what has come since runs beside it.
        if (life < 5) all.push((await insert()).id);
        givenUp.push(...(await live(`life-${life}`, deadly, deathAfter)));
      }
      const crashes = (await jobs().listByIds(all.filter((id) => id !== deadly))).map((job) => job.crashes);
      expect([givenUp, Math.max(...crashes)]).toEqual([[deadly], most]);
    });

    test('says that it waits for a server with room for one more such job, whether it was handed over or put off, or its server has died', async () => {
      const room = 'room for one more job that several servers have died with';
      const reason = async ({ id }: Pick<Job, 'id'>) => (await line().waiting(await jobs().listByIds([id]))).get(id)?.reason;
      const job = await insert();
      await handle.db.knex('async_job').where({ id: job.id }).update({ deaths: 1 });
      expect(await reason(job)).toBe('its turn comes when a server has room for one more job');
      await begin(job, 'dead', after(-1));
      expect(await reason(job)).toBe(
        `server dead, which ran it, has given no sign of life since; another one takes it up when it has ${room}`,
      );
      const hold = await begin(job, 'stopped');
      await jobs().release('stopped');
      expect(await reason(job)).toBe(`its turn comes when a server has ${room}`);
      await jobs().postpone(await begin(job), { leaseUntil: after(-1), fault: 'away', retries: 1, crashes: hold.crashes });
      expect(await reason(job)).toBe(`its turn comes when a server has ${room}`);
    });
  });

  test(`a look at ${MANY} waiting jobs goes by the index and sorts none of them`, async () => {
    const job = await insert({ priority: SCHEDULED, providerKey: 'p' });
    const { id: _id, ...row } = (await handle.db.knex('async_job').where({ id: job.id }).first()) as Record<string, unknown>;
    const rows = Array.from({ length: MANY }, (_, n) => ({ ...row, uuid: `u${n}`, operationId: `o${n}`, machineUuid: `m${n % 5000}` }));
    await handle.db.knex.batchInsert('async_job', rows, 200);
    // The embedded database goes by its rules: no server has it analyse its tables.
    if (engine === 'mariadb') await handle.db.knex.raw('analyze table async_job');
    const restore = await insert({ machineUuid: 'm7', priority: URGENT, created: CREATED });
    const asked: { sql: string; bindings: never[] }[] = [];
    const note = (query: (typeof asked)[0]) => asked.push(query);
    handle.db.knex.on('query', note);
    const found = await next({ ...PLENTY, jobs: 16 });
    handle.db.knex.removeListener('query', note);
    expect(found).toHaveLength(16);
    expect(found[0]).toBe(restore.id);
    for (const { sql, bindings } of asked) {
      const plan = JSON.stringify(await handle.db.knex.raw(`${engine === 'sqlite' ? 'explain query plan' : 'explain'} ${sql}`, bindings));
      expect(plan).toContain('ix_async_job_turn');
      expect(plan).not.toMatch(/filesort|TEMP B-TREE FOR (ORDER|GROUP)|Using temporary/);
    }
  });
});
