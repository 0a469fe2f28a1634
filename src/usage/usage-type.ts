/** CloudStack's number and name of the usage of backups, the only one that is recorded here. */
export const BACKUP_USAGE = { id: 28, name: 'BACKUP', description: 'Backups: the time for which machines are protected or have backups' };
