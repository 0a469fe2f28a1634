import type { Knex } from 'knex';
import { archive, selected, type Selection } from './archive.js';
import { removeInBatches } from './batches.js';
import { isDuplicate } from './database-error.js';
import { ownedBy, type Owners } from './owned.js';
import { containing, listing, type Listing, type Page } from './page.js';

/** What somebody did, or began to do. */
export interface Event {
  id: number;
  uuid: string;
  /** What was done, in CloudStack's names: `BACKUP.CREATE`. */
  type: string;
  level: 'INFO' | 'WARN' | 'ERROR';
  /** A job is scheduled, started and completed; everything else is only completed. */
  state: 'Scheduled' | 'Started' | 'Completed';
  description: string;
  /** Who did it. */
  userId: number;
  /** Whose event it is. */
  accountId: number;
  domainId: number;
  /** The request that asked for it; the access line and the job have the same. */
  requestId: string;
  /** Of a job: what its events have in common. */
  operationId: string | null;
  /** What was done something to. */
  resourceType: string | null;
  resourceUuid: string | null;
  resourceName: string | null;
  /** The machine that the job worked on, if it is not the resource itself. */
  machineUuid: string | null;
  archived: boolean;
  created: Date;
}

/** An event with the names that answers show. */
export interface EventView extends Event {
  userUuid: string;
  username: string;
  accountUuid: string;
  accountName: string;
  domainUuid: string;
  domainPath: string;
  /** Of a job's later events: the one with which it was accepted. */
  parentUuid: string | null;
}

/** What a list of events is narrowed by. */
export interface EventFilter extends Owners, Omit<Selection, 'uuids'> {
  readonly id?: number | undefined;
  readonly operationId?: string | undefined;
  readonly level?: string | undefined;
  readonly state?: string | undefined;
  /** A thing; of a machine, also what was done with its volumes and backups. */
  readonly resourceUuid?: string | undefined;
  readonly resourceType?: string | undefined;
  readonly keyword?: string | undefined;
  readonly archived: boolean;
}

export class EventDao {
  constructor(private readonly db: Knex) {}

  /** False if this step of the operation has been written before. */
  async insert(event: Omit<Event, 'id'>): Promise<boolean> {
    try {
      await this.db('event').insert(event);
      return true;
    } catch (error) {
      if (isDuplicate(error)) return false;
      throw error;
    }
  }

  /** Events of no operation. */
  async insertAll(events: readonly Omit<Event, 'id'>[]): Promise<void> {
    if (events.length > 0) await this.db('event').insert([...events]);
  }

  findByUuid(uuid: string): Promise<Event | undefined> {
    return this.db('event').where({ uuid }).first();
  }

  /** The event with which the job of the operation was accepted. */
  findScheduled(operationId: string): Promise<Event | undefined> {
    return this.db('event').where({ operationId, state: 'Scheduled' }).first();
  }

  findView(uuid: string): Promise<EventView | undefined> {
    return this.views(this.db('event').where({ uuid })).first();
  }

  listByUuids(uuids: readonly string[]): Promise<Event[]> {
    return this.db('event').whereIn('uuid', [...uuids]);
  }

  /** Newest first. */
  list(filter: EventFilter, page: Page): Promise<Listing<EventView>> {
    const { id, operationId, level, state, resourceUuid, resourceType, archived, keyword, type, since, until, ...owners } = filter;
    const wanted = selected(ownedBy(this.db('event').where({ archived }), owners), { type, since, until }).orderBy('id', 'desc');
    const given = { id, operationId, level, state };
    for (const [column, value] of Object.entries(given)) if (value !== undefined) void wanted.where({ [column]: value });
    about(wanted, resourceUuid, resourceType);
    return listing(containing(wanted, keyword, ['type', 'description', 'level']), page, (rows) => this.views(rows));
  }

  archive(selection: Selection & Owners): Promise<void> {
    return archive(this.db, 'event', this.matching(selection));
  }

  /** The signal ends it early. */
  delete(selection: Selection & Owners, signal?: AbortSignal): Promise<void> {
    return removeInBatches(this.db, 'event', this.matching(selection), signal);
  }

  private matching(selection: Selection & Owners) {
    return ownedBy(selected(this.db('event'), selection), selection);
  }

  private views(rows: Knex.QueryBuilder) {
    return this.db
      .from(rows.as('event'))
      .join('user', 'user.id', 'event.userId')
      .join('account', 'account.id', 'event.accountId')
      .join('domain', 'domain.id', 'event.domainId')
      .leftJoin('event as parent', (same) => {
        void same.on('parent.operationId', 'event.operationId').onVal('parent.state', 'Scheduled').onVal('event.state', '<>', 'Scheduled');
      })
      .orderBy('event.id', 'desc')
      .select(
        'event.*',
        'user.uuid as userUuid',
        'user.username',
        'account.uuid as accountUuid',
        'account.name as accountName',
        'domain.uuid as domainUuid',
        'domain.path as domainPath',
        'parent.uuid as parentUuid',
      );
  }
}

function about(wanted: Knex.QueryBuilder, resourceUuid: string | undefined, resourceType: string | undefined): void {
  const type = resourceType === undefined ? {} : { resourceType };
  if (resourceUuid === undefined) return void wanted.where(type);
  void wanted.where((either) => {
    void either.where({ resourceUuid, ...type });
    if (resourceType === undefined || resourceType === 'VirtualMachine') void either.orWhere({ machineUuid: resourceUuid });
  });
}
