import fc from 'fast-check';
import { localTime } from '../../src/backup/clocks.js';
import { nextDue } from '../../src/backup/next-due.js';
import { nextRun, runsAfter, whenOpen, type RunRules } from '../../src/backup/next-run.js';
import { readRunWindow } from '../../src/backup/run-window.js';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const PLAIN = { intervalType: 'CRON', timezone: 'Europe/Berlin', runWindow: null, jitterMinutes: 0, vmUuid: 'a machine' } as const;

const rules = (schedule: string, more: Partial<RunRules> = {}): RunRules => ({ ...PLAIN, schedule, ...more });

function take(count: number, of: RunRules, after: string): string[] {
  const taken: string[] = [];
  for (const run of runsAfter(of, new Date(after))) if (taken.push(localTime(run, of.timezone)) === count) break;
  return taken;
}

describe('a window', () => {
  const NIGHT = { runWindow: '22:00-06:00' };

  test.each<[string, string, string, string[]]>([
    ['leaves what is due in it', '30 1 * * *', '22:00-06:00', ['2026-05-02T01:30:00+0200', '2026-05-03T01:30:00+0200']],
    ['has what is due outside wait', '0 12 * * *', '22:00-06:00', ['2026-05-01T22:00:00+0200', '2026-05-02T22:00:00+0200']],
    ['has what is due at its end wait', '0 6 * * *', '22:00-06:00', ['2026-05-01T22:00:00+0200', '2026-05-02T22:00:00+0200']],
    ['takes what is due at its beginning', '0 22 * * *', '22:00-06:00', ['2026-05-01T22:00:00+0200', '2026-05-02T22:00:00+0200']],
    ['may lie within a day', '0 7,12 * * *', '09:00-17:30', ['2026-05-02T09:00:00+0200', '2026-05-02T12:00:00+0200']],
    ['may end at midnight', '0 3 * * *', '20:00-00:00', ['2026-05-01T20:00:00+0200', '2026-05-02T20:00:00+0200']],
  ])('%s', (_, schedule, runWindow, runs) => {
    expect(take(2, rules(schedule, { runWindow }), '2026-05-01T15:45:00Z')).toEqual(runs);
  });

  test('has what waits taken as one', () => {
    const hourly = rules('30 * * * *', { runWindow: '22:00-00:00' });
    const expected = ['2026-05-01T22:00:00+0200', '2026-05-01T22:30:00+0200', '2026-05-01T23:30:00+0200', '2026-05-02T22:00:00+0200'];
    expect(take(4, hourly, '2026-05-01T10:00:00Z')).toEqual(expected);
    // Asked while it waits, and when it has just been taken.
    expect(take(4, hourly, '2026-05-01T19:45:00Z')).toEqual(expected);
    expect(take(3, hourly, '2026-05-01T20:00:00Z')).toEqual(expected.slice(1));
  });

  test('has nothing taken at its opening if nothing waits', () => {
    expect(take(1, rules('30 23 * * FRI', NIGHT), '2026-05-02T00:00:00Z')).toEqual(['2026-05-08T23:30:00+0200']);
  });

  test('opens and closes by the clocks, also when they are changed', () => {
    const runs = take(40, rules('15 * * * *', { runWindow: '01:00-04:00' }), '2026-03-27T12:00:00Z').filter((run) =>
      run.includes('-03-29T'),
    );
    expect(runs).toEqual(['2026-03-29T01:00:00+0100', '2026-03-29T01:15:00+0100', '2026-03-29T03:15:00+0200']);
    const autumn = take(40, rules('15 * * * *', { runWindow: '02:30-03:30' }), '2026-10-24T12:00:00Z').filter((run) =>
      run.includes('-10-25T'),
    );
    expect(autumn).toEqual(['2026-10-25T02:30:00+0200', '2026-10-25T02:15:00+0100', '2026-10-25T03:15:00+0100']);
  });

  test('that the clocks skip stays closed on that day', () => {
    const [first] = take(1, rules('0 0 * * *', { runWindow: '02:15-03:05' }), '2026-03-28T12:00:00Z');
    expect(first).toBe('2026-03-30T02:15:00+0200');
  });

  test.each(['22-6', '22:00', '24:00-06:00', '22:00-24:00', '22:60-06:00', '9:00-17:00', '22:00–06:00', ' 22:00-06:00'])(
    '"%s" is refused',
    (text) => {
      expect(() => readRunWindow(text)).toThrow(`parameter window: "${text}" is not of the form HH:MM-HH:MM, such as 22:00-06:00`);
    },
  );

  test('of no length is refused', () => {
    expect(() => readRunWindow('06:00-06:00')).toThrow('parameter window: "06:00-06:00" ends when it begins; leave it empty for all day');
  });
});

test('a moment in the window is taken as it is, and one outside becomes its opening', () => {
  const nightly = rules('0 1 * * *', { runWindow: '22:00-06:00' });
  const at = (moment: string) => localTime(whenOpen(nightly, new Date(moment)), 'Europe/Berlin');
  expect([at('2026-05-01T03:59:59Z'), at('2026-05-01T04:00:00Z')]).toEqual(['2026-05-01T05:59:59+0200', '2026-05-01T22:00:00+0200']);
  const any = new Date();
  expect(whenOpen(rules('0 1 * * *', { jitterMinutes: 60 }), any)).toBe(any);
});

const anyRules = fc.record({
  intervalType: fc.constant('CRON' as const),
  schedule: fc.constantFrom('0 1 * * *', '30 * * * *', '*/7 * * * *', '0 12 * * MON', '15 2,14 1 * *', '* 3-5 * * *', '0 0 * * *'),
  timezone: fc.constantFrom('Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata', 'America/Santiago', 'Etc/UTC'),
  runWindow: fc.constantFrom(null, '22:00-06:00', '09:00-17:30', '02:00-02:45', '00:30-00:00'),
  jitterMinutes: fc.constantFrom(0, 1, 30, 240, 1440),
  vmUuid: fc.uuid(),
});
const moments = fc.date({ min: new Date('2026-01-01'), max: new Date('2027-12-01'), noInvalidDate: true });
const few = (of: RunRules, after: Date): Date[] => {
  const taken: Date[] = [];
  for (const run of runsAfter(of, after)) if (taken.push(run) === 6) break;
  return taken;
};

describe('with any window and jitter', () => {
  test('runs come in order, and each is the next of every moment since the one before', () => {
    const property = fc.property(anyRules, moments, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (of, after, part) => {
      let last = after;
      for (const run of few(of, after)) {
        expect(run.getTime()).toBeGreaterThan(last.getTime());
        expect(nextRun(of, new Date(last.getTime() + Math.floor((run.getTime() - last.getTime()) * part)))).toEqual(run);
        last = run;
      }
    });
    fc.assert(property, { numRuns: 150 });
  });

  test('each run is the one without jitter, less than the jitter later, and before the next', () => {
    const property = fc.property(anyRules, moments, (of, after) => {
      const starts = few({ ...of, jitterMinutes: 0 }, after);
      // What was to begin before may have been put off until after.
      const runs = few(of, new Date(starts[0]!.getTime() - 1)).slice(0, 5);
      for (const [index, run] of runs.entries()) {
        expect(run.getTime()).toBeGreaterThanOrEqual(starts[index]!.getTime());
        expect(run.getTime()).toBeLessThan(starts[index + 1]!.getTime());
        expect(run.getTime() - starts[index]!.getTime()).toBeLessThan(Math.max(1, of.jitterMinutes * MINUTE_MS));
      }
    });
    fc.assert(property, { numRuns: 150 });
  });

  test('nothing begins while the window is closed, and what is due is run when it opens next', () => {
    const property = fc.property(anyRules, moments, (of, after) => {
      const due = nextDue(of, after);
      const run = nextRun(of, new Date(due.getTime() - 1));
      // A day more where the clocks skip a window.
      expect(run.getTime() - due.getTime()).toBeLessThan(2 * DAY_MS + of.jitterMinutes * MINUTE_MS);
      expect(whenOpen({ ...of, jitterMinutes: 0 }, run)).toEqual(run);
    });
    fc.assert(property, { numRuns: 150 });
  });
});

describe('jitter', () => {
  test('is the same wherever it is asked for, and differs between machines and due times', () => {
    const put = (vmUuid: string, after: string) => nextRun(rules('0 1 * * *', { jitterMinutes: 60, vmUuid }), new Date(after)).getTime();
    const [first, second] = ['2026-05-01T12:00:00Z', '2026-05-02T12:00:00Z'] as const;
    expect(put('a', first)).toBe(put('a', first));
    expect(put('b', first)).not.toBe(put('a', first));
    expect(put('a', second) - put('a', first)).not.toBe(DAY_MS);
  });

  test('spreads many machines over all of its time', () => {
    const start = nextDue(rules('0 1 * * *'), new Date('2026-05-01T12:00:00Z')).getTime();
    const put = Array.from({ length: 600 }, (_, index) => {
      const run = nextRun(rules('0 1 * * *', { jitterMinutes: 60, vmUuid: `machine ${index}` }), new Date(start - 1));
      return Math.floor((run.getTime() - start) / (10 * MINUTE_MS));
    });
    const inEach = Array.from({ length: 6 }, (_, sixth) => put.filter((of) => of === sixth).length);
    expect(Math.min(...inEach)).toBeGreaterThan(60);
    expect(inEach.reduce((sum, of) => sum + of)).toBe(600);
  });
});
