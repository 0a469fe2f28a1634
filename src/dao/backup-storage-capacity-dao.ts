import type { Knex } from 'knex';
import { isDuplicate } from './database-error.js';

/** How much of a zone's backup storage was used when it was last measured. */
export interface BackupStorageCapacity {
  zoneId: number;
  usedBytes: number;
  totalBytes: number;
  measured: Date;
}

export class BackupStorageCapacityDao {
  constructor(private readonly db: Knex) {}

  /** Every zone's that has been measured; an installation has few zones. */
  listAll(): Promise<BackupStorageCapacity[]> {
    return this.db('backup_storage_capacity').orderBy('zoneId').select('zoneId', 'usedBytes', 'totalBytes', 'measured');
  }

  async save({ zoneId, ...measure }: BackupStorageCapacity): Promise<void> {
    const update = () => this.db('backup_storage_capacity').where({ zoneId }).update(measure);
    if ((await update()) === 1) return;
    try {
      await this.db('backup_storage_capacity').insert({ zoneId, ...measure, alerted: false });
    } catch (error) {
      if (!isDuplicate(error)) throw error;
      await update();
    }
  }

  /** Notes whether somebody has been alerted of the zone; false if that was noted before. */
  async setAlerted(zoneId: number, alerted: boolean): Promise<boolean> {
    return (await this.db('backup_storage_capacity').where({ zoneId, alerted: !alerted }).update({ alerted })) === 1;
  }

  /** Forgets a zone whose storage can no longer be measured. */
  async delete(zoneId: number): Promise<void> {
    await this.db('backup_storage_capacity').where({ zoneId }).delete();
  }
}
