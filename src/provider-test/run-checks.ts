import { types } from 'node:util';
import type { Check } from './check.js';

/** What came of a check. */
export interface CheckResult {
  readonly check: Check;
  /** Why it was not passed; absent if it was. */
  readonly failure?: Error;
}

/** Runs the checks one after the other, and tells of each as it ends. One that takes longer than `limitMs` has failed and is left behind. */
export async function* runChecks(checks: readonly Check[], limitMs: number): AsyncGenerator<CheckResult> {
  for (const check of checks) yield await runCheck(check, limitMs);
}

async function runCheck(check: Check, limitMs: number): Promise<CheckResult> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it has not ended within ${limitMs / 1000} s and was given up`)), limitMs);
  });
  try {
    await Promise.race([check.run(), late]);
    return { check };
  } catch (error) {
    return { check, failure: types.isNativeError(error) ? error : new Error(String(error)) };
  } finally {
    clearTimeout(timer);
  }
}
