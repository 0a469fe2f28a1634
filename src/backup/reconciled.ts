import type { Backup } from '../dao/backup-dao.js';
import type { LedgerEntry } from '../dao/usage-ledger-dao.js';
import type { Finding } from '../events/event-recorder.js';
import type { ProviderBackup } from '../provider/index.js';
import { gone, held, resized } from '../usage/ledger-entries.js';
import { confirmedBy } from './confirmed-backup.js';
import { readManifest } from './manifest.js';
import type { Decision, Step } from './reconciliation.js';

/** The steps that make something else of a backup. */
export type ChangingStep = Extract<Step, 'missing' | 'back' | 'updated' | 'recovered' | 'failed'>;

/** What is to be recorded of a backup. */
export interface Reconciled {
  readonly changes: Partial<Backup>;
  readonly entries: readonly LedgerEntry[];
  readonly findings: readonly Finding[];
}

const isConfirmed = ({ manifest }: Backup, backup: ProviderBackup) => confirmedBy(backup, readManifest(manifest).machine);

/** What the step makes of the backup, whose row is `before`, and what the ledger and its owner are told. */
export function reconciled(step: ChangingStep, before: Backup, shown: Decision['held'], now: Date): Reconciled {
  const confirmed = shown ? isConfirmed(before, shown) : {};
  const ended = (changes: Partial<Backup>, entry: (after: Backup) => LedgerEntry[], level: Finding['level'], what: string): Reconciled => {
    const after = { ...before, ...changes, revision: before.revision + 1 };
    return {
      changes,
      entries: entry(after),
      findings: [{ type: 'Backup', thing: after, level, description: `backup ${before.uuid} ${what}` }],
    };
  };
  const is = { missed: null, lost: null, cleaned: null, ...confirmed };
  switch (step) {
    case 'missing':
      return ended({ status: 'Missing', lost: now }, (after) => [gone(after, now)], 'WARN', 'is missing: its provider no longer shows it');
    case 'back':
      return ended({ ...is, status: 'BackedUp' }, (after) => [held(after, now)], 'INFO', 'is back: its provider shows it again');
    case 'updated':
      return ended(
        is,
        (after) => [resized(after, before, now)],
        'INFO',
        'is not what it was: its provider says other sizes, other volumes, or another backup that it depends on',
      );
    case 'recovered':
      return ended({ ...is, status: 'BackedUp' }, (after) => [held(after, now)], 'INFO', 'is there after all: its provider shows it');
    case 'failed':
      return ended(
        { status: 'Error', missed: now },
        () => [],
        'WARN',
        'was not taken: nobody is taking it, and its provider does not show it',
      );
  }
}
