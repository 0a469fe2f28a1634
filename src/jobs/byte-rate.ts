/** How many bytes had been moved at a moment, and how fast. */
export interface BytesMoved {
  readonly doneBytes: number;
  readonly at: Date;
  /** Smoothed; null until two moments are known. */
  readonly bytesPerSecond: number | null;
}

/** After this time, what was measured before counts for about a third. */
const MEMORY_S = 30;

/**
 * The next measurement: a mean of the rates so far in which older ones count less the longer ago they were, so that a short pause of
 * the work does not move the estimated end far. Fewer bytes than before mean that the work began anew, and so does the measuring.
 */
export function moved(before: BytesMoved | undefined, doneBytes: number, at: Date): BytesMoved {
  if (!before || doneBytes < before.doneBytes) return { doneBytes, at, bytesPerSecond: null };
  const seconds = (at.getTime() - before.at.getTime()) / 1000;
  if (seconds <= 0) return before;
  const rate = (doneBytes - before.doneBytes) / seconds;
  const weight = 1 - Math.exp(-seconds / MEMORY_S);
  return {
    doneBytes,
    at,
    bytesPerSecond: before.bytesPerSecond === null ? rate : before.bytesPerSecond + weight * (rate - before.bytesPerSecond),
  };
}

/** When all bytes will have been moved if it goes on as it has; undefined if nobody can tell. Never in the past. */
export function estimatedEnd({ doneBytes, at, bytesPerSecond }: BytesMoved, totalBytes: number, now: Date): Date | undefined {
  if (bytesPerSecond === null || bytesPerSecond <= 0) return undefined;
  const end = at.getTime() + (Math.max(0, totalBytes - doneBytes) / bytesPerSecond) * 1000;
  return end > LAST_MOMENT ? undefined : new Date(Math.max(end, now.getTime()));
}

/** The last moment that every client can read. */
const LAST_MOMENT = Date.UTC(9999, 11, 31);
