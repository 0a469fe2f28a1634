import { Abandoned, forever } from '../abandoned.js';
import { insideTransaction, proveFence } from '../dao/database.js';
import type { Log, LogFields } from '../log.js';
import { ProviderError, type Operation } from '../provider/index.js';
import { asHost, HostFailed } from './host-failed.js';

export interface Patience {
  /** For a call that answers a question. */
  readonly answerMs: number;
  /** For an operation, between two reports of progress. */
  readonly stallMs: number;
}

/** The methods whose result is read page by page. */
const PAGED: ReadonlySet<string> = new Set(['listBackups', 'listMachines']);

/** Throws for what cannot be the answer of a method, or one page of it; the request is the method's first argument. */
export type AnswerCheck = (method: string, answer: unknown, request?: unknown) => void;

/**
 * Wraps a plugin's provider or source: time limits, answers that are checked, one log line a call, `ProviderError` as the only failure
 * but for the server's own, and never inside a transaction. A call that is abandoned never ends.
 */
export function supervise<T extends object>(name: string, target: T, patience: () => Patience, check: AnswerCheck, log: Log): T {
  return new Proxy(target, {
    get(object, method) {
      const member = Reflect.get(object, method) as unknown;
      if (typeof member !== 'function' || typeof method !== 'string') return member;
      const invoke = (args: readonly unknown[]): unknown => Reflect.apply(member, object, args);
      return (...args: unknown[]) => {
        const call = new SupervisedCall(`${name}.${method}`, args, patience(), (answer) => check(method, answer, args[0]), log);
        return PAGED.has(method) ? call.pages(invoke) : call.once(invoke);
      };
    },
  });
}

class SupervisedCall {
  private readonly started = performance.now();
  private readonly late = new AbortController();
  private readonly outer: AbortSignal;
  private readonly signal: AbortSignal;
  private readonly args: readonly unknown[];
  private readonly limitMs: number;
  private readonly about: LogFields;
  private timer: NodeJS.Timeout | undefined;
  private isOver = false;

  constructor(
    private readonly what: string,
    args: readonly unknown[],
    patience: Patience,
    private readonly check: (answer: unknown) => void,
    private readonly log: Log,
  ) {
    this.outer = args.at(-1) as AbortSignal;
    this.signal = AbortSignal.any([this.outer, this.late.signal]);
    this.limitMs = isOperation(args[0]) ? patience.stallMs : patience.answerMs;
    this.about = { call: what, ...(isOperation(args[0]) ? { operation: args[0].operationId } : {}) };
    this.args = [...args.slice(0, -1).map((arg) => (isOperation(arg) ? this.watched(arg) : arg)), this.signal];
  }

  async once(invoke: (args: readonly unknown[]) => unknown): Promise<unknown> {
    this.refuseTransaction();
    // A server that was out for so long that it lost the job must not begin anything for it.
    if (isOperation(this.args[0])) await proveFence();
    try {
      const result = await this.limited(async () => invoke(this.args));
      this.check(result);
      this.log('info', 'provider call', { ...this.about, ms: this.elapsed() });
      return result;
    } catch (error) {
      throw await this.failed(error);
    } finally {
      this.isOver = true;
    }
  }

  async *pages(invoke: (args: readonly unknown[]) => unknown): AsyncGenerator<unknown> {
    this.refuseTransaction();
    let iterator: AsyncIterator<unknown> | undefined;
    try {
      iterator = (invoke(this.args) as AsyncIterable<unknown>)[Symbol.asyncIterator]();
      for (;;) {
        const page = await this.limited(iterator.next.bind(iterator));
        if (page.done) break;
        this.check(page.value);
        yield page.value;
      }
      this.log('info', 'provider call', { ...this.about, ms: this.elapsed() });
    } catch (error) {
      throw await this.failed(error);
    } finally {
      this.isOver = true;
      // Not waited for: a plugin that hangs would hang this too.
      void closed(iterator).catch(() => undefined);
    }
  }

  /** The work's result, unless the call is given up first. The clock runs only while the plugin works. */
  private async limited<R>(work: () => Promise<R>): Promise<R> {
    this.signal.throwIfAborted();
    const { promise: givenUp, stop } = whenAborted(this.signal);
    this.arm();
    try {
      return await Promise.race([work(), givenUp]);
    } finally {
      stop();
      clearTimeout(this.timer);
    }
  }

  private arm(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.late.abort(new Error(`no sign of life for ${this.limitMs / 1000} s`)), this.limitMs);
  }

  /** A report of progress is a sign of life. */
  private watched(operation: Operation): Operation {
    return {
      ...operation,
      report: async (progress) => {
        if (this.isOver) return;
        this.arm();
        await asHost(operation.report(progress));
      },
    };
  }

  private async failed(cause: unknown): Promise<ProviderError | HostFailed> {
    this.isOver = true;
    if (this.outer.reason instanceof Abandoned) await forever();
    if (cause instanceof HostFailed) return cause;
    const error = this.asProviderError(cause);
    this.log('warn', 'provider call failed', { ...this.about, fault: error.fault, ms: this.elapsed(), error: cause });
    return error;
  }

  private asProviderError(cause: unknown): ProviderError {
    for (const { aborted, reason } of [this.late.signal, this.outer]) {
      if (aborted) return new ProviderError('unknown', `${this.what}: ${(reason as Error).message}`, cause);
    }
    if (cause instanceof ProviderError) return new ProviderError(cause.fault, `${this.what}: ${cause.message}`, cause);
    // What a plugin throws by accident may hold anything: it goes to the log only.
    return new ProviderError('unknown', `${this.what}: the plugin failed unexpectedly; the log has the cause`, cause);
  }

  private refuseTransaction(): void {
    if (insideTransaction()) throw new Error(`${this.what} was called inside a transaction`);
  }

  private elapsed(): number {
    return Math.round(performance.now() - this.started);
  }
}

/** Closes what nobody reads on; in a promise also what a plugin throws at once. */
const closed = async (iterator: AsyncIterator<unknown> | undefined): Promise<unknown> => iterator?.return?.();

/** A promise that rejects when the signal aborts, until it is told to stop: signals keep what still listens to them. */
function whenAborted(signal: AbortSignal): { promise: Promise<never>; stop: () => void } {
  let stop = (): void => undefined;
  const promise = new Promise<never>((_, reject) => {
    const onAbort = () => reject(signal.reason as Error);
    signal.addEventListener('abort', onAbort, { once: true });
    stop = () => signal.removeEventListener('abort', onAbort);
  });
  return { promise, stop };
}

const isOperation = (value: unknown): value is Operation =>
  typeof value === 'object' && value !== null && typeof (value as Partial<Operation>).report === 'function';
