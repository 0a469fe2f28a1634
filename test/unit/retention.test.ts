import fc from 'fast-check';
import type { BackupStatus } from '../../src/backup/backup-status.js';
import { periodsOf } from '../../src/backup/calendar-periods.js';
import { decide, leafFirst, type Governed, type RetainedBackup, type Verdicts } from '../../src/backup/retention.js';
import { KEEPS, limits, NO_RULE, type RetentionRule } from '../../src/retention-rule.js';

const NOW = new Date('2026-03-01T00:00:00Z');
const HOUR_MS = 3_600_000;

const backup = (id: number, more: Partial<RetainedBackup> = {}): RetainedBackup => ({
  ...{ id, status: 'BackedUp', missed: null, created: NOW, held: null, externalId: `external-${id}`, dependsOn: null, ...more },
});
const governing = (rule: Partial<RetentionRule>, ids: Iterable<number>, timezone = 'Etc/UTC'): Governed => ({
  ...{ rule: { ...NO_RULE, ...rule }, periods: periodsOf(timezone), backups: new Set(ids) },
});
const keptIn = (verdicts: Verdicts) => new Set([...verdicts].filter(([, reasons]) => reasons.length > 0).map(([id]) => id));

const STATUSES: readonly BackupStatus[] = ['BackedUp', 'BackedUp', 'BackedUp', 'BackedUp', 'BackingUp', 'Error', 'Missing', 'Deleting'];

/** Backups of one machine in the order of their ids; clocks may have been wrong, and each may depend on one before it that is not going. */
const machines = fc
  .array(
    fc.record({
      status: fc.constantFrom(...STATUSES),
      hours: fc.integer({ min: -24, max: 24 * 400 }),
      isMissed: fc.nat(5).map((one) => one === 0),
      isHeld: fc.nat(5).map((one) => one === 0),
      back: fc.nat(3),
      // 0: no rule holds for it.
      group: fc.constantFrom(0, 1, 1, 1, 2, 2),
    }),
    { maxLength: 25 },
  )
  .map((all) => ({
    groups: all.map(({ group }) => group),
    backups: all.map(({ status, hours, isMissed, isHeld, back }, index) => {
      const base = back > 0 ? index - back : -1;
      return backup(index + 1, {
        status,
        missed: isMissed && status === 'BackedUp' ? NOW : null,
        created: new Date(NOW.getTime() - hours * HOUR_MS),
        held: isHeld && status === 'BackedUp' ? NOW : null,
        dependsOn: base < 0 ? null : `external-${base + 1}`,
      });
    }),
  }));
const numbers = fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(6) });
const rules = fc
  .record(Object.fromEntries(KEEPS.map((keep) => [keep, numbers])) as Record<keyof RetentionRule, fc.Arbitrary<number>>)
  .filter(limits);
const scenes = fc.record({ machine: machines, one: rules, other: rules }).map(({ machine: { backups, groups }, one, other }) => {
  const idsOf = (group: number) => backups.filter((_, index) => groups[index] === group).map(({ id }) => id);
  return { backups, governed: [governing(one, idsOf(1), 'America/New_York'), governing(other, idsOf(2))] };
});
const baseOf = (backups: readonly RetainedBackup[], { dependsOn }: RetainedBackup) =>
  backups.find(({ externalId }) => externalId === dependsOn && dependsOn !== null);
const isGood = (backups: readonly RetainedBackup[], each: RetainedBackup | undefined): boolean =>
  each === undefined || (each.status === 'BackedUp' && each.missed === null && isGood(backups, baseOf(backups, each)));

describe('whatever the rules say', () => {
  test('the last good backup stays, by its time and by the order in which they were recorded', () => {
    fc.assert(
      fc.property(scenes, ({ backups, governed }) => {
        const verdicts = decide(backups, governed, NOW);
        const good = backups.filter((each) => isGood(backups, each));
        const newest = Math.max(...good.map(({ created }) => created.getTime()));
        if (good.length === 0) return;
        expect(verdicts.get(good.at(-1)!.id)).toContain('lastGood');
        expect(good.some(({ id, created }) => created.getTime() === newest && verdicts.get(id)!.includes('lastGood'))).toBe(true);
      }),
    );
  });

  test('what is on hold stays, and so does what no rule holds for and what cannot be restored', () => {
    fc.assert(
      fc.property(scenes, ({ backups, governed }) => {
        const kept = keptIn(decide(backups, governed, NOW));
        const ruled = new Set(governed.flatMap(({ backups: ids }) => [...ids]));
        for (const each of backups.filter(({ status }) => status !== 'Deleting')) {
          if (each.held || !ruled.has(each.id) || !isGood(backups, each)) expect(kept).toContain(each.id);
        }
      }),
    );
  });

  test('nothing stays that depends on something that goes, and what goes comes after all that depends on it', () => {
    fc.assert(
      fc.property(scenes, ({ backups, governed }) => {
        const kept = keptIn(decide(backups, governed, NOW));
        for (const each of backups.filter(({ id }) => kept.has(id))) {
          const base = baseOf(backups, each);
          if (base) expect(kept).toContain(base.id);
        }
        const going = leafFirst(backups.filter(({ id }) => !kept.has(id)));
        for (const [index, each] of going.entries()) {
          const base = baseOf(going, each);
          if (base) expect(going.indexOf(base)).toBeGreaterThan(index);
        }
      }),
    );
  });

  test('backups that failed, or are not there, change nothing of what else is kept', () => {
    const isLeaf = (backups: readonly RetainedBackup[], { externalId }: RetainedBackup) =>
      !backups.some(({ dependsOn }) => dependsOn === externalId);
    fc.assert(
      fc.property(scenes, ({ backups, governed }) => {
        const isThere = ({ status, missed }: RetainedBackup) => status === 'BackedUp' && missed === null;
        const counting = backups.filter((each) => isThere(each) || !isLeaf(backups, each) || each.dependsOn !== null);
        const [all, without] = [decide(backups, governed, NOW), decide(counting, governed, NOW)];
        for (const { id } of counting) expect(all.get(id)).toEqual(without.get(id));
      }),
    );
  });

  test('a rule that keeps more keeps all that one keeps that keeps less', () => {
    fc.assert(
      fc.property(scenes, rules, ({ backups, governed }, more) => {
        const sums = (rule: RetentionRule) => Object.fromEntries(KEEPS.map((keep) => [keep, rule[keep] + more[keep]]));
        const larger = governed.map((each) => ({ ...each, rule: { ...each.rule, ...sums(each.rule) } }));
        const kept = keptIn(decide(backups, larger, NOW));
        for (const id of keptIn(decide(backups, governed, NOW))) expect(kept).toContain(id);
      }),
    );
  });

  test('what is left when it was done is left when it is done again', () => {
    fc.assert(
      fc.property(scenes, ({ backups, governed }) => {
        const kept = keptIn(decide(backups, governed, NOW));
        const left = backups.filter(({ id }) => kept.has(id));
        expect(keptIn(decide(left, governed, NOW))).toEqual(kept);
      }),
    );
  });

  test('the order in which the backups are told decides nothing', () => {
    fc.assert(
      fc.property(scenes, fc.infiniteStream(fc.integer()), ({ backups, governed }, order) => {
        const shuffled = backups.map((each) => [order.next().value, each] as const).sort(([a], [b]) => a - b);
        const verdicts = decide(backups, governed, NOW);
        for (const [id, reasons] of decide(
          shuffled.map(([, each]) => each),
          governed.toReversed(),
          NOW,
        )) {
          // prettier-ignore
          expect(new Set(reasons)).toEqual(new Set(verdicts.get(id)));
        }
      }),
    );
  });
});

describe('by hand', () => {
  /** Backups at these times, by their ids from 1. */
  const taken = (...times: readonly string[]) => times.map((time, index) => backup(index + 1, { created: new Date(time) }));
  const kept = (all: readonly RetainedBackup[], rule: Partial<RetentionRule>, { timezone = 'Etc/UTC', now = NOW } = {}) =>
    [...decide(all, [governing(rule, all.map(({ id }) => id), timezone)], now)] // prettier-ignore
      .filter(([, reasons]) => reasons.length > 0)
      .map(([id]) => id);

  test('no rule, no end', () => {
    expect(kept(taken('2020-01-01', '2021-01-01'), {})).toEqual([1, 2]);
    expect([...decide(taken('2020-01-01', '2021-01-01'), [], NOW).values()]).toEqual([['noRule'], ['noRule', 'lastGood']]);
  });

  test('the newest ones, by their times', () => {
    expect(kept(taken('2026-01-01', '2026-01-03', '2026-01-02', '2026-01-04'), { maxBackups: 3 })).toEqual([2, 3, 4]);
  });

  test('those that are younger than so many days, and the last one however old it is', () => {
    const all = taken('2026-01-01T00:00Z', '2026-01-30T00:00Z', '2026-01-30T00:00:01Z', '2026-02-20T00:00Z');
    expect(kept(all, { keepDays: 30 })).toEqual([3, 4]);
    expect(kept(all, { keepDays: 1 })).toEqual([4]);
  });

  test('a week of days, a month of weeks, a year of months', () => {
    // Every day at noon from the 1st of January 2025, a Wednesday, to the 31st of December: the ids are the days of the year.
    const day = (id: number) => new Date(Date.UTC(2025, 0, id, 12));
    const all = Array.from({ length: 365 }, (_, index) => backup(index + 1, { created: day(index + 1) }));
    const days = [359, 360, 361, 362, 363, 364, 365];
    // The Sundays before: the weeks end on the 28th, 21st and 14th of December; the last one has begun.
    const sundays = [348, 355, 362];
    const ends = [31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
    const expected = [...new Set([...ends, ...sundays, ...days])].sort((a, b) => a - b);
    expect(kept(all, { keepDaily: 7, keepWeekly: 4, keepMonthly: 12 })).toEqual(expected);
    expect(kept(all, { keepYearly: 2 })).toEqual([365]);
  });

  test('periods without backups do not count', () => {
    expect(kept(taken('2025-01-05', '2025-06-01', '2025-06-02', '2026-02-01'), { keepMonthly: 3 })).toEqual([1, 3, 4]);
  });

  test('weeks begin on Monday, also where the year ends in the middle of one', () => {
    const all = taken('2025-12-28T23:00Z', '2025-12-29T01:00Z', '2026-01-04T23:00Z', '2026-01-05T01:00Z');
    expect(kept(all, { keepWeekly: 3 })).toEqual([1, 3, 4]);
  });

  test('days are those of the time zone', () => {
    const all = taken('2026-02-10T04:00Z', '2026-02-10T06:00Z', '2026-02-11T04:00Z');
    expect(kept(all, { keepDaily: 9 })).toEqual([2, 3]);
    // In New York it is the evening of the 9th, and the night and the evening of the 10th.
    expect(kept(all, { keepDaily: 9 }, { timezone: 'America/New_York' })).toEqual([1, 3]);
  });

  test('of an hour that the clocks show twice, each is one; a day is one however long it is', () => {
    const now = new Date('2026-11-01T12:00Z');
    // In New York 1:30 is shown at 5:30 and at 6:30.
    const all = taken('2026-11-01T04:30Z', '2026-11-01T05:30Z', '2026-11-01T06:30Z', '2026-11-01T07:30Z');
    const timezone = 'America/New_York';
    expect(kept(all, { keepHourly: 4 }, { timezone, now })).toEqual([1, 2, 3, 4]);
    expect(kept(all, { keepDaily: 2 }, { timezone, now })).toEqual([4]);
  });

  test('an hour that the clocks leave out is none', () => {
    const now = new Date('2026-03-29T12:00Z');
    // In Berlin 1:30 is followed by 3:30.
    const all = taken('2026-03-28T23:30Z', '2026-03-29T00:30Z', '2026-03-29T01:30Z', '2026-03-29T01:45Z');
    expect(kept(all, { keepHourly: 3 }, { timezone: 'Europe/Berlin', now })).toEqual([1, 2, 4]);
  });

  test('each number counts by itself', () => {
    const all = taken('2026-02-01', '2026-02-02', '2026-02-03', '2026-02-04');
    expect(kept(all, { maxBackups: 2, keepDaily: 3 })).toEqual([2, 3, 4]);
  });

  test('a clock that was wrong once costs no newer backup', () => {
    expect(kept(taken('2030-01-01', '2026-02-01', '2026-02-02'), { maxBackups: 1 })).toEqual([1, 3]);
  });

  test('a rule counts only what it holds for', () => {
    const all = taken('2026-02-01', '2026-02-02', '2026-02-03', '2026-02-04', '2026-02-05');
    const verdicts = decide(all, [governing({ maxBackups: 1 }, [1, 2]), governing({ maxBackups: 1 }, [3, 4])], NOW);
    expect([...verdicts.values()]).toEqual([[], ['maxBackups'], [], ['maxBackups'], ['noRule', 'lastGood']]);
  });

  test('while a look has not seen the newer backup, the older one stays, and so does the newer one', () => {
    const [old, newer] = taken('2026-01-01', '2026-02-28') as [RetainedBackup, RetainedBackup];
    const rule = [governing({ keepDays: 30 }, [1, 2])];
    expect([...decide([old, newer], rule, NOW).values()]).toEqual([[], ['lastGood', 'keepDays']]);
    const missed = { ...newer, missed: NOW };
    expect([...decide([old, missed], rule, NOW).values()]).toEqual([['lastGood'], ['state']]);
    const later = new Date('2026-06-01');
    const onMissed = backup(3, { created: NOW, dependsOn: newer.externalId });
    const verdicts = decide([old, missed, onMissed], [governing({ keepDays: 30 }, [1, 2, 3])], later);
    expect([...verdicts.values()]).toEqual([['lastGood'], ['state', 'neededBy'], ['state']]);
  });

  test('what cannot be restored does not count, and does not go', () => {
    const [first, second, third, fourth] = taken('2026-02-01', '2026-02-02', '2026-02-03', '2026-02-04') as [RetainedBackup, RetainedBackup, RetainedBackup, RetainedBackup]; // prettier-ignore
    const all = [first, second, { ...third, status: 'Missing' as const }, { ...fourth, dependsOn: third.externalId }];
    const verdicts = decide(all, [governing({ maxBackups: 1 }, [1, 2, 3, 4])], NOW);
    expect([...verdicts.values()]).toEqual([[], ['lastGood', 'maxBackups'], ['state', 'neededBy'], ['state']]);
  });

  test('what is being deleted goes unless something that stays depends on it, and does not count', () => {
    const [first, second] = taken('2026-02-01', '2026-02-02') as [RetainedBackup, RetainedBackup];
    const all = [first, { ...second, status: 'Deleting' as const, held: NOW }];
    expect([...decide(all, [governing({ maxBackups: 1 }, [1, 2])], NOW).values()]).toEqual([['lastGood', 'maxBackups'], []]);
    const needed = [
      { ...first, status: 'Deleting' as const },
      { ...second, dependsOn: first.externalId },
    ];
    expect([...decide(needed, [governing({ maxBackups: 1 }, [1, 2])], NOW).values()]).toEqual([['neededBy'], ['state']]);
  });

  test('a chain is kept from its last kept link down, and what came after that goes', () => {
    const all = taken('2026-02-01', '2026-02-02', '2026-02-03', '2026-02-04');
    const chain = all.map((each, index) => (index === 0 || index === 3 ? each : { ...each, dependsOn: `external-${index}` }));
    const held = chain.map((each) => (each.id === 2 ? { ...each, held: NOW } : each));
    expect([...decide(held, [governing({ maxBackups: 1 }, [1, 2, 3, 4])], NOW).values()]).toEqual([
      ['neededBy'],
      ['hold'],
      [],
      ['lastGood', 'maxBackups'],
    ]);
    expect(leafFirst(chain.slice(0, 3)).map(({ id }) => id)).toEqual([3, 2, 1]);
  });
});
