import type { BackupSchedule } from '../dao/backup-schedule-dao.js';
import { refused } from '../errors.js';
import { isTimezone } from '../timezone.js';
import { calendarOf, type ScheduleType } from './calendar.js';
import { spelled } from './cron.js';
import { readIntervalType } from './due-time.js';
import { readRunWindow } from './run-window.js';

/** What a caller says about when the backups of a schedule are taken; what is undefined was not said. */
export interface TermsWish {
  /** The name of an `IntervalType`, in any case, with a schedule in its form; or else a cron expression. */
  readonly intervalType: string | undefined;
  readonly schedule: string | undefined;
  readonly cron: string | undefined;
  readonly timezone: string | undefined;
  /** `HH:MM-HH:MM`, or empty for all day. */
  readonly window: string | undefined;
  readonly jitterMinutes: number | undefined;
  readonly catchUp: boolean | undefined;
}

/** When the backups of a schedule are taken. */
export type ScheduleTerms = Pick<BackupSchedule, 'intervalType' | 'schedule' | 'timezone' | 'runWindow' | 'jitterMinutes' | 'catchUp'>;

const MOST_JITTER_MINUTES = 24 * 60;

/** Reads what was said, beyond which the terms stay as they are known, if they are; refuses what cannot be. */
export function readTerms(wish: TermsWish, known?: ScheduleTerms): ScheduleTerms {
  const intervalType = typeOf(wish, known);
  const text = wish.cron ?? wish.schedule ?? known?.schedule ?? '';
  const schedule = intervalType === 'CRON' ? spelled(text) : text;
  const timezone = wish.timezone ?? known?.timezone ?? '';
  if (!isTimezone(timezone)) {
    throw refused(`parameter timezone: "${timezone}" is not the name of a time zone, such as Europe/Berlin or Etc/UTC`);
  }
  calendarOf({ intervalType, schedule });
  const runWindow = wish.window === undefined ? (known?.runWindow ?? null) : wish.window.trim() || null;
  if (runWindow !== null) readRunWindow(runWindow);
  const jitterMinutes = wish.jitterMinutes ?? known?.jitterMinutes ?? 0;
  if (jitterMinutes < 0 || jitterMinutes > MOST_JITTER_MINUTES) {
    throw refused(`parameter jitter: ${jitterMinutes} is not from 0 to ${MOST_JITTER_MINUTES} minutes`);
  }
  return { intervalType, schedule, timezone, runWindow, jitterMinutes, catchUp: wish.catchUp ?? known?.catchUp ?? true };
}

function typeOf({ intervalType, schedule, cron }: TermsWish, known: ScheduleTerms | undefined): ScheduleType {
  if (cron === undefined) return intervalType === undefined && known ? known.intervalType : readIntervalType(intervalType ?? '');
  if (intervalType === undefined && schedule === undefined) return 'CRON';
  throw refused('say either cron, or intervaltype and schedule');
}
