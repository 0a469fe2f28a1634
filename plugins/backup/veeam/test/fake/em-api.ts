import { randomUUID } from 'node:crypto';
import { answer, errorAnswer } from './em-answers.js';
import { EmDocuments, USUAL_DIALECT, type Dialect, type FakeTask } from './em-documents.js';
import { JOB_ROUTES } from './em-job-routes.js';
import { ROUTES } from './em-routes.js';
import { element, field } from './em-xml.js';
import type { Estate, FakeRestorePoint } from './estate.js';
import type { FakeAnswer, FakeRequest } from './server.js';
import type { FakeSession } from './sessions.js';

/** What can be said to the fake about how it works. */
export interface EmScript {
  /** How often a task is looked at until it has ended. */
  taskLooks: number;
  /** What a task of this operation fails with. */
  failing: Record<string, string>;
  /** How often a new restore point is looked at until it is ready. */
  readyAfter: number;
  /** How often a query is asked until it shows a session that has just been started. */
  sessionsAfter: number;
}

/** Answers a request whose path matches; undefined when it names something that is not there. */
export type Handler = (api: EmApi, request: FakeRequest, ...ids: string[]) => FakeAnswer | undefined;
export type Route = readonly [RegExp, Handler];

const asUsual = (): EmScript => ({ taskLooks: 1, failing: {}, readyAfter: 0, sessionsAfter: 0 });

/** Enterprise Manager's API over what the estate holds. */
export class EmApi {
  script = asUsual();
  readonly dialect: Dialect = { ...USUAL_DIALECT };
  readonly documents: EmDocuments;
  /** Logon sessions: what a client has to send, and what it closes them by. */
  readonly logons = new Map<string, string>();
  private readonly tasks = new Map<string, FakeTask>();
  private readonly looksLeft = new Map<string, number>();

  constructor(
    readonly estate: Estate,
    private readonly user: { readonly username: string; readonly password: string },
    origin: () => string,
  ) {
    this.documents = new EmDocuments(() => `${origin()}/api`, this.dialect);
  }

  /** Answers a request of this API. */
  readonly handle = (request: FakeRequest): FakeAnswer | undefined => {
    if (!/^\/api(\/(?!v\d|oauth2)|$)/.test(request.path)) return undefined;
    const line = `${request.method} ${request.path.slice('/api/'.length)}`;
    if (line === 'GET ') return versions();
    if (line === 'POST sessionMngr/') return this.logOn(request);
    if (!this.logons.has(request.headers['x-restsvcsessionid'] ?? '')) return errorAnswer(401, 'Unauthorized.');
    this.estate.sessions.settle();
    for (const [pattern, handler] of [...JOB_ROUTES, ...ROUTES]) {
      const found = pattern.exec(line);
      if (found) return handler(this, request, ...found.slice(1)) ?? this.nothing(request);
    }
    return errorAnswer(404, `No such resource: ${line}.`);
  };

  /** Goes on as if it had just been started, with nobody logged on. */
  reset(): void {
    this.script = asUsual();
    Object.assign(this.dialect, USUAL_DIALECT);
    this.logons.clear();
  }

  /** Forgets every logon session, as the server does after a while. */
  forgetLogons(): void {
    this.logons.clear();
  }

  /** Begins a task that does the work at once, and says so later. */
  begin(operation: string, work: () => FakeTask['started'] | void): FakeAnswer {
    const failure = this.script.failing[operation] ?? undefined;
    const started = failure === undefined ? (work() ?? undefined) : undefined;
    const task = {
      id: `task-${this.tasks.size + 1}`,
      operation,
      looksLeft: this.script.taskLooks,
      isSuccessful: failure === undefined,
      message: failure ?? 'Ok',
      ...(started && this.dialect.namesSessions ? { started } : {}),
    };
    this.tasks.set(task.id, task);
    return answer(202, 'Task', ...this.documents.task(task));
  }

  task(id: string): FakeTask | undefined {
    const task = this.tasks.get(id);
    if (task) task.looksLeft--;
    return task;
  }

  /** Whether the restore point is ready when it is looked at now. */
  isReady({ id }: FakeRestorePoint): boolean {
    return this.isSeen(id, this.script.readyAfter);
  }

  /** Whether a query that is asked now shows the session. */
  isShown({ id }: FakeSession): boolean {
    return this.isSeen(id, this.script.sessionsAfter);
  }

  private isSeen(id: string, after: number): boolean {
    const left = this.looksLeft.get(id) ?? after;
    this.looksLeft.set(id, left - 1);
    return left <= 0;
  }

  /** What is named is not there. */
  private nothing({ method }: FakeRequest): FakeAnswer {
    return method === 'GET' && this.dialect.answersNothing ? { status: 204 } : errorAnswer(404, 'Not found.');
  }

  private logOn({ headers }: FakeRequest): FakeAnswer {
    const { username, password } = this.user;
    const expected = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
    if (headers['authorization'] !== expected) return errorAnswer(401, 'Authorization has failed.');
    const [token, id] = [Buffer.from(randomUUID()).toString('base64'), randomUUID()];
    this.logons.set(token, id);
    const opened = answer(201, 'LogonSession', { Type: 'LogonSession' }, field('UserName', username), field('SessionId', id));
    return { ...opened, headers: { ...opened.headers, 'X-RestSvcSessionId': token } };
  }
}

function versions(): FakeAnswer {
  const supported = ['v1_5', 'v1_6', 'v1_7'].map((name) => element('SupportedVersion', { Name: name }));
  return answer(200, 'EnterpriseManager', { Type: 'EnterpriseManager' }, element('SupportedVersions', {}, supported));
}
