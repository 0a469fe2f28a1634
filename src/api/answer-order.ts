import { setTimeout as pause } from 'node:timers/promises';
import type { CommandSpec } from './command.js';

/** An answer waits so long for those that it must not overtake: a client that does not read them only hurts itself. */
const PATIENCE_MS = 30_000;

/** A request whose answer has not been sent. */
interface Awaited {
  readonly name: string;
  readonly sent: Promise<unknown>;
}

/** Keeps answers of one session in order where a command says so: it is sent after those to requests that arrived earlier. */
export class AnswerOrder {
  /** By session; there is no more in it than is being answered. */
  private readonly awaited = new Map<string, Set<Awaited>>();

  constructor(private readonly patienceMs = PATIENCE_MS) {}

  /** Takes note of a request of the sessions that arrives now; resolves when its answer may be sent. `sent` resolves when that is done. */
  async enter(sessions: readonly string[], { name, after = [] }: CommandSpec, sent: Promise<unknown>): Promise<void> {
    const earlier = sessions.flatMap((session) => [...(this.awaited.get(session) ?? [])]).filter((other) => after.includes(other.name));
    for (const session of sessions) this.remember(session, { name, sent });
    if (earlier.length > 0) await this.withPatience(earlier.map((other) => other.sent));
  }

  private remember(session: string, request: Awaited): void {
    const all = this.awaited.get(session) ?? new Set();
    this.awaited.set(session, all.add(request));
    void request.sent.then(() => {
      all.delete(request);
      if (all.size === 0) this.awaited.delete(session);
    });
  }

  private async withPatience(sent: readonly Promise<unknown>[]): Promise<void> {
    const done = new AbortController();
    const late = pause(this.patienceMs, undefined, { ref: false, signal: done.signal }).catch(() => undefined);
    await Promise.race([Promise.all(sent), late]);
    done.abort();
  }
}
