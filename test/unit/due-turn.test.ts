import { dueInstead, dueTurn, type DueSchedule } from '../../src/backup/due-turn.js';

const schedule = (nextRun: string, more: Partial<DueSchedule> = {}): DueSchedule => ({
  ...{ intervalType: 'CRON', schedule: '0 * * * *', timezone: 'Europe/Berlin', runWindow: null, jitterMinutes: 0, vmUuid: 'a machine' },
  ...{ nextRun: new Date(nextRun), catchUp: true, ...more },
});
const turn = (due: DueSchedule, now: string, looked = now) => {
  const { next, ...others } = dueTurn(due, new Date(now), new Date(looked));
  return { ...others, next: next.toISOString().replace('.000Z', 'Z') };
};

describe('what is due in time', () => {
  test.each([true, false])('is run, and is due next after now (catching up: %s)', (catchUp) => {
    const due = schedule('2026-05-01T10:00:00Z', { catchUp });
    expect(turn(due, '2026-05-01T10:00:00.900Z')).toEqual({ deed: 'run', next: '2026-05-01T11:00:00Z' });
    expect(turn(due, '2026-05-01T10:05:00Z')).toEqual({ deed: 'run', next: '2026-05-01T11:00:00Z' });
  });

  test('is run however long the look takes at those before it', () => {
    const due = schedule('2026-05-01T10:00:00Z', { catchUp: false });
    expect(turn(due, '2026-05-01T10:20:00Z', '2026-05-01T10:00:01Z')).toEqual({ deed: 'run', next: '2026-05-01T11:00:00Z' });
  });

  test('is never due again when the clock has been put back', () => {
    expect(turn(schedule('2026-05-01T10:00:00Z'), '2026-05-01T07:30:00Z').next).toBe('2026-05-01T11:00:00Z');
  });

  test('is run though the window has closed since', () => {
    const due = schedule('2026-05-01T03:59:59Z', { schedule: '0 1 * * *', runWindow: '22:00-06:00', jitterMinutes: 300 });
    expect(turn(due, '2026-05-01T04:00:01Z').deed).toBe('run');
  });
});

describe('what was missed', () => {
  test('is run as one', () => {
    expect(turn(schedule('2026-05-01T10:00:00Z'), '2026-05-03T12:30:00Z')).toEqual({ deed: 'run', next: '2026-05-03T13:00:00Z' });
  });

  test('waits until the window opens, and is then one with what is due there', () => {
    const nightly = { schedule: '0 1 * * *', runWindow: '22:00-06:00' };
    const waits = turn(schedule('2026-05-01T23:00:00Z', nightly), '2026-05-02T07:00:00Z');
    expect(waits).toEqual({ deed: 'wait', next: '2026-05-02T20:00:00Z' });
    expect(turn(schedule(waits.next, nightly), waits.next)).toEqual({ deed: 'run', next: '2026-05-02T23:00:00Z' });
    expect(turn(schedule('2026-05-01T23:00:00Z', nightly), '2026-05-02T03:00:00Z').deed).toBe('run');
    const hourly = { runWindow: '22:00-06:00' };
    expect(turn(schedule('2026-05-01T23:00:00Z', hourly), '2026-05-02T07:00:00Z').next).toBe('2026-05-02T20:00:00Z');
  });

  test('waits as long as all that begins when the window opens, with jitter', () => {
    const nightly = { schedule: '0 22 * * *', runWindow: '22:00-06:00', jitterMinutes: 120 };
    const regular = turn(schedule('2026-05-02T12:00:00Z', nightly), '2026-05-02T12:00:00Z').next;
    const missed = turn(schedule('2026-05-01T20:00:00Z', nightly), '2026-05-02T08:00:00Z');
    expect(missed).toEqual({ deed: 'wait', next: regular });
  });

  test('is skipped if the schedule does not catch up, and told with its times', () => {
    const due = schedule('2026-05-01T10:00:00Z', { catchUp: false });
    expect(turn(due, '2026-05-01T10:05:00.001Z')).toEqual({
      deed: 'skip',
      why: 'it was missed at 2026-05-01T12:00:00+0200, and its schedule does not catch up',
      next: '2026-05-01T11:00:00Z',
    });
    expect(turn(due, '2026-05-02T09:30:00Z')).toEqual({
      deed: 'skip',
      why: 'it was missed 24 times, from 2026-05-01T12:00:00+0200 to 2026-05-02T11:00:00+0200, and its schedule does not catch up',
      next: '2026-05-02T10:00:00Z',
    });
  });

  test('is skipped without what has only just become due', () => {
    const skipped = turn(schedule('2026-05-01T10:00:00Z', { catchUp: false }), '2026-05-01T13:02:00Z');
    expect(skipped).toMatchObject({ deed: 'skip', why: expect.stringContaining('3 times') as string, next: '2026-05-01T13:00:00Z' });
  });

  test('is counted up to a bound', () => {
    const { why } = turn(schedule('2025-05-01T10:00:00Z', { catchUp: false }), '2026-05-01T10:00:00Z');
    expect(why).toBe('it was missed more than 100 times since 2025-05-01T12:00:00+0200, and its schedule does not catch up');
  });
});

describe('what a clock has moved on that was far ahead', () => {
  const daily = (nextRun: string) => ({
    ...schedule(nextRun, { schedule: '0 12 * * *', timezone: 'Etc/UTC' }),
    created: new Date('2026-01-01'),
  });
  const now = new Date('2026-05-01T10:00:00Z');

  test('is due when it would have been', () => {
    expect(dueInstead(daily('2027-05-02T12:00:00Z'), now)).toEqual(new Date('2026-05-01T12:00:00Z'));
    expect(dueInstead(daily('2026-05-03T12:00:00Z'), now)).toEqual(new Date('2026-05-01T12:00:00Z'));
  });

  test('stays, if it was by less than a day: that was run', () => {
    expect(dueInstead(daily('2026-05-01T12:00:00Z'), now)).toBeUndefined();
    expect(dueInstead(daily('2026-05-02T12:00:00Z'), now)).toBeUndefined();
  });

  test('stays, by a clock that shows a time before the schedule was made', () => {
    expect(dueInstead(daily('2026-05-03T12:00:00Z'), new Date('2025-12-31'))).toBeUndefined();
  });

  test('of a yearly schedule is only what is more than its next year away', () => {
    const yearly = (nextRun: string) => ({ ...daily(nextRun), schedule: '0 12 2 1 *' });
    expect(dueInstead(yearly('2027-01-02T12:00:00Z'), now)).toBeUndefined();
    expect(dueInstead(yearly('2028-01-02T12:00:00Z'), now)).toEqual(new Date('2027-01-02T12:00:00Z'));
  });
});
