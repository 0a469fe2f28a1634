import type { Backup } from '../dao/backup-dao.js';
import { ProviderError, type Machine, type ProviderBackup } from '../provider/index.js';
import { writeManifest } from './manifest.js';

/** What the row of a backup holds once its provider has described it. */
export const confirmedBy = (
  { externalId, type, sizeBytes, protectedSizeBytes, volumes }: ProviderBackup,
  machine: Machine,
): Pick<Backup, 'externalId' | 'type' | 'sizeBytes' | 'protectedSizeBytes' | 'manifest'> => ({
  ...{ externalId, type, sizeBytes, protectedSizeBytes },
  manifest: writeManifest({ machine, volumes }),
});

/** An answer that no backup can have is a fault of the provider, not a record. */
export function assertPlausible({ externalId, type, sizeBytes, protectedSizeBytes, volumes }: ProviderBackup): void {
  const isNamed = typeof externalId === 'string' && externalId.length > 0 && externalId.length <= 255;
  const isSized = [sizeBytes, protectedSizeBytes].every((size) => Number.isSafeInteger(size) && size >= 0);
  const isTyped = type === 'FULL' || type === 'INCREMENTAL';
  if (!isNamed || !isTyped || !isSized || !Array.isArray(volumes) || volumes.length === 0) {
    throw new ProviderError('corrupt', 'the provider described a backup without a name, a type, a size or volumes');
  }
}
