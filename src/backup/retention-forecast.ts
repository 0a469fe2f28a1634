import { decide, endOfDays, type Governed, type RetainedBackup, type Verdicts } from './retention.js';

/** A backup that a schedule is due to take. */
export interface ExpectedBackup {
  readonly at: Date;
  /** The rule that will hold for it. */
  readonly under: Governed | undefined;
}

/** What is known of a machine, and what is expected. */
export interface Outlook {
  readonly backups: readonly RetainedBackup[];
  readonly governed: readonly Governed[];
  /** In the order of their times. */
  readonly expected: readonly ExpectedBackup[];
  readonly now: Date;
  readonly until: Date;
}

/** What becomes of the backups of a machine if nobody does anything but its schedules. */
export interface Forecast {
  /** As it is now. */
  readonly verdicts: Verdicts;
  /** When each backup goes, by id, of those that do. */
  readonly goes: ReadonlyMap<number, Date>;
  /** How far was looked ahead. */
  readonly until: Date;
}

/** At so many moments it is looked at most. */
const MOST_MOMENTS = 500;

/** Decides now, and at every moment at which a backup is taken or grows too old, as if each expected one succeeded and stood alone. */
export function forecast({ backups, governed, expected, now, until }: Outlook): Forecast {
  const moments = [now, ...momentsOf(backups, governed, expected).filter((moment) => moment > now && moment <= until)];
  const looked = moments.slice(0, MOST_MOMENTS);
  const goes = new Map<number, Date>();
  const due = taken(backups, expected);
  let [all, rules] = [backups, governed];
  for (const moment of looked) {
    for (; due[0] && due[0].backup.created <= moment; due.shift()) {
      all = [...all, due[0].backup];
      rules = rules.map(including(due[0]));
    }
    const verdicts = decide(all, rules, moment);
    const isKept = ({ id }: RetainedBackup) => (verdicts.get(id)?.length ?? 0) > 0;
    for (const { id } of all.filter((backup) => !isKept(backup))) goes.set(id, moment);
    all = all.filter(isKept);
  }
  return { verdicts: decide(backups, governed, now), goes, until: moments.length > looked.length ? (looked.at(-1) ?? now) : until };
}

function momentsOf(backups: readonly RetainedBackup[], governed: readonly Governed[], expected: readonly ExpectedBackup[]): Date[] {
  const ends = governed.flatMap(({ rule, backups: ids }) =>
    backups.filter(({ id }) => rule.keepDays > 0 && ids.has(id)).map((backup) => endOfDays(backup, rule.keepDays)),
  );
  const times = new Set([...ends, ...expected.map(({ at }) => at)].map((moment) => moment.getTime()));
  return [...times].sort((a, b) => a - b).map((time) => new Date(time));
}

/** The expected backups as they will be recorded: after all others. */
function taken(backups: readonly RetainedBackup[], expected: readonly ExpectedBackup[]) {
  const last = backups.reduce((most, { id }) => Math.max(most, id), 0);
  return expected.map(({ at, under }, index) => ({
    under,
    backup: {
      ...({ status: 'BackedUp', missed: null, held: null, externalId: null, dependsOn: null } as const),
      id: last + 1 + index,
      created: at,
    },
  }));
}

/** The rule with the backup among those that it holds for, if it is to be. */
const including =
  ({ under, backup }: ReturnType<typeof taken>[number]) =>
  (governed: Governed): Governed =>
    governed.rule === under?.rule ? { ...governed, backups: new Set([...governed.backups, backup.id]) } : governed;
