import type { Knex } from 'knex';
import { archive, selected, type Selection } from './archive.js';
import { removeInBatches } from './batches.js';
import { containing, listing, type Listing, type Page } from './page.js';

/** Something that an administrator should look after. */
export interface Alert {
  id: number;
  uuid: string;
  /** CloudStack's number. */
  type: number;
  description: string;
  archived: boolean;
  created: Date;
}

/** What a list of alerts is narrowed by. */
export interface AlertFilter {
  readonly id?: number | undefined;
  readonly type?: number | undefined;
  readonly keyword?: string | undefined;
}

export class AlertDao {
  constructor(private readonly db: Knex) {}

  async insert(alert: Omit<Alert, 'id'>): Promise<void> {
    await this.db('alert').insert(alert);
  }

  /** Whether there is one with the same words that has not been archived. */
  async isRaised(type: number, description: string): Promise<boolean> {
    return (await this.db('alert').where({ type, archived: false, description }).first('id')) !== undefined;
  }

  listByUuids(uuids: readonly string[]): Promise<Alert[]> {
    return this.db('alert').whereIn('uuid', [...uuids]);
  }

  /** Those that have not been archived, newest first. */
  list({ id, type, keyword }: AlertFilter, page: Page): Promise<Listing<Alert>> {
    const wanted = this.db('alert').where({ archived: false }).orderBy('id', 'desc');
    for (const [column, value] of Object.entries({ id, type })) if (value !== undefined) void wanted.where({ [column]: value });
    return listing(containing(wanted, keyword, ['description']), page);
  }

  archive(selection: Selection): Promise<void> {
    return archive(this.db, 'alert', selected(this.db('alert'), selection));
  }

  delete(selection: Selection): Promise<void> {
    return removeInBatches(this.db, 'alert', selected(this.db('alert'), selection));
  }
}
