import { ProviderError } from '../../../../src/provider/index.js';
import { refusal, withoutSecret } from '../failures.js';
import type { HttpsClient } from '../https-client.js';
import type { HttpsAnswer, HttpsRequest } from '../https-message.js';
import { unlessAborted } from '../shared-wait.js';
import { asList, asObject, asText, type Answer } from './answers.js';
import { REVISIONS, revisionOf, type Revision } from './revisions.js';

/** The most that one page of a list holds. */
const PAGE_SIZE = 5000;
/** Logged on anew before the token expires, for a request that takes a moment. */
const MARGIN_MS = 30_000;

/** What several calls wait for ends by the time limit of its requests, not with one of them. */
const SHARED = new AbortController().signal;

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** A request, with its body as plain data. */
type Asked = Pick<HttpsRequest, 'method' | 'path' | 'isRepeatable'> & { readonly body?: unknown };

interface Token {
  readonly access: string;
  readonly refresh: string | undefined;
  readonly renewAt: number;
}

/** Asks a Backup & Replication server: knows its revision, and logs on once for all. */
export class VbrClient {
  private revisionFound: Promise<Revision> | undefined;
  private token: Promise<Token> | undefined;
  /** What the server has not accepted although it is not expired. */
  private refused: Token | undefined;

  constructor(
    private readonly https: HttpsClient,
    private readonly credentials: Credentials,
    /** The revision that an administrator has set; absent to take the newest. */
    private readonly wanted: string | undefined,
    private readonly now: () => Date,
  ) {}

  /** The newest revision that both sides speak; asks without logging on. */
  revision(signal: AbortSignal): Promise<Revision> {
    const find = () =>
      (this.revisionFound ??= this.probe().catch((error: unknown) => {
        this.revisionFound = undefined;
        throw error;
      }));
    return unlessAborted(find, signal);
  }

  /** Has the server forget the token, if there is one. */
  async logOff(signal: AbortSignal): Promise<void> {
    const token = await unlessAborted(async () => this.token, signal);
    this.token = undefined;
    if (token) await this.send(token, { method: 'POST', path: '/api/oauth2/logout' }, signal);
  }

  /** The answer of one request. A token that has just become worthless is replaced, once. */
  async ask(method: HttpsRequest['method'], path: string, signal: AbortSignal, body?: unknown): Promise<Answer> {
    const answer = await this.authorized({ method, path, body }, signal);
    return this.read(answer, `${method} ${withoutQuery(path)}`, method === 'GET');
  }

  /** The answer to a question that is too long for a path. */
  async enquire(path: string, body: unknown, signal: AbortSignal): Promise<Answer> {
    return this.read(await this.authorized({ method: 'POST', path, body, isRepeatable: true }, signal), `POST ${path}`, true);
  }

  /** The same; undefined when there is no such thing. */
  async find(path: string, signal: AbortSignal): Promise<Answer | undefined> {
    const answer = await this.authorized({ method: 'GET', path }, signal);
    return answer.status === 404 ? undefined : this.read(answer, `GET ${withoutQuery(path)}`, true);
  }

  /** Every item of a list, page by page. A page that is not whole is an error. */
  async *pages(path: string, query: Readonly<Record<string, string>>, signal: AbortSignal): AsyncGenerator<readonly Answer[]> {
    for (let [skip, announced] = [0, 0]; ;) {
      const search = new URLSearchParams({ ...query, skip: String(skip), limit: String(PAGE_SIZE) });
      const answer = await this.ask('GET', `${path}?${search.toString()}`, signal);
      const items = asList(answer['data'], path);
      const total = Number(asObject(answer['pagination'], path)['total']);
      // What was removed meanwhile has moved others to pages that are read already.
      if (total < announced) throw new ProviderError('temporary', `the list ${path} became shorter while it was read`);
      [skip, announced] = [skip + items.length, total];
      yield items;
      if (skip >= total) return;
      if (items.length === 0 || Number.isNaN(total)) throw broken(path, `it announced ${total} items and gave ${skip}`);
    }
  }

  /** Every item of a list. */
  async all(path: string, query: Readonly<Record<string, string>>, signal: AbortSignal): Promise<readonly Answer[]> {
    const items: Answer[] = [];
    for await (const page of this.pages(path, query, signal)) items.push(...page);
    return items;
  }

  /** What the server says, as it may be shown. */
  showable(said: string): string {
    return withoutSecret(said, this.credentials.password);
  }

  private async probe(): Promise<Revision> {
    const { wanted } = this;
    const candidates = wanted === undefined ? REVISIONS : REVISIONS.filter((name) => name === wanted);
    if (candidates.length === 0) {
      throw new ProviderError(
        'rejected',
        `the setting version is "${wanted}"; it can be 0, a version of the server such as 12, or one of ${REVISIONS.join(', ')}`,
      );
    }
    for (const name of candidates) {
      const answer = await this.https.send({ method: 'GET', path: `/swagger/v${name}/swagger.json` }, SHARED);
      if (answer.status === 200) return revisionOf(name, parsed(answer.body));
      if (answer.status !== 404) throw refusal(answer, `asking whether the server speaks ${name}`, '', true);
    }
    throw new ProviderError('unsupported', `the server speaks none of the revisions ${candidates.join(', ')} of the API`);
  }

  private async authorized(request: Asked, signal: AbortSignal): Promise<HttpsAnswer> {
    const token = await this.currentToken(signal);
    const answer = await this.send(token, request, signal);
    if (answer.status !== 401) return answer;
    this.refused = token;
    return this.send(await this.currentToken(signal), request, signal);
  }

  private async send(token: Token, { body, ...request }: Asked, signal: AbortSignal): Promise<HttpsAnswer> {
    const { name } = await this.revision(signal);
    const headers = {
      accept: 'application/json',
      authorization: `Bearer ${token.access}`,
      'x-api-version': name,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    };
    return this.https.send({ ...request, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) }, signal);
  }

  private async currentToken(signal: AbortSignal): Promise<Token> {
    for (;;) {
      const seen = this.token;
      const token = await unlessAborted(() => Promise.resolve(seen), signal);
      if (token && token !== this.refused && token.renewAt > this.now().getTime()) return token;
      if (this.token === seen) this.token = this.obtain(token).catch((error: unknown) => this.forgetToken(error));
    }
  }

  /** The next request tries again. */
  private forgetToken(error: unknown): never {
    this.token = undefined;
    throw error;
  }

  private async obtain(expiring: Token | undefined): Promise<Token> {
    if (expiring?.refresh !== undefined && expiring !== this.refused) {
      const refreshed = await this.grant({ grant_type: 'refresh_token', refresh_token: expiring.refresh });
      if (refreshed.status < 300) return this.readToken(refreshed);
    }
    const answer = await this.grant({ grant_type: 'password', ...this.credentials });
    if (answer.status === 401) {
      throw new ProviderError('auth', `Veeam does not accept the user ${this.credentials.username} with the password that is set`);
    }
    return this.readToken(answer);
  }

  private async grant(form: Readonly<Record<string, string>>): Promise<HttpsAnswer> {
    const { name } = await this.revision(SHARED);
    const headers = { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded', 'x-api-version': name };
    const body = new URLSearchParams(form).toString();
    return this.https.send({ method: 'POST', path: '/api/oauth2/token', headers, body, isRepeatable: true }, SHARED);
  }

  private readToken(answer: HttpsAnswer): Token {
    const token = this.read(answer, 'logging on', true);
    const [access, refresh, seconds] = [asText(token['access_token']), asText(token['refresh_token']), Number(token['expires_in'])];
    if (access === undefined) throw broken('/api/oauth2/token', 'it holds no token');
    const lastsMs = seconds > 0 && Number.isFinite(seconds) ? seconds * 1000 : 2 * MARGIN_MS;
    // One that lasts no longer than the margin is of use for a while, too.
    return { access, refresh, renewAt: this.now().getTime() + Math.max(lastsMs / 2, lastsMs - MARGIN_MS) };
  }

  private read(answer: HttpsAnswer, what: string, isRepeatable: boolean): Answer {
    const read = parsed(answer.body);
    if (answer.status >= 300) {
      const said = asText((read as Answer | undefined)?.['message']) ?? '';
      throw refusal(answer, what, this.showable(said), isRepeatable);
    }
    if (answer.body.trim() === '') return {};
    if (typeof read === 'object' && read !== null) return read as Answer;
    throw new ProviderError(isRepeatable ? 'temporary' : 'unknown', `${what}: the answer of Veeam is not whole`);
  }
}

/** An answer that is not what it says it is. */
const broken = (path: string, why: string): ProviderError =>
  new ProviderError('corrupt', `the answer of Veeam to ${path} is not whole: ${why}`);

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

const withoutQuery = (path: string): string => path.split('?')[0] ?? path;
