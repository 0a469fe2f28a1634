import type { Knex } from 'knex';
import { isDuplicate } from './database-error.js';

/** How much of a zone's backup storage was used when it was last measured. */
export interface BackupStorageCapacity {
  zoneId: number;
  usedBytes: number;
  totalBytes: number;
  /** When that was begun. */
  measured: Date;
}

/** What was measured later than so by another server was measured by a wrong clock. */
const WRONG_CLOCK_MS = 86_400_000;

export class BackupStorageCapacityDao {
  constructor(private readonly db: Knex) {}

  /** Every zone's that has been measured; an installation has few zones. */
  listAll(): Promise<BackupStorageCapacity[]> {
    return this.db('backup_storage_capacity').orderBy('zoneId').select('zoneId', 'usedBytes', 'totalBytes', 'measured');
  }

  /** False if what was begun to be measured later is known already: the provider may have answered that sooner. */
  async save({ zoneId, ...measure }: BackupStorageCapacity): Promise<boolean> {
    const { measured } = measure;
    const latest = new Date(measured.getTime() + WRONG_CLOCK_MS);
    const isOlder = (row: Knex.QueryBuilder) => void row.where('measured', '<=', measured).orWhere('measured', '>', latest);
    const update = async () => (await this.db('backup_storage_capacity').where({ zoneId }).where(isOlder).update(measure)) === 1;
    if (await update()) return true;
    try {
      await this.db('backup_storage_capacity').insert({ zoneId, ...measure, alerted: false });
      return true;
    } catch (error) {
      if (!isDuplicate(error)) throw error;
      return update();
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
