import type { Knex } from 'knex';
import { isDuplicate } from './database-error.js';

/** A stored value of a dynamic setting; `scopeId` is 0 for the global scope. */
export interface StoredSetting {
  name: string;
  scope: string;
  scopeId: number;
  value: string;
}

/** A stored value with the path of the domain that has it. */
export interface StoredSettingView extends StoredSetting {
  domainPath: string | null;
}

/** The values that administrators have given to dynamic settings. */
export class ConfigurationDao {
  constructor(private readonly db: Knex) {}

  /** Every value; those of removed domains have no path. */
  listAll(): Promise<StoredSettingView[]> {
    return this.db('configuration as stored')
      .leftJoin('domain', (join) => join.on('domain.id', 'stored.scopeId').andOnVal('stored.scope', 'Domain').andOnNull('domain.removed'))
      .select('stored.name', 'stored.scope', 'stored.scopeId', 'stored.value', 'domain.path as domainPath');
  }

  async findValue(name: string, scope: string, scopeId: number): Promise<string | undefined> {
    const row = (await this.db('configuration').where({ name, scope, scopeId }).first('value')) as StoredSetting | undefined;
    return row?.value;
  }

  async save({ name, scope, scopeId, value }: StoredSetting): Promise<void> {
    const update = () => this.db('configuration').where({ name, scope, scopeId }).update({ value });
    if ((await update()) === 1) return;
    try {
      await this.db('configuration').insert({ name, scope, scopeId, value });
    } catch (error) {
      if (!isDuplicate(error)) throw error;
      await update();
    }
  }

  /** Forgets the value, if there is one. */
  async delete({ name, scope, scopeId }: Omit<StoredSetting, 'value'>): Promise<void> {
    await this.db('configuration').where({ name, scope, scopeId }).delete();
  }

  /** Stores the value only if there is none yet; false if there was one. */
  async insertIfAbsent(setting: StoredSetting): Promise<boolean> {
    try {
      await this.db('configuration').insert(setting);
      return true;
    } catch (error) {
      if (isDuplicate(error)) return false;
      throw error;
    }
  }
}
