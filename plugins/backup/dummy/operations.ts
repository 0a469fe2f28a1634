import { setTimeout as sleep } from 'node:timers/promises';
import { ProviderError, type Operation, type PluginHost } from '../../../src/provider/index.js';
import { Records } from './records.js';
import type { Method, Script } from './script.js';

/** The longest time between two looks at the clock. */
const SLICE_MS = 50;

/** What is remembered of an operation, for ever. */
interface OperationRecord {
  readonly method: Method;
  readonly subject: string;
  readonly startedAt: string;
  readonly finishesAt: string;
  /** How often it was begun; a call that joins it does not begin it. */
  readonly runs: number;
  /** What it will answer; decided when it begins, so that every call that joins answers the same. */
  readonly outcome: unknown;
  readonly done: boolean;
}

/** An operation to carry out. */
export interface Work<T> {
  readonly method: Method;
  /** What is worked on; the same operation cannot work on something else. */
  readonly subject: string;
  readonly lastsMs: number;
  /** Checks the request and decides the outcome, before anything is recorded. */
  plan(startedAt: Date): Promise<T>;
  /** Makes the outcome true. It is called again after a crash, and by two servers at once, and then changes nothing. */
  carryOut(outcome: T): Promise<void>;
}

/** Operations that outlive the server: the first call records one, and every call with the same id waits for that. */
export class Operations {
  private readonly records: Records<OperationRecord>;

  constructor(
    private readonly host: PluginHost,
    private readonly script: Script,
  ) {
    this.records = new Records(host.store, 'operation/');
  }

  /** Carries the work out once for its operation id and method, and answers its outcome. */
  async run<T>(operation: Operation, work: Work<T>, signal: AbortSignal): Promise<T> {
    this.script.reach(work.method, 1);
    giveUpIfAborted(signal, operation);
    // The server may use one id for the several calls of one job, so the method is part of the name.
    const id = `${operation.operationId}/${work.method}`;
    const record = await this.begin(id, work);
    if (!record.done) {
      this.script.reach(work.method, 2);
      await this.wait(record, operation, signal);
      await work.carryOut(record.outcome as T);
      await this.records.change(id, (present) => (present?.done ? present : { ...(present ?? record), done: true }));
    }
    this.script.reach(work.method, 3);
    return record.outcome as T;
  }

  private async begin<T>(id: string, work: Work<T>): Promise<OperationRecord> {
    const record = (await this.records.get(id)) ?? (await this.records.add(id, await this.first(work)));
    if (record.subject === work.subject) return record;
    throw new ProviderError('rejected', `the operation ${id} was begun for ${record.subject}, not for ${work.subject}`);
  }

  private async first<T>({ method, subject, lastsMs, plan }: Work<T>): Promise<OperationRecord> {
    const startedAt = this.host.now();
    const finishesAt = new Date(startedAt.getTime() + lastsMs).toISOString();
    const outcome = await plan(startedAt);
    return { method, subject, startedAt: startedAt.toISOString(), finishesAt, runs: 1, outcome, done: false };
  }

  private async wait({ method, startedAt, finishesAt }: OperationRecord, operation: Operation, signal: AbortSignal) {
    const reference = `${method}-${operation.operationId}`;
    const [start, end] = [Date.parse(startedAt), Date.parse(finishesAt)];
    for (let told = -1; ;) {
      giveUpIfAborted(signal, operation);
      const now = this.host.now().getTime();
      const percent = now >= end ? 100 : Math.max(0, Math.floor((100 * (now - start)) / (end - start)));
      if (percent > told) await operation.report({ reference, percent });
      if (now >= end) return;
      told = Math.max(told, percent);
      // An abort ends the sleep early; the look at the signal is at the top.
      await sleep(Math.min(end - now, SLICE_MS), undefined, { signal }).catch(() => undefined);
    }
  }
}

function giveUpIfAborted(signal: AbortSignal, { operationId }: Operation): void {
  if (signal.aborted) {
    throw new ProviderError('temporary', `gave up waiting for the operation ${operationId}`, signal.reason);
  }
}
