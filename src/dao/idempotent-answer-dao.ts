import type { Knex } from 'knex';
import { removeInBatches } from './batches.js';

/** A command that changed something or became a job, by the key under which an account has asked for it. */
export interface IdempotentAnswer {
  accountId: number;
  idempotencyKey: string;
  command: string;
  /** Of the parameters. */
  digest: string;
  /** The uuid of what was changed or made, or of the job; null if the command did not say. */
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

  /** Forgets it, and nothing that another request has recorded under the key. */
  async delete({ accountId, idempotencyKey, about, created }: Omit<IdempotentAnswer, 'command' | 'digest' | 'answer'>): Promise<void> {
    await this.db('idempotent_answer').where({ accountId, idempotencyKey, about, created }).delete();
  }

  /** Forgets what was asked for before the moment, but for jobs that are still known. */
  deleteBefore(created: Date, signal: AbortSignal): Promise<void> {
    const isOfJob = this.db('async_job').where('async_job.uuid', this.db.ref('idempotent_answer.about'));
    const old = this.db('idempotent_answer').where('created', '<', created).whereNotExists(isOfJob);
    return removeInBatches(this.db, 'idempotent_answer', old, signal);
  }
}
