import { readEvidence } from '../../src/backup/restore-evidence.js';
import type { Database } from '../../src/dao/database.js';
import type { Ended } from './bench.js';

/** A restore that succeeded has evidence of so many volumes, and none of it differs. */
export async function expectEvidence({ daos }: Database, { operationId, succeeded, result }: Ended, volumes: number): Promise<void> {
  if (!succeeded) return;
  const restore = await daos.restores.findByOperation(operationId);
  const verdicts = readEvidence(restore?.volumes ?? '[]').map(({ verdict }) => verdict);
  expect({ result, verdicts }).toEqual({ result, verdicts: Array.from({ length: volumes }, () => 'Matches') });
}
