import { type Command, Parameter } from '../api/command.js';

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the language asks for it of a class that is extended without being known
type AnyKind<T> = abstract new (...parameters: any[]) => T;

/** A kind of command that also takes how much is kept for how long. */
export function keeping<Kind extends AnyKind<Command>>(kind: Kind) {
  abstract class Keeping extends kind {
    @Parameter({ type: 'integer', description: 'keep all that are younger than so many times 24 hours' })
    keepDays: number | undefined;

    @Parameter({ type: 'integer', description: 'keep the newest of each of the last so many hours that have any' })
    keepHourly: number | undefined;

    @Parameter({ type: 'integer', description: 'keep the newest of each of the last so many days that have any' })
    keepDaily: number | undefined;

    @Parameter({ type: 'integer', description: 'keep the newest of each of the last so many weeks that have any; weeks begin on Monday' })
    keepWeekly: number | undefined;

    @Parameter({ type: 'integer', description: 'keep the newest of each of the last so many months that have any' })
    keepMonthly: number | undefined;

    @Parameter({ type: 'integer', description: 'keep the newest of each of the last so many years that have any' })
    keepYearly: number | undefined;
  }
  return Keeping;
}

/** The same with all that can be said of what an offering keeps. */
export function keepingAsOffering<Kind extends AnyKind<Command>>(kind: Kind) {
  abstract class KeepingAsOffering extends keeping(kind) {
    @Parameter({ type: 'integer', alsoNamed: ['keeplast'], description: 'keep the newest so many backups of each virtual machine' })
    maxBackups: number | undefined;

    @Parameter({ type: 'string', description: 'IANA name of the time zone by whose clocks days and so on are told; Etc/UTC at first' })
    keepTimezone: string | undefined;

    @Parameter({ type: 'boolean', description: 'whether backups on demand are let go too; false at first' })
    keepManual: boolean | undefined;
  }
  return KeepingAsOffering;
}
