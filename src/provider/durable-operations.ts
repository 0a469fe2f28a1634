import { setTimeout as sleep } from 'node:timers/promises';
import type { Operation, Progress } from './operation.js';
import type { PluginHost } from './plugin.js';
import { ProviderError } from './provider-error.js';
import { Records } from './records.js';

/** The longest time between two looks at the clock. */
const SLICE_MS = 50;

/** What is remembered of an operation, for ever. */
interface OperationRecord {
  readonly subject: string;
  readonly startedAt: string;
  readonly finishesAt: string;
  /** What was decided when it began, such as the identities of the volumes that it makes. */
  readonly plan: unknown;
  /** What it has answered; absent until the work is done. */
  readonly outcome?: unknown;
}

/** An operation to carry out. Plan and outcome are plain data: what JSON can hold. */
export interface DurableWork<P, R> {
  /** The method of the contract. */
  readonly method: string;
  /** What is worked on; the same operation cannot work on something else. */
  readonly subject: string;
  readonly lastsMs?: number;
  /** The bytes that it moves in that time, and what it is called meanwhile, for those who watch it. */
  readonly totalBytes?: number;
  readonly stage?: string;
  /** Checks the request and decides what must be decided once, before anything is recorded. */
  plan(startedAt: Date): Promise<P>;
  /** Does the work. It is called again after a crash, goes on from where it was, and ends with the same. */
  carryOut(plan: P): Promise<R>;
}

/**
 * For plugins whose outside system does not remember operations itself: the first call records one in the plugin's store, and every
 * later call with the same id and method joins it and answers its outcome.
 */
export class DurableOperations {
  private readonly records: Records<OperationRecord>;

  constructor(private readonly host: PluginHost) {
    this.records = new Records(host.store, 'operation/');
  }

  /** Carries the work out once for its operation id and method, and answers its outcome. */
  async run<P, R>(operation: Operation, work: DurableWork<P, R>, signal: AbortSignal): Promise<R> {
    giveUpIfAborted(signal, operation);
    const id = `${operation.operationId}/${work.method}`;
    const record = await this.begin(id, work);
    if (record.outcome !== undefined) return record.outcome as R;
    await this.wait(record, operation, (percent) => toldOf(work, id, percent), signal);
    const outcome = await work.carryOut(record.plan as P);
    const ended = await this.records.change(id, (present) => (present?.outcome === undefined ? { ...record, outcome } : present));
    return ended.outcome as R;
  }

  private async begin<P, R>(id: string, work: DurableWork<P, R>): Promise<OperationRecord> {
    const record = (await this.records.get(id)) ?? (await this.records.add(id, await this.first(work)));
    if (record.subject === work.subject) return record;
    throw new ProviderError('rejected', `the operation ${id} was begun for ${record.subject}, not for ${work.subject}`);
  }

  private async first<P, R>({ subject, lastsMs = 0, plan }: DurableWork<P, R>): Promise<OperationRecord> {
    const startedAt = this.host.now();
    const finishesAt = new Date(startedAt.getTime() + lastsMs).toISOString();
    return { subject, startedAt: startedAt.toISOString(), finishesAt, plan: await plan(startedAt) };
  }

  private async wait(
    { startedAt, finishesAt }: OperationRecord,
    operation: Operation,
    told: (percent: number) => Progress,
    signal: AbortSignal,
  ) {
    const [start, end] = [Date.parse(startedAt), Date.parse(finishesAt)];
    for (let last = -1; ;) {
      giveUpIfAborted(signal, operation);
      const now = this.host.now().getTime();
      const percent = now >= end ? 100 : Math.max(0, Math.floor((100 * (now - start)) / (end - start)));
      if (percent > last) await operation.report(told(percent));
      if (now >= end) return;
      last = Math.max(last, percent);
      // An abort ends the sleep early; the look at the signal is at the top.
      await sleep(Math.min(end - now, SLICE_MS), undefined, { signal }).catch(() => undefined);
    }
  }
}

/** What is told of work of which so much is done. */
const toldOf = (
  { totalBytes, stage }: Pick<DurableWork<unknown, unknown>, 'totalBytes' | 'stage'>,
  reference: string,
  percent: number,
): Progress => ({
  reference,
  percent,
  ...(totalBytes === undefined ? {} : { doneBytes: Math.floor((totalBytes * percent) / 100), totalBytes }),
  ...(stage === undefined ? {} : { stage }),
});

function giveUpIfAborted(signal: AbortSignal, { operationId }: Operation): void {
  if (signal.aborted) {
    throw new ProviderError('temporary', `gave up waiting for the operation ${operationId}`, signal.reason);
  }
}
