import { setTimeout as pause } from 'node:timers/promises';

/** Waits until the answer is the wanted one; the test's own limit ends a wait that is in vain. */
export async function eventually<T>(ask: () => Promise<T>, wanted: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (wanted(answer)) return answer;
    await pause(50);
  }
}
