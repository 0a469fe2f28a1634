import { ProviderError } from '../../../../src/provider/index.js';
import { pause } from '../https-client.js';
import type { EmClient } from './client.js';
import { TASK, type Task } from './entities.js';

const FIRST_LOOK_MS = 50;

/** How often, and how many times at most, something is looked at that is about to happen. */
export interface Pace {
  readonly intervalMs: number;
  readonly looks: number;
}

/** Looks until there is something to see, soon at first and then at the pace; undefined when there was nothing in all that time. */
export async function lookFor<T>(
  { intervalMs, looks }: Pace,
  look: () => Promise<T | undefined>,
  signal: AbortSignal,
): Promise<T | undefined> {
  for (let taken = 0; taken < looks; taken++) {
    const seen = await look();
    if (seen !== undefined) return seen;
    await pause(Math.min(FIRST_LOOK_MS * 2 ** taken, intervalMs), signal);
  }
  return undefined;
}

/** What comes after something has been begun: a failure here is no longer one that has left everything as it was. */
export async function afterwards<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ProviderError('unknown', `${what}: Veeam has accepted it, and what became of it is not known: ${why}`, cause);
  }
}

/** Changes something, and waits until Enterprise Manager has done it. */
export class Tasks {
  constructor(
    private readonly em: EmClient,
    private readonly pace: Pace,
  ) {}

  /** Answers the task that has made the change, with what came of it; undefined when there was nothing to be done. */
  async carryOut(method: 'POST' | 'DELETE', path: string, signal: AbortSignal, body?: string): Promise<Task | undefined> {
    const what = `${method} ${path}`;
    const task = await this.em.change(method, path, signal, body);
    if (!task) return undefined;
    const ended = task.isFinished ? this.successful(task, what) : await this.outcome(task.id, what, signal);
    if (ended) return ended;
    throw new ProviderError('unknown', `${what}: Enterprise Manager has forgotten its ${task.id}`);
  }

  /** The task once it has done what was asked, which may be long ago; undefined when Enterprise Manager has forgotten it. */
  async outcome(id: string, what: string, signal: AbortSignal): Promise<Task | undefined> {
    const look = async () => {
      const task = await this.em.find(`tasks/${encodeURIComponent(id)}`, TASK, signal);
      if (!task) return 'forgotten';
      return task.isFinished ? task : undefined;
    };
    const seen = await afterwards(what, () => lookFor(this.pace, look, signal));
    if (!seen) throw new ProviderError('unknown', `${what}: ${id} of Enterprise Manager does not come to an end`);
    return seen === 'forgotten' ? undefined : this.successful(seen, what);
  }

  private successful(task: Task, what: string): Task {
    if (task.isSuccessful) return task;
    throw new ProviderError('rejected', `${what}: ${this.em.showable(task.message) || 'Enterprise Manager does not say why it failed'}`);
  }
}
