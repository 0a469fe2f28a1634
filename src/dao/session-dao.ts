import type { Knex } from 'knex';

/** A login; kept here so that any server knows it. Only hashes: who reads this table cannot take a session over. */
export interface Session {
  id: number;
  tokenHash: string;
  sessionKeyHash: string;
  userId: number;
  created: Date;
  lastUsed: Date;
}

export class SessionDao {
  constructor(private readonly db: Knex) {}

  async insert(session: Omit<Session, 'id'>): Promise<void> {
    await this.db('session').insert(session);
  }

  findByToken(tokenHash: string): Promise<Session | undefined> {
    return this.db('session').where({ tokenHash }).first();
  }

  async touch(id: number, lastUsed: Date): Promise<void> {
    await this.db('session').where({ id }).update({ lastUsed });
  }

  /** False if there was no such session. */
  async delete(tokenHash: string): Promise<boolean> {
    return (await this.db('session').where({ tokenHash }).delete()) > 0;
  }

  async deleteByUser(userId: number): Promise<void> {
    await this.db('session').where({ userId }).delete();
  }

  /** Ends the logins of all users of the account. */
  async deleteByAccount(accountId: number): Promise<void> {
    await this.db('session').whereIn('userId', this.db('user').where({ accountId }).select('id')).delete();
  }

  async deleteUnusedSince(lastUsed: Date): Promise<void> {
    await this.db('session').where('lastUsed', '<', lastUsed).delete();
  }
}
