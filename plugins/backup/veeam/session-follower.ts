import { ProviderError, type Operation, type PluginHost } from '../../../src/provider/index.js';
import { givenUp } from './failures.js';
import { pause } from './https-client.js';
import type { Session, Transport } from './transport.js';

const FIRST_PAUSE_MS = 100;
/** More is not shown of what an operation is doing. */
const LONGEST_STAGE = 64;

export interface FollowerLimits {
  /** The longest time between two looks; the first ones are sooner. */
  readonly pauseMs: number;
  /** How long a session may take to start. */
  readonly startMs: number;
  /** How long it may show no progress. */
  readonly stallMs: number;
}

/** The session has ended, and not well: it will never be otherwise. */
export class SessionFailed extends ProviderError {
  constructor(message: string) {
    super('rejected', message);
  }
}

/** Watches sessions until they are over, however long that is as long as they advance. */
export class SessionFollower {
  constructor(
    private readonly host: PluginHost,
    private readonly limits: FollowerLimits,
  ) {}

  /**
   * Waits for the end of the session; throws if it does not end well. One that does not start is told to stop, and judged by its end
   * like any other: until then it may still do something.
   */
  async follow(transport: Transport, session: string, operation: Operation, stage: string, signal: AbortSignal): Promise<void> {
    let [changedAt, percent, state] = [this.host.now().getTime(), -1, 'Starting'];
    let halt: Halt = { isTold: false, doubt: '' };
    for (let looks = 0; ; looks++) {
      const seen = await transport.look(session, signal);
      const now = this.host.now().getTime();
      if (seen.percent > percent || seen.state !== state) changedAt = now;
      [percent, state] = [Math.max(percent, seen.percent), seen.state];
      await operation.report({ reference: session, percent: Math.max(0, percent), stage: stageOf(stage, seen) });
      if (seen.state === 'Stopped') return this.judge(session, seen, halt);
      if (state === 'Starting' && !halt.isTold && now - changedAt >= this.limits.startMs) {
        halt = await tellToStop(transport, session, signal);
        if (halt.isTold) changedAt = now;
      }
      if (now - changedAt >= this.limits.stallMs) throw this.stalled(session, halt);
      await this.pause(looks, signal);
    }
  }

  /** Waits before the next look, longer each time. */
  async pause(looks: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) throw givenUp(signal);
    await pause(Math.min(this.limits.pauseMs, FIRST_PAUSE_MS * 2 ** Math.min(looks, 20)), signal);
  }

  /** Has the session stop, and waits until it has. */
  async stop(transport: Transport, session: string, signal: AbortSignal): Promise<Session> {
    await transport.stop(session, signal);
    for (let looks = 0; ; looks++) {
      const seen = await transport.look(session, signal);
      if (seen.state === 'Stopped') return seen;
      await this.pause(looks, signal);
    }
  }

  private judge(session: string, { result, message = '' }: Session, { isTold }: Halt): void {
    const said = message === '' ? 'it does not say why' : message;
    const why = isTold ? `it did not start within ${this.limits.startMs / 1000} s, and was told to stop; ${said}` : said;
    if (result === 'Failed') throw new SessionFailed(`session ${session} failed: ${why}`);
    if (result === 'Warning') this.host.log('warn', 'a session of Veeam ended with a warning', { session, warning: said });
  }

  private stalled(session: string, { doubt }: Halt): ProviderError {
    const about = `session ${session} has shown no progress for ${this.limits.stallMs / 1000} s; it may still be running`;
    return new ProviderError('unknown', doubt === '' ? about : `${about}: ${doubt}`);
  }
}

/** What is told of it; the last that is told of a job stays to be seen, so that a warning is not only in the log. */
function stageOf(stage: string, { result, message = '' }: Session): string {
  const told = result === 'Warning' ? `${stage}, with a warning: ${message}` : stage;
  return told.length > LONGEST_STAGE ? `${told.slice(0, LONGEST_STAGE - 1)}…` : told;
}

/** Whether a session was told to stop, or what speaks against it. */
interface Halt {
  readonly isTold: boolean;
  readonly doubt: string;
}

/** Not every session can be stopped, and then it goes on. */
async function tellToStop(transport: Transport, session: string, signal: AbortSignal): Promise<Halt> {
  try {
    await transport.stop(session, signal);
    return { isTold: true, doubt: '' };
  } catch (error) {
    if (error instanceof ProviderError) return { isTold: false, doubt: error.message };
    throw error;
  }
}
