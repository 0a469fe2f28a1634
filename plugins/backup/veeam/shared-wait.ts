import { givenUp } from './failures.js';

/** What comes of something that others may wait for too, and that goes on when this one stops waiting: as soon as its signal aborts. */
export function unlessAborted<T>(begin: () => Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) return Promise.reject(givenUp(signal));
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(givenUp(signal));
    signal.addEventListener('abort', giveUp, { once: true });
    begin()
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', giveUp));
  });
}
