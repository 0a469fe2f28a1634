import { randomUUID } from 'node:crypto';

export type FakeResult = 'None' | 'Success' | 'Warning' | 'Failed';

export interface FakeSession {
  readonly id: string;
  readonly kind: 'Job' | 'RestoreVm' | 'FirstClassDiskInstantRestore' | 'QuickMigration' | 'InfrastructureItemDeletion';
  readonly name: string;
  readonly jobId?: string;
  /** Who has started it. */
  readonly initiatedBy: string;
  readonly createdAt: Date;
  state: 'Starting' | 'Working' | 'Stopped';
  percent: number;
  result: FakeResult;
  message: string;
  /** Lines of its log. */
  log: { readonly status: 'Succeeded' | 'Warning' | 'Failed'; readonly title: string }[];
  endedAt?: Date;
}

/** How the sessions to come go. */
export interface SessionScript {
  lastsMs: number;
  neverStarts: boolean;
  result: 'Success' | 'Warning' | 'Failed';
  message: string;
  /** The titles of log lines with an error. */
  errors: readonly string[];
  /** The kind that goes so; the others go well at once. Absent: all. */
  only?: FakeSession['kind'];
}

const WELL: SessionScript = { lastsMs: 0, neverStarts: false, result: 'Success', message: '', errors: [] };

interface Running {
  readonly session: FakeSession;
  script: SessionScript;
  readonly effect: (session: FakeSession) => void;
}

/** Sessions that end when the clock has come to it, and only then have their effect. */
export class FakeSessions {
  readonly all: FakeSession[] = [];
  readonly script: SessionScript = { ...WELL };
  /** Who starts them from now on. */
  initiator = 'VBR\\Stackvault';
  private running: Running[] = [];

  constructor(private readonly now: () => Date) {}

  start(about: Pick<FakeSession, 'kind' | 'name' | 'jobId'> & Partial<FakeSession>, effect: (session: FakeSession) => void): FakeSession {
    const begun = { state: 'Starting', percent: 0, result: 'None', message: '', log: [] } as const;
    const session: FakeSession = { id: randomUUID(), createdAt: this.now(), initiatedBy: this.initiator, ...about, ...begun, log: [] };
    this.all.push(session);
    const { only = about.kind } = this.script;
    this.running.push({ session, script: only === about.kind ? { ...this.script } : WELL, effect });
    this.settle();
    return session;
  }

  /** The session as it is now. */
  find(id: string): FakeSession | undefined {
    this.settle();
    return this.all.find((session) => session.id === id);
  }

  /** Those that run now. */
  active(): FakeSession[] {
    this.settle();
    return this.running.map(({ session }) => session);
  }

  stop(id: string): void {
    const stopped = this.running.find(({ session }) => session.id === id);
    if (stopped) this.end(stopped.session, 'Failed', 'Operation was canceled by user');
  }

  /** Lets everything start that would never, and end at once. */
  goOn(): void {
    for (const each of this.running) each.script = WELL;
  }

  /** Brings every session to where it is by now. */
  settle(): void {
    for (const { session, script, effect } of [...this.running]) {
      const sinceMs = this.now().getTime() - session.createdAt.getTime();
      if (script.neverStarts) continue;
      if (sinceMs < script.lastsMs) {
        session.state = 'Working';
        session.percent = Math.floor((100 * sinceMs) / script.lastsMs);
        continue;
      }
      this.finish(session, script, effect);
    }
  }

  private finish(session: FakeSession, script: SessionScript, effect: (session: FakeSession) => void): void {
    if (script.result === 'Failed') {
      session.log = script.errors.map((title) => ({ status: 'Failed', title }));
      return this.end(session, 'Failed', script.message);
    }
    try {
      effect(session);
      this.end(session, script.result, script.message);
    } catch (error) {
      this.end(session, 'Failed', (error as Error).message);
    }
  }

  private end(session: FakeSession, result: FakeResult, message: string): void {
    this.running = this.running.filter((each) => each.session !== session);
    Object.assign(session, {
      state: 'Stopped',
      percent: result === 'Failed' ? session.percent : 100,
      result,
      message,
      endedAt: this.now(),
    });
  }
}
