import { periodsOf } from '../../src/backup/calendar-periods.js';
import { forecast, type ExpectedBackup } from '../../src/backup/retention-forecast.js';
import type { Governed, RetainedBackup } from '../../src/backup/retention.js';
import { NO_RULE, type RetentionRule } from '../../src/retention-rule.js';

const NOW = new Date('2026-03-01T00:00:00Z');
const DAY_MS = 24 * 3_600_000;
const inDays = (days: number) => new Date(NOW.getTime() + days * DAY_MS);

const backup = (id: number, days: number): RetainedBackup => ({
  ...{ id, status: 'BackedUp', missed: null, created: inDays(-days), held: null, externalId: `external-${id}`, dependsOn: null },
});
const under = (rule: Partial<RetentionRule>, ids: readonly number[]): Governed => ({
  ...{ rule: { ...NO_RULE, ...rule }, periods: periodsOf('Etc/UTC'), backups: new Set(ids) },
});
const daily = (count: number, governed: Governed | undefined): ExpectedBackup[] =>
  Array.from({ length: count }, (_, day) => ({ at: inDays(day + 0.5), under: governed }));
const days = (goes: ReadonlyMap<number, Date>) =>
  Object.fromEntries([...goes].map(([id, at]) => [id, (at.getTime() - NOW.getTime()) / DAY_MS]));

test('a backup goes when it is too old, and the last one when there is a newer one', () => {
  const rule = under({ keepDays: 10 }, [1, 2, 3]);
  const outlook = { backups: [backup(1, 11), backup(2, 8), backup(3, 5)], governed: [rule], now: NOW, until: inDays(30) };
  expect(days(forecast({ ...outlook, expected: [] }).goes)).toEqual({ 1: 0, 2: 2 });
  expect(days(forecast({ ...outlook, expected: [{ at: inDays(20), under: undefined }] }).goes)).toEqual({ 1: 0, 2: 2, 3: 20 });
  expect(days(forecast({ ...outlook, expected: [], until: inDays(1) }).goes)).toEqual({ 1: 0 });
});

test('what schedules will take pushes out what is there, and only under the same rule', () => {
  const rule = under({ maxBackups: 2 }, [1, 2]);
  const outlook = { backups: [backup(1, 2), backup(2, 1)], governed: [rule], now: NOW, until: inDays(30) };
  expect(days(forecast({ ...outlook, expected: daily(5, rule) }).goes)).toMatchObject({ 1: 0.5, 2: 1.5 });
  expect(days(forecast({ ...outlook, expected: daily(5, undefined) }).goes)).toEqual({});
});

test('it says how far it has looked when there is too much to look at', () => {
  const rule = under({ maxBackups: 1 }, [1]);
  const { until, verdicts } = forecast({
    backups: [backup(1, 1)],
    governed: [rule],
    expected: daily(600, rule),
    now: NOW,
    until: inDays(900),
  });
  expect(until).toEqual(inDays(498.5));
  expect(verdicts.get(1)).toEqual(['lastGood', 'maxBackups']);
});
