import type { Knex } from 'knex';
import type { Backup, NewBackupRow } from './backup-dao.js';

/** What is compared with what the provider shows of a backup. */
export type KnownBackup = Pick<
  Backup,
  | 'id'
  | 'uuid'
  | 'status'
  | 'revision'
  | 'missed'
  | 'cleaned'
  | 'dependsOn'
  | 'manifest'
  | (typeof IDENTITY)[number]
  | (typeof SIZES)[number]
>;

/** The backups of one provider in one zone. */
export interface Holding {
  readonly zoneId: number;
  readonly provider: string;
}

/** By what a backup is known at its provider. */
export type BackupNames = Pick<Backup, (typeof IDENTITY)[number]>;

const IDENTITY = ['externalId', 'operationId'] as const;
const SIZES = ['type', 'sizeBytes', 'protectedSizeBytes'] as const;
const COLUMNS = ['id', 'uuid', 'status', 'revision', 'missed', 'cleaned', 'dependsOn', 'manifest', ...IDENTITY, ...SIZES];

/** So many rows are read, and so many values looked for, by one statement. */
const PAGE = 1000;

/** The table of backups as it is brought in step with what the providers hold. */
export class BackupLookDao {
  constructor(private readonly db: Knex) {}

  /** 0 if there is none. */
  async newestId(): Promise<number> {
    const newest = (await this.db('backups').orderBy('id', 'desc').first('id')) as { id: number } | undefined;
    return newest?.id ?? 0;
  }

  /** The providers that hold backups of the zone. */
  async providersIn(zoneId: number): Promise<string[]> {
    const rows = (await this.db('backups').where({ zoneId }).whereNull('removed').distinct('provider')) as { provider: string }[];
    return rows.map(({ provider }) => provider);
  }

  async idsBackingUp(holding: Holding): Promise<ReadonlySet<number>> {
    const rows = (await this.live(holding).where({ status: 'BackingUp' }).select('id')) as { id: number }[];
    return new Set(rows.map(({ id }) => id));
  }

  /** All that are known, oldest first; one statement for each thousand. */
  async listKnown(holding: Holding): Promise<KnownBackup[]> {
    const all: KnownBackup[] = [];
    for (;;) {
      const after = all.at(-1)?.id ?? 0;
      const page = (await this.live(holding).where('id', '>', after).orderBy('id').limit(PAGE).select(COLUMNS)) as KnownBackup[];
      all.push(...page);
      if (page.length < PAGE) return all;
    }
  }

  listByIds(ids: readonly number[]): Promise<Backup[]> {
    return this.db('backups').whereIn('id', ids);
  }

  /** Whichever of these have been removed since then. */
  async removedSince(holding: Holding, since: Date, names: readonly BackupNames[]): Promise<readonly BackupNames[]> {
    const removed: BackupNames[] = [];
    for (let from = 0; from < names.length; from += PAGE) {
      const wanted = names.slice(from, from + PAGE);
      const externalIds = wanted.flatMap(({ externalId }) => externalId ?? []);
      const operationIds = wanted.flatMap(({ operationId }) => operationId ?? []);
      const rows = this.db('backups')
        .where({ ...holding })
        .where('removed', '>=', since);
      const isWanted = (row: Knex.QueryBuilder) => void row.whereIn('externalId', externalIds).orWhereIn('operationId', operationIds);
      removed.push(...((await rows.where(isWanted).select(IDENTITY)) as BackupNames[]));
    }
    return removed;
  }

  /** The offering of the newest backup that the provider had of each machine, be it removed here. */
  async newestOfferings({ provider }: Pick<Holding, 'provider'>, vmIds: readonly number[]): Promise<ReadonlyMap<number, number>> {
    const newest = this.db('backups').whereIn('vmId', vmIds).where({ provider }).groupBy('vmId').max('id');
    const rows = (await this.db('backups').whereIn('id', newest).select('vmId', 'policyId')) as { vmId: number; policyId: number }[];
    return new Map(rows.map(({ vmId, policyId }) => [vmId, policyId]));
  }

  /** Notes since when the provider does not show them, or that it does again; those that have been changed since they were read are left alone. */
  async mark(known: readonly KnownBackup[], missed: Date | null): Promise<void> {
    for (let from = 0; from < known.length; from += PAGE) {
      const some = known.slice(from, from + PAGE);
      const ids = some.map(({ id }) => id);
      const asRead = some.map(({ id, status, revision }) => [id, status, revision]);
      const rows = this.db('backups').whereIn('id', ids).whereIn(['id', 'status', 'revision'], asRead).whereNull('removed');
      await rows.update({ missed, revision: this.db.raw('?? + 1', ['revision']) });
    }
  }

  /** Changes the row if it is as it was when it was read; false if somebody else was faster. */
  async change({ id, status, revision }: Backup, changes: Partial<Backup>): Promise<boolean> {
    const asRead = this.db('backups').where({ id, status, revision }).whereNull('removed');
    return (await asRead.update({ ...changes, revision: revision + 1 })) === 1;
  }

  /** Fails with a duplicate key if one of them has come to be known. */
  async insertAll(backups: readonly NewBackupRow[]): Promise<Backup[]> {
    await this.db('backups').insert([...backups]);
    return this.db('backups').whereIn(
      'uuid',
      backups.map(({ uuid }) => uuid),
    );
  }

  private live(holding: Holding) {
    return this.db('backups')
      .where({ ...holding })
      .whereNull('removed');
  }
}
