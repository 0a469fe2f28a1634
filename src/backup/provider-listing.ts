import { ProviderError, type BackupProvider, type ProviderBackup } from '../provider/index.js';

/** What a provider holds, by its own names. */
export type ProviderListing = ReadonlyMap<string, ProviderBackup>;

/** Reads all that the provider holds; throws unless the listing came to its end and names nothing twice. */
export async function readListing(provider: BackupProvider, signal: AbortSignal): Promise<ProviderListing> {
  const listing = new Map<string, ProviderBackup>();
  for await (const page of provider.listBackups(signal)) {
    for (const backup of page) {
      if (listing.has(backup.externalId)) throw new ProviderError('corrupt', `the provider listed the backup ${backup.externalId} twice`);
      listing.set(backup.externalId, backup);
    }
  }
  return listing;
}
