import type { Backup } from '../dao/backup-dao.js';
import type { Zone } from '../dao/zone-dao.js';
import { refused } from '../errors.js';
import { ProviderError, type RestoredVolume, type Volume, type Zone as ProviderZone } from '../provider/index.js';
import { readManifest, type Manifest } from './manifest.js';

/** A volume that a backup holds, and the one that its content goes to. */
export interface Destination {
  readonly recorded: Volume;
  readonly target: Pick<Volume, 'uuid' | 'sizeBytes'>;
}

/** What a backup holds, and by what name its provider knows it. */
export type Restorable = Manifest & { readonly externalId: string };

/** What is needed to restore the backup; refuses one that cannot be restored now. */
export function restorable({ uuid, status, externalId, manifest }: Backup): Restorable {
  if (status !== 'BackedUp') throw refused(`backup ${uuid} is ${status}; only one that is BackedUp can be restored`);
  if (externalId === null) throw refused(`backup ${uuid} was never confirmed by its provider`);
  return { ...readManifest(manifest), externalId };
}

/** The zone as plugins see it. */
export const zoneOf = ({ uuid, name }: Zone): ProviderZone => ({ uuid, name });

/** Each destination with what the provider says of it now; all of them, or the restore has not happened. */
export function pairUp<D extends Destination>(destinations: readonly D[], restored: readonly RestoredVolume[]) {
  const byUuid = new Map(restored.map((volume) => [volume.uuid, volume]));
  return destinations.map((destination) => {
    const back = byUuid.get(destination.target.uuid);
    if (!back) throw new ProviderError('corrupt', `the provider did not restore volume ${destination.target.uuid}`);
    assertRestored(destination, back);
    return { ...destination, restored: back };
  });
}

/** Compares what the provider has restored with the record of the backup. */
export function assertRestored({ recorded, target: { uuid, sizeBytes } }: Destination, restored: RestoredVolume): void {
  if (restored.uuid !== uuid) throw new ProviderError('corrupt', `the provider restored volume ${restored.uuid} instead of ${uuid}`);
  if (restored.sizeBytes !== sizeBytes) {
    throw new ProviderError('corrupt', `volume ${uuid} came back with ${restored.sizeBytes} bytes instead of ${sizeBytes}`);
  }
  // A larger volume than was backed up has other content in any case.
  if (sizeBytes !== recorded.sizeBytes || restored.digest === undefined || recorded.digest === undefined) return;
  if (restored.digest !== recorded.digest) {
    throw new ProviderError('corrupt', `volume ${uuid} came back with other content than was backed up`);
  }
}
