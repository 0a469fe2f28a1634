import { ProviderError } from '../../../../src/provider/index.js';
import { refusal, withoutSecret } from '../failures.js';
import type { HttpsClient } from '../https-client.js';
import type { HttpsAnswer, HttpsRequest } from '../https-message.js';
import { unlessAborted } from '../shared-wait.js';
import { ERROR, LOGON_SESSION, TASK, VERSIONS, type Kind, type LogonSession, type Task } from './entities.js';
import { parseXml, XmlFault } from './xml.js';

const XML = 'application/xml';

/** A list comes whole, in one document: that of tens of thousands of restore points. */
const MAX_DOCUMENT_BYTES = 128 * 1024 * 1024;

/** Where the session id is given, and then asked for. */
const SESSION_HEADER = 'x-restsvcsessionid';

export interface EmAccount {
  /** The path that all others are below, such as `/api`. */
  readonly basePath: string;
  readonly username: string;
  readonly password: string;
}

interface OpenSession extends LogonSession {
  readonly header: string;
}

type Request = Pick<HttpsRequest, 'method' | 'path' | 'body'>;

/** Asks Enterprise Manager under one logon session, which is opened when it is first needed and anew when the server has forgotten it. */
export class EmClient {
  private session: Promise<OpenSession> | undefined;

  constructor(
    private readonly https: HttpsClient,
    private readonly account: EmAccount,
  ) {}

  /** What is at the path; throws `not_found` when there is nothing. */
  async get<T>(path: string, kind: Kind<T>, signal: AbortSignal): Promise<T> {
    const found = await this.find(path, kind, signal);
    if (found !== undefined) return found;
    throw new ProviderError('not_found', `GET ${path}: Enterprise Manager has no such thing`);
  }

  /** The same; undefined when there is nothing. */
  async find<T>(path: string, kind: Kind<T>, signal: AbortSignal): Promise<T | undefined> {
    const request = { method: 'GET', path } as const;
    const answer = await this.send(request, signal);
    // To a question, a 204 says the same.
    return answer.status === 404 || answer.status === 204 ? undefined : read(await this.accepted(answer, request), request, kind);
  }

  /** Asks for a change, and answers the task that makes it; undefined when there is nothing to be done or to be told. */
  async change(method: 'POST' | 'DELETE', path: string, signal: AbortSignal, body?: string): Promise<Task | undefined> {
    const request = { method, path, ...(body === undefined ? {} : { body }) };
    const answer = await this.accepted(await this.send(request, signal), request);
    return answer.status === 204 ? undefined : read(answer, request, TASK);
  }

  /** The versions of its API that the server speaks; asks without logging on. */
  async versions(signal: AbortSignal): Promise<readonly string[]> {
    const request = { method: 'GET', path: '' } as const;
    const answer = await this.https.send({ method: 'GET', path: `${this.account.basePath}/`, headers: { accept: XML } }, signal);
    return read(await this.accepted(answer, request), request, VERSIONS);
  }

  /** Opens a logon session unless one is open. */
  async logOn(signal: AbortSignal): Promise<void> {
    await this.open(signal);
  }

  /** Closes the logon session, if there is one and the server has told its id. */
  async logOff(signal: AbortSignal): Promise<void> {
    const session = await unlessAborted(async () => this.session, signal);
    this.session = undefined;
    if (session?.id === undefined) return;
    await this.https.send(this.under(session, { method: 'DELETE', path: `logonSessions/${session.id}` }), signal);
  }

  /** What the server says, as it may be shown. */
  showable(said: string): string {
    return withoutSecret(said, this.account.password);
  }

  private async send(request: Request, signal: AbortSignal): Promise<HttpsAnswer> {
    const session = await this.open(signal);
    const answer = await this.https.send(this.under(session, request), signal);
    return answer.status === 401 ? this.https.send(this.under(await this.reopen(session, signal), request), signal) : answer;
  }

  private async open(signal: AbortSignal): Promise<OpenSession> {
    return unlessAborted(() => (this.session ??= this.openSession()), signal);
  }

  private async openSession(): Promise<OpenSession> {
    try {
      return await this.askForSession();
    } catch (error) {
      this.session = undefined;
      throw error;
    }
  }

  /** Another session in the place of one that the server has forgotten, unless somebody else has opened that by now. */
  private async reopen(forgotten: OpenSession, signal: AbortSignal): Promise<OpenSession> {
    const seen = this.session;
    if ((await seen) === forgotten && this.session === seen) this.session = undefined;
    return this.open(signal);
  }

  /** Not under the signal of whoever asks first: others wait for the same session. */
  private async askForSession(): Promise<OpenSession> {
    const { username, password, basePath } = this.account;
    const request = { method: 'POST', path: 'sessionMngr/?v=latest' } as const;
    const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
    const sent = { ...request, path: `${basePath}/${request.path}`, headers: { accept: XML, authorization }, isRepeatable: true };
    const answer = await this.https.send(sent, new AbortController().signal);
    if (answer.status === 401) throw new ProviderError('auth', 'Enterprise Manager does not accept the user name or the password');
    const header = (await this.accepted(answer, request)).headers[SESSION_HEADER];
    if (header === undefined) throw new ProviderError('temporary', 'Enterprise Manager opened no logon session');
    return { header, ...(await read(answer, request, LOGON_SESSION)) };
  }

  /** The answer, if the server has done what it was asked. */
  private async accepted(answer: HttpsAnswer, request: Request): Promise<HttpsAnswer> {
    if (answer.status < 300) return answer;
    // What anybody else has answered, such as a proxy, is not quoted.
    const reason = await parseXml(answer.body, ERROR.root).then(ERROR.read, () => '');
    throw refusal(answer, nameOf(request), this.showable(reason), isQuestion(request));
  }

  private under(session: OpenSession, request: Request): HttpsRequest {
    const type = request.body === undefined ? {} : { 'content-type': XML };
    const headers = { accept: XML, [SESSION_HEADER]: session.header, ...type };
    return { ...request, path: `${this.account.basePath}/${request.path}`, headers, maxBodyBytes: MAX_DOCUMENT_BYTES };
  }
}

/** The path with these parameters of its query. */
export const withQuery = (path: string, query: Readonly<Record<string, string>>): string =>
  `${path}?${Object.entries(query)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&')}`;

const isQuestion = ({ method }: Request): boolean => method === 'GET';

const nameOf = ({ method, path }: Request): string => `${method} ${path || '/'}`;

/** What the answer says. Of a change with an answer that nobody can read, nobody knows whether it was made. */
async function read<T>({ body }: HttpsAnswer, request: Request, kind: Kind<T>): Promise<T> {
  try {
    return kind.read(await parseXml(body, kind.root));
  } catch (cause) {
    if (!(cause instanceof XmlFault)) throw cause;
    const what = `${nameOf(request)}: the answer of Enterprise Manager cannot be read`;
    throw new ProviderError(isQuestion(request) ? 'temporary' : 'unknown', `${what}: ${cause.message}`, cause);
  }
}
