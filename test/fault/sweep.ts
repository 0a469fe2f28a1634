import { FaultPlan, MANNERS } from '../kit/faulty.js';
import type { Database } from '../../src/dao/database.js';
import { Bench } from './bench.js';

const MOST_CALLS = 200;
const TEST_MS = 120_000;

/** Does something with one call of it failing, and looks at what is left; answers whether it succeeded. */
export type Attempt = (bench: Bench, plan: FaultPlan) => Promise<boolean>;

/** Fails the first call through any DAO or plugin, the second, the third … until a run meets no fault, in every manner. */
export function sweep(what: string, database: () => Database, attempt: Attempt): void {
  test.each(MANNERS)(
    `${what}, whichever call fails $when it is made and the server $then`,
    async (manner) => {
      const bench = await Bench.open(database());
      const outcomes = new Set<boolean>();
      for (let n = 1; n <= MOST_CALLS; n++) {
        const plan = new FaultPlan(n, manner);
        outcomes.add(await attempt(bench, plan));
        if (plan.hit) continue;
        expect(n).toBeGreaterThan(10);
        // A dead server's job is always brought to its good end by the next.
        expect(outcomes).toEqual(manner.then === 'is dead' ? new Set([true]) : new Set([true, false]));
        return;
      }
      throw new Error('no run was free of faults');
    },
    TEST_MS,
  );
}
