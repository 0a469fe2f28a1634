import type { Knex } from 'knex';
import type { Verdict } from '../backup/restore-evidence.js';
import { isDuplicate } from './database-error.js';
import { ownedBy, withOwnerNames, type OwnerNames, type Owners } from './owned.js';
import { containing, listing, type Listing, type Page } from './page.js';

/**
 * - `Machine`: a machine was put back in place
 * - `Volume`: one volume was restored and attached to a machine
 * - `NewMachine`: a machine was made of the backup
 */
export type RestoreKind = 'Machine' | 'Volume' | 'NewMachine';

/** What came of a restore. It outlives the backup and the machine, which it names by their uuids. */
export interface Restore {
  id: number;
  uuid: string;
  /** The operation that restored; there is one row of it, however often it was gone on with. */
  operationId: string;
  kind: RestoreKind;
  backupUuid: string;
  /** The machine that has the volumes. */
  vmUuid: string;
  zoneId: number;
  accountId: number;
  domainId: number;
  /** The worst of the volumes'. */
  verdict: Verdict;
  /** JSON text: for each volume a `VolumeEvidence`. */
  volumes: string;
  created: Date;
}

/** A restore with the names that answers show. */
export interface RestoreView extends Restore, OwnerNames {
  /** Absent when the job has been forgotten. */
  jobUuid: string | null;
}

/** What a list of restores is narrowed by. */
export interface RestoreFilter extends Owners {
  readonly id?: number | undefined;
  readonly backupUuid?: string | undefined;
  readonly vmUuid?: string | undefined;
  /** Of the kind or the verdict. */
  readonly keyword?: string | undefined;
}

export class RestoreDao {
  constructor(private readonly db: Knex) {}

  /** False if the operation's restore has been written before. */
  async insert(restore: Omit<Restore, 'id'>): Promise<boolean> {
    try {
      await this.db('restore').insert(restore);
      return true;
    } catch (error) {
      if (isDuplicate(error)) return false;
      throw error;
    }
  }

  findByUuid(uuid: string): Promise<Restore | undefined> {
    return this.db('restore').where({ uuid }).first();
  }

  findByOperation(operationId: string): Promise<Restore | undefined> {
    return this.db('restore').where({ operationId }).first();
  }

  /** Oldest first. */
  list({ id, backupUuid, vmUuid, keyword, ...owners }: RestoreFilter, page: Page): Promise<Listing<RestoreView>> {
    const wanted = ownedBy(this.db('restore'), owners).orderBy('id');
    for (const [column, value] of Object.entries({ id, backupUuid, vmUuid })) {
      if (value !== undefined) void wanted.where({ [column]: value });
    }
    return listing(containing(wanted, keyword, ['kind', 'verdict']), page, (rows) =>
      withOwnerNames(this.db, 'restore', rows)
        .leftJoin('async_job as job', 'job.operationId', 'restore.operationId')
        .select('job.uuid as jobUuid'),
    );
  }
}
