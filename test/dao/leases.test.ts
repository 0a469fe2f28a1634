import { setTimeout as pause } from 'node:timers/promises';
import { Leases, type LeaseTerms } from '../../src/leases.js';
import { CREATED } from '../kit/builders.js';
import { forEachEngine, testDatabase } from '../kit/engines.js';
import { eventually } from '../kit/eventually.js';

const LENGTH_MS = 60;
const DAY_MS = 86_400_000;
const TERMS: LeaseTerms = { lengthMs: () => LENGTH_MS, longestMs: () => DAY_MS };
const NEVER = new AbortController().signal;

forEachEngine((engine) => {
  const handle = testDatabase(engine);
  /** Servers whose clock is moved by hand. */
  function servers() {
    const state = { now: CREATED };
    const now = () => state.now;
    return { state, first: new Leases(handle.db, now), second: new Leases(handle.db, now) };
  }
  const forward = (state: { now: Date }, ms: number) => void (state.now = new Date(state.now.getTime() + ms));

  test('is kept for as long as its server lives, however long that is', async () => {
    const { state, first, second } = servers();
    const lease = await first.claim('work', TERMS);
    await first.hold(lease!, TERMS, NEVER, async () => {
      for (let n = 0; n < 3; n++) {
        forward(state, LENGTH_MS - 1);
        const end = state.now.getTime() + LENGTH_MS;
        await eventually(
          () => handle.db.daos.leases.until('work'),
          (until) => until?.getTime() === end,
        );
        expect(await second.claim('work', TERMS)).toBeUndefined();
      }
    });
    forward(state, LENGTH_MS);
    expect(await second.claim('work', TERMS)).toBeDefined();
  });

  test('is not taken by a server that is set to shorter ones', async () => {
    const { first, second } = servers();
    await first.claim('work', { ...TERMS, lengthMs: () => 100 * LENGTH_MS });
    expect(await second.claim('work', TERMS)).toBeUndefined();
  });

  test('is of use to nobody else once its caller has given up, also if the work never ends', async () => {
    const { state, first, second } = servers();
    const caller = new AbortController();
    const lease = await first.claim('work', TERMS);
    const seen = new AbortController();
    void first.hold(lease!, TERMS, caller.signal, async (signal) => {
      signal.addEventListener('abort', () => seen.abort());
      await new Promise(() => undefined);
    });
    caller.abort();
    expect(seen.signal.aborted).toBe(true);
    forward(state, LENGTH_MS);
    // A sign of life would be given three times within the length.
    await pause(2 * LENGTH_MS);
    expect(await second.claim('work', TERMS)).toBeDefined();
  });
});
