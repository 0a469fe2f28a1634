import { isDuplicate } from '../../src/dao/database-error.js';

/** Does the same thing many times at once; answers what each came to. */
export const race = <T>(contenders: number, contend: (contender: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: contenders }, (_, contender) => contend(contender)));

/** How many were told that they won. */
export const winners = (outcomes: readonly unknown[]): number => outcomes.filter(Boolean).length;

/** Whether the work fails because a unique key is taken; rejects if it fails for another reason. */
export async function meetsDuplicate(work: Promise<unknown>): Promise<boolean> {
  try {
    await work;
    return false;
  } catch (error) {
    if (isDuplicate(error)) return true;
    throw error;
  }
}
