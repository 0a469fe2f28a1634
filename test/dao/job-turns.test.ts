import { commands } from '../../src/commands/index.js';
import { ASKED, SCHEDULED, URGENT, type Hold, type Job, type NewJob } from '../../src/dao/job-dao.js';
import { JobLine } from '../../src/jobs/job-line.js';
import { MOST_CRASHES } from '../../src/jobs/retry.js';
import { isSuspect } from '../../src/jobs/suspects.js';
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
    /** A server with room for four jobs, which takes what it can and then has done it all, unless it dies of one; answers what it gave up. */
    async function live(holder: string, deadly: number): Promise<number[]> {
      const running: { hold: Hold; isSuspect: boolean }[] = [];
      const givenUp: number[] = [];
      const room = () => ({ ...PLENTY, jobs: 4 - running.length, suspects: running.some((job) => job.isSuspect) ? 0 : 1 });
      for (let turns = await line().next(room()); turns.length > 0; turns = await line().next(room())) {
        for (const row of await jobs().listByIds(turns.map(({ id }) => id))) {
          const hold = (await jobs().claim(row, holder, after(1000)))!;
          if (hold.crashes > MOST_CRASHES) givenUp.push(hold.id);
          else running.push({ hold, isSuspect: isSuspect(row) });
        }
      }
      const isDead = running.some(({ hold }) => hold.id === deadly);
      const ended = [...givenUp, ...(isDead ? [] : running.map(({ hold }) => hold.id))];
      await handle.db.knex('async_job').whereIn('id', ended).update({ status: 1, holder: null });
      await handle.db
        .knex('async_job')
        .where({ holder })
        .update({ leaseUntil: after(-1) });
      return givenUp;
    }

    test('is given up, and none of those that run beside it', async () => {
      const all: number[] = [];
      for (let count = 0; count < 4; count++) all.push((await insert()).id);
      const deadly = all[2]!;
      const givenUp: number[] = [];
      for (let life = 0; (await handle.db.knex('async_job').where({ status: 0 }).first('id')) !== undefined; life++) {
        expect(life).toBeLessThan(20);
        // Also what has come since runs beside it.
        if (life < 5) all.push((await insert()).id);
        givenUp.push(...(await live(`life-${life}`, deadly)));
      }
      const crashes = (await jobs().listByIds(all.filter((id) => id !== deadly))).map((job) => job.crashes);
      expect([givenUp, Math.max(...crashes)]).toEqual([[deadly], 2]);
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
