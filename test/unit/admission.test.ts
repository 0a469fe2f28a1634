import type { Daos, Database } from '../../src/dao/database.js';
import { Admission } from '../../src/limits/admission.js';
import type { OwnerLimits } from '../../src/limits/owner-limits.js';

/** An admission to a database of which every transaction fails so often. */
function admissionThatFails(times: number, failure: Error) {
  let transactions = 0;
  const transaction = async <T>(work: (daos: Daos) => Promise<T>): Promise<T> => {
    if (++transactions <= times) throw failure;
    return work({} as Daos);
  };
  return { admission: new Admission({ transaction } as Database, {} as OwnerLimits), transactions: () => transactions };
}

test('goes on after more contention than other transactions bear', async () => {
  const { admission } = admissionThatFails(7, Object.assign(new Error('lost'), { code: 'ER_CHECKREAD' }));
  expect(await admission.transaction(async () => 'admitted')).toBe('admitted');
});

test('is not tried again after any other failure', async () => {
  const { admission, transactions } = admissionThatFails(1, new Error('broken'));
  await expect(admission.transaction(async () => 'admitted')).rejects.toThrow('broken');
  expect(transactions()).toBe(1);
});
