import { randomUUID } from 'node:crypto';
import { leftNothingDone, ProviderError, Records } from '../../../src/provider/index.js';
import type { Operation, PluginHost } from '../../../src/provider/index.js';
import { givenUp } from './failures.js';
import { Forgetting } from './forgetting.js';
import { OPERATIONS, renewed, type OperationRecord } from './operation-record.js';
import { SessionFailed, type SessionFollower } from './session-follower.js';
import type { Run, Transport } from './transport.js';

/** An operation that is one session at Veeam. Plan and outcome are plain data. */
export interface SessionWork<P, R> {
  /** Names it, together with the operation's id. */
  readonly method: string;
  /** What is worked on; the same operation cannot work on something else. */
  readonly subject: string;
  /** What it is called meanwhile. */
  readonly stage: string;
  /** Checks the request and decides what must be decided once, before anything is recorded. */
  plan(): Promise<P>;
  run(plan: P): Run;
  /** Starts it, and answers the start, as the transport does. Under this signal: a start may not take for ever. */
  start(plan: P, signal: AbortSignal): Promise<string>;
  /** What came of a session that has ended well. It is called again after a crash. */
  finish(plan: P, session: string): Promise<R>;
}

/** What is left of an operation that nobody wants any more. */
export interface Cancelled {
  readonly plan?: unknown;
  /** The session that it has started, which may still run. */
  readonly session?: string;
  readonly outcome?: unknown;
}

/** A request that was cut off may still arrive. */
const GRACE_MS = 5000;

/** How an operation is started. */
interface Starter {
  readonly run: Run;
  start(signal: AbortSignal): Promise<string>;
}

/** Carries out operations in sessions of Veeam, one session for each, whoever asks and however often this server dies over it. */
export class SessionOperations {
  private readonly records: Records<OperationRecord>;
  private readonly forgetting: Forgetting;

  constructor(
    private readonly host: PluginHost,
    private readonly follower: SessionFollower,
    /** How long all the requests of a start may take together. */
    private readonly startMs: number,
  ) {
    this.records = new Records(host.store, OPERATIONS);
    this.forgetting = new Forgetting(host);
  }

  /** Carries the work out once for its operation id and method, and answers its outcome. */
  async run<P, R>(transport: Transport, operation: Operation, work: SessionWork<P, R>, signal: AbortSignal): Promise<R> {
    if (signal.aborted) throw givenUp(signal);
    const id = `${operation.operationId}/${work.method}`;
    const record = wanted(id, (await this.records.get(id)) ?? (await this.begin(transport, id, work, signal)));
    if (record.subject !== work.subject) {
      throw new ProviderError('rejected', `the operation ${id} was begun for ${record.subject}, not for ${work.subject}`);
    }
    if (record.outcome !== undefined) return record.outcome as R;
    if (record.failure !== undefined) throw new SessionFailed(record.failure);
    const plan = record.plan as P;
    const session = await this.sessionOf(transport, id, { run: work.run(plan), start: (limited) => work.start(plan, limited) }, signal);
    await this.follower.follow(transport, session, operation, work.stage, signal).catch((error: unknown) => this.failed(id, error));
    const outcome = await work.finish(plan, session).catch((error: unknown) => this.finishedByOther<R>(id, error));
    const ended = await this.records.change(id, (present = record) => (present.outcome === undefined ? { ...present, outcome } : present));
    return wanted(id, ended).outcome as R;
  }

  /** Has the operation end without an outcome for anybody, also if it comes only now; answers what there is of it. `canceller` waits for that. */
  async cancel(
    transport: Transport,
    { operationId, method, run }: Pick<SessionWork<unknown, unknown>, 'method' | 'run'> & Pick<Operation, 'operationId'>,
    canceller: Operation,
    signal: AbortSignal,
  ): Promise<Cancelled> {
    const id = `${operationId}/${method}`;
    const record = await this.records.change(id, (present) => {
      if (present?.isCancelled && present.overSince === undefined) return present;
      return { ...renewed(present ?? { subject: '', plan: null, before: null }), isCancelled: true };
    });
    if (record.session !== undefined || record.claim === undefined) return record;
    if (record.begun !== undefined) return { ...record, ...(await startedBy(transport, record.begun, run(record.plan), signal)) };
    const session = await this.awaitStarted(transport, id, run(record.plan), canceller, signal);
    return session === undefined ? record : { ...record, session };
  }

  /** The session of a start that nobody will record, which may be on its way for as long as it is claimed; undefined if none has come. */
  private async awaitStarted(
    transport: Transport,
    id: string,
    run: Run,
    canceller: Operation,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    for (let looks = 0; ; looks++) {
      const record = await this.records.get(id);
      const now = this.host.now().toISOString();
      const session = record && (await this.findStarted(transport, record, run, signal));
      // A start that has come to nothing is claimed no more.
      if (session !== undefined || !record?.claim || record.claim.until <= now) return session;
      await canceller.report({ stage: 'waiting for what was started' });
      await this.follower.pause(looks, signal);
    }
  }

  /** Remembers a session that did not end well: the operation is over then, too. */
  private async failed(id: string, error: unknown): Promise<never> {
    if (error instanceof SessionFailed) await this.records.changePresent(id, (present) => ({ ...present, failure: error.message }));
    throw error;
  }

  /** The outcome that somebody else has recorded, and gone on from, so that there is nothing left to finish. */
  private async finishedByOther<R>(id: string, error: unknown): Promise<R> {
    const outcome = (await this.records.get(id))?.outcome;
    if (outcome === undefined) throw error;
    return outcome as R;
  }

  private async begin<P, R>(transport: Transport, id: string, work: SessionWork<P, R>, signal: AbortSignal): Promise<OperationRecord> {
    const plan = await work.plan();
    const [before = null] = await transport.recentSessions(work.run(plan), signal);
    await this.forgetting.daily();
    return this.records.add(id, { subject: work.subject, plan, before });
  }

  /** The session of the operation: the one that is recorded or else found again, or one that is started now. */
  private async sessionOf(transport: Transport, id: string, starter: Starter, signal: AbortSignal): Promise<string> {
    const me = randomUUID();
    for (let looks = 0; ; looks++) {
      const record = wanted(id, await this.records.get(id));
      if (record.session !== undefined) return record.session;
      if (record.begun !== undefined) return this.sessionAfter(transport, id, { run: starter.run, begun: record.begun }, signal);
      const found = record.claim && (await this.findStarted(transport, record, starter.run, signal));
      if (found !== undefined) return this.record(id, found);
      if (await this.claim(id, me, transport)) return this.startClaimed(transport, { id, me }, starter, signal);
      await this.follower.pause(looks, signal);
    }
  }

  /** The session of a start that nobody has recorded: the first that is newer than the last one before, and of no other operation. */
  private async findStarted(transport: Transport, { before }: OperationRecord, run: Run, signal: AbortSignal): Promise<string | undefined> {
    const recent = await transport.recentSessions(run, signal);
    const newer = before !== null && recent.includes(before) ? recent.slice(0, recent.indexOf(before)) : recent;
    if (newer.length === 0) return undefined;
    const recorded = new Set<string>();
    for await (const page of this.records.pages()) for (const { begun = '', session = begun } of page) recorded.add(idOf(session));
    return newer.filter((session) => !recorded.has(idOf(session))).at(-1);
  }

  /** Good for longer than a start can be under way, or accepted and not to be seen yet. */
  private async claim(id: string, me: string, { shownAfterMs }: Transport): Promise<boolean> {
    const now = this.host.now();
    const until = new Date(now.getTime() + this.startMs + GRACE_MS + shownAfterMs).toISOString();
    const record = await this.records.change(id, (present) => {
      if (!present || present.isCancelled || present.session !== undefined || present.begun !== undefined) return present;
      if (present.claim && present.claim.until > now.toISOString()) return present;
      return { ...renewed(present), claim: { by: me, until } };
    });
    return record?.claim?.by === me && record.session === undefined && record.begun === undefined;
  }

  private async startClaimed(
    transport: Transport,
    { id, me }: { readonly id: string; readonly me: string },
    { run, start }: Starter,
    signal: AbortSignal,
  ): Promise<string> {
    const limited = AbortSignal.any([signal, AbortSignal.timeout(this.startMs)]);
    const started = await start(limited).catch((error: unknown) => this.free(id, error, ({ claim }) => claim?.by === me));
    const record = await this.records.change(id, (present) =>
      present && !present.isCancelled && present.session === undefined && present.begun === undefined
        ? { ...present, begun: started }
        : present,
    );
    // Whoever cancelled it could not know of the session.
    if (!record || record.isCancelled) await transport.stop(await transport.sessionOf(started, run, signal), signal);
    const { session, begun = started } = wanted(id, record);
    return session ?? this.sessionAfter(transport, id, { run, begun }, signal);
  }

  private async sessionAfter(
    transport: Transport,
    id: string,
    { run, begun }: { readonly run: Run; readonly begun: string },
    signal: AbortSignal,
  ): Promise<string> {
    const session = await transport
      .sessionOf(begun, run, signal)
      .catch((error: unknown) => this.free(id, error, (present) => present.begun === begun));
    return this.record(id, session);
  }

  /** Lets the operation be started again after a start that has come to nothing. */
  private async free(id: string, error: unknown, isThis: (present: OperationRecord) => boolean): Promise<never> {
    if (leftNothingDone(error)) {
      await this.records.changePresent(id, (present) => {
        const { claim: _, begun: __, ...unclaimed } = present;
        return isThis(present) ? unclaimed : present;
      });
    }
    throw error;
  }

  private async record(id: string, session: string): Promise<string> {
    const record = await this.records.change(id, (present) =>
      present && !present.isCancelled && present.session === undefined ? { ...present, session } : present,
    );
    return wanted(id, record).session ?? session;
  }
}

/** The end of the reference of a session, which is the same whichever API names it. */
const idOf = (session: string): string => session.slice(session.lastIndexOf('/') + 1);

/** The record of an operation whose outcome somebody still wants. */
function wanted(id: string, record: OperationRecord | undefined): OperationRecord {
  if (!record || record.isCancelled) throw new ProviderError('not_found', `the operation ${id} was given up`);
  return record;
}

/** The session that came of the start; none if that has come to nothing. */
async function startedBy(transport: Transport, begun: string, run: Run, signal: AbortSignal): Promise<Pick<Cancelled, 'session'>> {
  try {
    return { session: await transport.sessionOf(begun, run, signal) };
  } catch (error) {
    if (leftNothingDone(error)) return {};
    throw error;
  }
}
