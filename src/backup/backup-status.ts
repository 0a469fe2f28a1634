/**
 * The states of a backup.
 *
 * - `BackingUp`: the provider is taking it; it cannot be restored yet
 * - `BackedUp`: the provider has confirmed it; it can be restored
 * - `Error`: taking it failed; the provider may have left something behind, which deleting it cleans up
 * - `Deleting`: the provider is removing it; it can no longer be restored
 * - `Removed`: the provider has confirmed that it is gone
 */
export type BackupStatus = 'BackingUp' | 'BackedUp' | 'Error' | 'Deleting' | 'Removed';
