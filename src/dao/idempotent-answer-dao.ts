import type { Knex } from 'knex';
import { removeInBatches } from './batches.js';

/** A command that was carried out at once, by the key under which an account has asked for it. */
export interface IdempotentAnswer {
  accountId: number;
  idempotencyKey: string;
  command: string;
  /** Of the parameters. */
  digest: string;
  /** The uuid of what was changed or made; null if the command did not say. */
  about: string | null;
  /** Sealed; null until it is known. */
  answer: string | null;
  created: Date;
}

/** What accounts were answered under keys of their own. */
export class IdempotentAnswerDao {
  constructor(private readonly db: Knex) {}

  /** Fails with a duplicate key if the account has used the key. */
  async insert(answer: IdempotentAnswer): Promise<void> {
    await this.db('idempotent_answer').insert(answer);
  }

  find(accountId: number, idempotencyKey: string): Promise<IdempotentAnswer | undefined> {
    return this.db('idempotent_answer').where({ accountId, idempotencyKey }).first();
  }

  async setAnswer(accountId: number, idempotencyKey: string, answer: string): Promise<void> {
    await this.db('idempotent_answer').where({ accountId, idempotencyKey }).update({ answer });
  }

  deleteBefore(created: Date, signal: AbortSignal): Promise<void> {
    return removeInBatches(this.db, 'idempotent_answer', this.db('idempotent_answer').where('created', '<', created), signal);
  }
}
