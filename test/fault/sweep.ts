import type { Engine, TestDatabase } from '../kit/engines.js';
import { FaultPlan, MANNERS, type Manner } from '../kit/faulty.js';
import { Bench } from './bench.js';

const MOST_CALLS = 200;
const TEST_MS = 300_000;

/** Whether an operation succeeded of which one call failed, and what must be possible when the providers have been looked at. */
export interface Outcome {
  readonly succeeded: boolean;
  readonly afterwards?: () => Promise<void>;
}

/** Does something with one call of it failing, and looks at what is left. */
export type Attempt = (bench: Bench, plan: FaultPlan) => Promise<Outcome>;

/** A dead server's job is always brought to its good end by the next. */
const byTheNext = ({ then }: Manner): boolean => then === 'is dead';

/** What asks no plugin for anything is done in the end, whichever call fails. */
export const always = (): boolean => true;

/** What nobody does again is not done if it fails. */
export const never = (): boolean => false;

/**
 * Fails the first call through any DAO or plugin, the second, the third … until a run meets no fault, in every manner. Then nothing
 * may contradict itself any more, once everything that waits has come to its end and the provider has been looked at. The run without a
 * fault succeeds; `isAlwaysDone` says in which manners the others do too, and in the rest one at least does not.
 */
export function sweep(what: string, database: TestDatabase, attempt: Attempt, isAlwaysDone: (manner: Manner) => boolean = byTheNext): void {
  test.each(mannersOn(database.engine))(
    `${what}, whichever call fails $when it is made and the server $then`,
    async (manner) => {
      const bench = await Bench.open(database.db);
      const outcomes = await failEachCall(bench, manner, attempt);
      expect(outcomes.at(-1)?.succeeded).toBe(true);
      expect(new Set(outcomes.map(({ succeeded }) => succeeded))).toEqual(new Set(isAlwaysDone(manner) ? [true] : [true, false]));
      await bench.settle();
      expect(await bench.contradictions()).toEqual([]);
      for (const { afterwards } of outcomes) await afterwards?.();
    },
    TEST_MS,
  );
}

/** Makes the attempt with one call of it failing in the manner, ever later, until none is met; answers what came of each. */
export async function failEachCall(bench: Bench, manner: Manner, attempt: Attempt): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (let n = 1; n <= MOST_CALLS; n++) {
    const plan = new FaultPlan(n, manner);
    outcomes.push(await attempt(bench, plan));
    if (plan.hit) continue;
    expect(n).toBeGreaterThan(5);
    return outcomes;
  }
  throw new Error('no run was free of faults');
}

/**
 * All of them on the embedded database. Where the engines differ is what becomes of a transaction that fails and of one whose server
 * is gone: one manner of each shows that on the other.
 */
const mannersOn = (engine: Engine): readonly Manner[] =>
  MANNERS.filter(({ when, then }) => engine === 'sqlite' || (when === 'after') === (then === 'goes on'));
