import type { StorageCapacity } from '../../../../src/provider/index.js';
import { numberOf } from './answers.js';
import type { VbrClient } from './vbr-client.js';

const GIB = 2 ** 30;

/** How full all repositories are together. */
export async function capacityOf(client: VbrClient, signal: AbortSignal): Promise<StorageCapacity> {
  const states = await client.all('/api/v1/backupInfrastructure/repositories/states', {}, signal);
  const total = (field: string) => states.reduce((sum, state) => sum + Math.max(0, numberOf(state, field)), 0);
  const [totalGb, freeGb] = [total('capacityGB'), total('freeGB')];
  // What else lies on the same disks is gone, too.
  return { totalBytes: Math.round(totalGb * GIB), usedBytes: Math.round(Math.max(0, totalGb - freeGb) * GIB) };
}
