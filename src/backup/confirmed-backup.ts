import type { Backup } from '../dao/backup-dao.js';
import type { Machine, ProviderBackup } from '../provider/index.js';
import { writeManifest } from './manifest.js';

/** What the row of a backup holds once its provider has described it. */
export const confirmedBy = (
  { externalId, type, sizeBytes, protectedSizeBytes, volumes, dependsOn }: ProviderBackup,
  machine: Machine,
): Pick<Backup, 'externalId' | 'type' | 'sizeBytes' | 'protectedSizeBytes' | 'dependsOn' | 'manifest'> => ({
  ...{ externalId, type, sizeBytes, protectedSizeBytes, dependsOn: dependsOn ?? null },
  manifest: writeManifest({ machine, volumes }),
});
