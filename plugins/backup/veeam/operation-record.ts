/** What the keys of operations begin with. */
export const OPERATIONS = 'session/';

/** What is remembered of an operation. */
export interface OperationRecord {
  readonly subject: string;
  /** What was decided before it began. */
  readonly plan: unknown;
  /** The newest session of the run before it began: a newer one is its own, if it may have started one. */
  readonly before: string | null;
  /** Who may start it, and until when nobody else may; there once somebody may have started it. */
  readonly claim?: { readonly by: string; readonly until: string };
  /** The start that was accepted, of which a session comes. */
  readonly begun?: string;
  readonly session?: string;
  readonly outcome?: unknown;
  /** Why its session did not end well. */
  readonly failure?: string;
  /** Nobody wants the outcome any more. */
  readonly isCancelled?: true;
  /** The working day on which it was seen to be over. */
  readonly overSince?: number;
}

/** Whether nobody has to know of it any more, but for repeating what he was told. What nobody knows the end of is asked for again one day. */
export const isOver = ({ outcome, failure, isCancelled, claim }: OperationRecord): boolean =>
  outcome !== undefined || failure !== undefined || isCancelled === true || !claim;

/** The record as one that was just asked for. */
export function renewed({ overSince: _, ...record }: OperationRecord): OperationRecord {
  return record;
}
