import type { StorageCapacity } from '../provider/index.js';

/** CloudStack's number and name of the capacity of backup storage, the only one that is known here. */
export const BACKUP_STORAGE = { type: 21, name: 'BACKUP_STORAGE' };

/** From 0 to 1 of what there is; 0 where there is nothing. */
export const usedShare = ({ usedBytes, totalBytes }: StorageCapacity): number => (totalBytes === 0 ? 0 : usedBytes / totalBytes);
