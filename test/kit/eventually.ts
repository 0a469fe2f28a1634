import { setTimeout as pause } from 'node:timers/promises';

/** Longer than any test may take: a wait whose test has ended does not go on for ever. */
const LONGEST_MS = 300_000;

/** Waits until the answer is the wanted one; the test's own limit ends a wait that is in vain. */
export async function eventually<T>(ask: () => Promise<T>, wanted: (answer: T) => boolean): Promise<T> {
  const end = Date.now() + LONGEST_MS;
  for (;;) {
    const answer = await ask();
    if (wanted(answer)) return answer;
    if (Date.now() > end) throw new Error(`still not as it was waited for: ${JSON.stringify(answer)}`);
    await pause(50);
  }
}
