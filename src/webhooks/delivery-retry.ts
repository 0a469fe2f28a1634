const FIRST_PAUSE_MS = 10_000;
const LONGEST_PAUSE_MS = 3_600_000;

/** How long a delivery that was tried in vain so often waits: twice as long each time, and up to half less by chance (from 0 to 1). */
export const pauseAfter = (attempts: number, chance: number): number =>
  Math.min(FIRST_PAUSE_MS * 2 ** (attempts - 1), LONGEST_PAUSE_MS) * (1 - chance / 2);
