import fc from 'fast-check';
import { ASKED, BEGUN, NO_SLOTS, SCHEDULED, URGENT } from '../../src/dao/job-dao.js';
import type { PendingJob } from '../../src/dao/job-turn-dao.js';
import { LIMITED, Occupancy, type LimitOf } from '../../src/jobs/parallel-limits.js';
import { MOST_CRASHES } from '../../src/jobs/retry.js';
import { hasRoom, roomOf, type Room } from '../../src/jobs/room.js';
import { isSuspect } from '../../src/jobs/suspects.js';
import { nextTurns } from '../../src/jobs/turns.js';

const key = fc.option(fc.constantFrom('a', 'b', 'c'));
const shape = {
  accountId: fc.integer({ min: 1, max: 4 }),
  priority: fc.integer({ min: 1, max: 3 }),
  providerKey: key,
  hostKey: key,
  deaths: fc.nat({ max: 3 }),
};
const made = (id: number, fields: object): PendingJob => ({
  id,
  command: 'createBackup',
  machineUuid: null,
  holder: null,
  leaseUntil: null,
  zoneId: null,
  repositoryKey: null,
  ...NO_SLOTS,
  ...(fields as Pick<PendingJob, 'accountId' | 'priority' | 'providerKey' | 'hostKey' | 'deaths'>),
  turn: (fields as PendingJob).priority,
});
const waiting = fc.array(fc.record(shape), { maxLength: 30 }).map(
  (all) =>
    fc.sample(
      fc.shuffledSubarray(
        all.map((fields, index) => made(index + 1, fields)),
        { minLength: all.length },
      ),
      1,
    )[0]!,
);
const room = fc.record({ jobs: fc.nat({ max: 12 }), scheduled: fc.nat({ max: 12 }), suspects: fc.nat({ max: 1 }) });
const limits = fc.record({ account: fc.nat({ max: 5 }), provider: fc.nat({ max: 5 }), host: fc.nat({ max: 5 }) });

const limitOf =
  (values: Readonly<Record<string, number>>): LimitOf =>
  (setting) =>
    values[setting.replace('jobs.parallel.per.', '')] ?? 0;

/** The jobs whose turn it is, in this order, as they will run. */
function turnsOf(jobs: readonly PendingJob[], values: Readonly<Record<string, number>>, places: Room) {
  const chosen = nextTurns(jobs, new Occupancy([], limitOf(values)), places);
  return chosen.map(({ id, slots }) => ({ ...jobs.find((job) => job.id === id)!, ...slots, holder: 'server' }));
}

const check = (property: (jobs: PendingJob[], values: Record<string, number>, places: Room) => void) =>
  fc.assert(fc.property(waiting, limits, room, property));

test('no more jobs have their turn than there is room for, and none has it twice', () => {
  check((jobs, values, places) => {
    const turns = turnsOf(jobs, values, places);
    expect(turns.length).toBeLessThanOrEqual(places.jobs);
    expect(turns.filter(({ priority }) => priority === SCHEDULED).length).toBeLessThanOrEqual(places.scheduled);
    // Who runs them is no holder that has died.
    expect(turns.filter((job) => isSuspect({ ...job, holder: null })).length).toBeLessThanOrEqual(places.suspects);
    expect(new Set(turns.map(({ id }) => id)).size).toBe(turns.length);
  });
});

test('no limit is passed, and each job has a number of its own below it', () => {
  check((jobs, values, places) => {
    const turns = turnsOf(jobs, values, places);
    for (const { setting, keyOf, slot } of LIMITED) {
      const limit = limitOf(values)(setting, null);
      if (limit === 0) continue;
      const held = turns.filter((job) => keyOf(job) !== null);
      const numbers = held.map((job) => String(job[slot]));
      expect(new Set(numbers).size).toBe(numbers.length);
      for (const [index, job] of held.entries()) {
        const [owner, number] = numbers[index]!.split('/');
        expect(owner).toBe(keyOf(job));
        expect(Number(number)).toBeLessThan(limit);
      }
    }
  });
});

test('what waits although there is room has met a limit, or leaves the last place to what is asked for', () => {
  check((jobs, values, places) => {
    const turns = turnsOf(jobs, values, places);
    const occupancy = new Occupancy(turns, limitOf(values));
    const left = {
      scheduled: places.scheduled - turns.filter(({ priority }) => priority === SCHEDULED).length,
      suspects: places.suspects - turns.filter((job) => isSuspect({ ...job, holder: null })).length,
    };
    for (const job of jobs.filter(({ id }) => turns.every((turn) => turn.id !== id))) {
      if (turns.length < places.jobs && hasRoom(job, left)) expect(occupancy.reached(job)).toBeDefined();
    }
  });
});

test('without limits, nothing of a higher turn goes before anything of a lower one', () => {
  check((jobs, _values, { jobs: places }) => {
    const turns = turnsOf(jobs, {}, { jobs: places, scheduled: places, suspects: places });
    const left = jobs.filter(({ id }) => turns.every((turn) => turn.id !== id));
    expect(turns.map(({ turn }) => turn)).toEqual(turns.map(({ turn }) => turn).toSorted((a, b) => a - b));
    for (const one of turns) for (const other of left) expect(one.turn).toBeLessThanOrEqual(other.turn);
  });
});

test('accounts that want the same get as much as each other, and each its oldest jobs first', () => {
  check((jobs, _values, { jobs: places }) => {
    const alike = jobs.map((job) => ({ ...job, priority: 2, turn: 2 }));
    const turns = turnsOf(alike, {}, { jobs: places, scheduled: 0, suspects: places });
    const given = (account: number) => turns.filter(({ accountId }) => accountId === account);
    const wants = (account: number) => alike.filter(({ accountId }) => accountId === account);
    for (const one of [1, 2, 3, 4]) {
      const oldest = wants(one)
        .map(({ id }) => id)
        .toSorted((a, b) => a - b);
      expect(given(one).map(({ id }) => id)).toEqual(oldest.slice(0, given(one).length));
      for (const other of [1, 2, 3, 4]) {
        if (given(one).length < wants(one).length) expect(given(other).length).toBeLessThanOrEqual(given(one).length + 1);
      }
    }
  });
});

test('a job that holds its places already keeps them, whatever the limits are by now', () => {
  const job = { ...made(1, { accountId: 1, priority: 2, providerKey: 'p', hostKey: null }), holder: 'dead', providerSlot: 'p/7', turn: 0 };
  const occupancy = new Occupancy([job], limitOf({ provider: 1, account: 1 }));
  expect(nextTurns([job], occupancy, { jobs: 1, scheduled: 0, suspects: 1 })).toEqual([
    { id: 1, slots: { ...NO_SLOTS, providerSlot: 'p/7' } },
  ]);
});

test('of what has begun, a restore goes before what was asked for, and that before what a schedule wants, however old they are', () => {
  const priorities = [SCHEDULED, ASKED, URGENT];
  const begun = priorities.map((priority, index) => ({
    ...made(index + 1, { accountId: 1, priority, providerKey: null, hostKey: null, deaths: 2 }),
    turn: BEGUN,
  }));
  const prioritiesIn = (places: Room) => turnsOf(begun, {}, places).map(({ priority }) => priority);
  expect(prioritiesIn({ jobs: 3, scheduled: 3, suspects: 3 })).toEqual([URGENT, ASKED, SCHEDULED]);
  expect(prioritiesIn({ jobs: 3, scheduled: 3, suspects: 1 })).toEqual([URGENT]);
});

describe('the room of a server', () => {
  const limits = { parallel: 4, leaseMs: 1000 };
  const [began, soon, late] = [new Date(0), new Date(3999), new Date(4000)];
  const asked = { priority: ASKED, isSuspect: false, crashes: 0, began };
  const suspect = { ...asked, isSuspect: true, crashes: 2 };

  test('is what runs leaves of it, one place of which is not for schedules', () => {
    expect(roomOf([], limits, soon)).toEqual({ jobs: 4, scheduled: 3, suspects: 1 });
    expect(roomOf([asked, { ...asked, priority: SCHEDULED }], limits, soon)).toEqual({ jobs: 2, scheduled: 2, suspects: 1 });
    expect(roomOf(Array<typeof asked>(5).fill(asked), limits, soon).jobs).toBe(0);
  });

  test('is not for a second suspect until the first has lived for four leases', () => {
    expect([soon, late].map((now) => roomOf([suspect], limits, now).suspects)).toEqual([0, 1]);
    const second = { ...suspect, began: late };
    expect(roomOf([suspect, second], limits, late).suspects).toBe(0);
  });

  test('is not for a second suspect at all beside one that is given up after the next crash', () => {
    expect([soon, late].map((now) => roomOf([{ ...suspect, crashes: MOST_CRASHES }], limits, now).suspects)).toEqual([0, 0]);
  });
});
