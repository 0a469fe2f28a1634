import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Database } from '../../src/dao/database.js';
import type { LeaseTimes } from '../../src/dao/lease-dao.js';
import { PeriodicTasks, type PeriodicTask } from '../../src/periodic-tasks.js';
import { CREATED } from '../kit/builders.js';
import { forEachEngine, testDatabase } from '../kit/engines.js';
import { eventually } from '../kit/eventually.js';
import { race, winners } from '../kit/races.js';

const later = (ms: number): Date => new Date(CREATED.getTime() + ms);

forEachEngine((engine) => {
  const handle = testDatabase(engine);
  const leases = () => handle.db.daos.leases;
  const claim = (times: LeaseTimes) => leases().claim('task', randomUUID(), times);

  /** Servers with a clock in common, each of which notes that it has done the task. */
  function servers(count: number, run?: PeriodicTask['run']) {
    const state = { now: CREATED, everyMs: 1000, done: [] as number[], logged: [] as string[] };
    const all = Array.from({ length: count }, (_, server) => {
      const task = { name: 'task', everyMs: () => state.everyMs, run: run ?? (async () => void state.done.push(server)) };
      const log = (_level: string, message: string) => void state.logged.push(message);
      return new PeriodicTasks(new Database(handle.db.knex), [task], () => state.now, log);
    });
    return { state, all, look: () => Promise.all(all.map((one) => one.look())) };
  }

  test('a turn is taken by one of many, and only when it is due', async () => {
    expect(winners(await race(8, () => claim({ now: CREATED, until: later(10), latest: later(20) })))).toBe(1);
    expect(winners(await race(8, () => claim({ now: later(9), until: later(20), latest: later(30) })))).toBe(0);
    expect(winners(await race(8, () => claim({ now: later(10), until: later(20), latest: later(30) })))).toBe(1);
    expect(await leases().until('task')).toEqual(later(20));
    expect(await leases().until('another')).toBeUndefined();
  });

  test('one server does the task at once, and one whenever the interval is over', async () => {
    const { state, look } = servers(4);
    const counts: number[] = [];
    for (const ms of [0, 0, 999, 1000, 1999, 2000, 9000, 9999]) {
      state.now = later(ms);
      await look();
      counts.push(state.done.length);
    }
    expect(counts).toEqual([1, 1, 1, 2, 2, 3, 4, 4]);
  });

  test('what a server put off whose clock was far ahead is done when the clocks are right, and a little ahead is not far', async () => {
    expect(winners(await race(8, () => claim({ now: later(1), until: later(11), latest: later(21) })))).toBe(1);
    const { state, look } = servers(2);
    const counts: number[] = [];
    for (const ms of [1e9, 0, 0, 1e9, 1500, 500, 499, 1498]) {
      state.now = later(ms);
      await look();
      counts.push(state.done.length);
    }
    expect(counts).toEqual([1, 2, 2, 3, 4, 4, 5, 5]);
  });

  test('a server that begins later goes by the turns of the others', async () => {
    const { state, all, look } = servers(1);
    await look();
    state.now = later(500);
    const [late] = servers(1).all;
    await late?.look();
    expect(state.done).toEqual([0]);
    expect(all).toHaveLength(1);
    expect(await leases().until('task')).toEqual(later(1000));
  });

  test('the database is not asked before the next turn', async () => {
    const { state, look } = servers(2);
    await look();
    state.now = later(999);
    const asked: unknown[] = [];
    const note = (query: unknown) => asked.push(query);
    handle.db.knex.on('query', note);
    await look();
    handle.db.knex.removeListener('query', note);
    expect(asked).toEqual([]);
  });

  test('a turn of the longest interval is not put off again and again', async () => {
    const { state, all } = servers(1, async () => pause(100));
    state.everyMs = 1e12;
    const asked: unknown[] = [];
    const note = (query: unknown) => asked.push(query);
    handle.db.knex.on('query', note);
    await all[0]?.look();
    handle.db.knex.removeListener('query', note);
    // It is looked for, claimed, and at its end put off.
    expect(asked).toHaveLength(3);
  });

  test('a task that fails is logged, and done again at its next turn', async () => {
    let attempts = 0;
    const { state, look } = servers(1, async () => {
      attempts++;
      throw new Error('not today');
    });
    await look();
    state.now = later(1000);
    await look();
    expect([attempts, state.logged]).toEqual([2, ['periodic task failed', 'periodic task failed']]);
  });

  test('stopping cuts off what is being done, and waits for its end', async () => {
    const seen: string[] = [];
    let tell = (): void => undefined;
    const begun = new Promise<void>((resolve) => (tell = resolve));
    const { all, state } = servers(1, async (signal) => {
      tell();
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
      await pause(20);
      seen.push('ended');
      throw new Error('cut off');
    });
    all[0]?.start();
    await begun;
    await all[0]?.stop();
    expect([seen, state.logged]).toEqual([['ended'], []]);
    state.now = later(1000);
    await all[0]?.look();
    expect(seen).toEqual(['ended']);
  });

  test('the next turn begins when its server has died, and what the server changes after that is refused', async () => {
    const seen: string[] = [];
    const goOn: (() => void)[] = [];
    const { state, all } = servers(2, async () => {
      const turn = seen.push('begun');
      await new Promise<void>((resolve) => goOn.push(resolve));
      await db.transaction(async () => void seen.push(`turn ${turn} has changed something`));
    });
    const { db } = handle;
    const first = all[0]?.look();
    await eventually(
      async () => goOn.length,
      (begun) => begun === 1,
    );
    state.now = later(1000);
    const second = all[1]?.look();
    await eventually(
      async () => goOn.length,
      (begun) => begun === 2,
    );
    goOn[0]?.();
    await first;
    goOn[1]?.();
    await second;
    expect(seen).toEqual(['begun', 'begun', 'turn 2 has changed something']);
    expect(state.logged).toEqual(['periodic task failed']);
    expect(await leases().until('task')).toEqual(later(2000));
  });

  test('a turn that lasts longer than the interval keeps the next one off with whatever it changes', async () => {
    const { state, all } = servers(2, async () => {
      state.done.push(state.now.getTime());
      state.now = later(900);
      await handle.db.transaction(async () => undefined);
      state.now = later(1800);
      if (state.done.length === 1) await all[1]?.look();
    });
    await all[0]?.look();
    expect(state.done).toEqual([CREATED.getTime()]);
    expect(await leases().until('task')).toEqual(later(1000));
    expect(state.logged).toEqual([]);
  });
});
