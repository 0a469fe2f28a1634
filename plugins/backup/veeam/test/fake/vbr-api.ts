import { randomUUID } from 'node:crypto';
import type { Estate } from './estate.js';
import type { FakeAnswer, FakeApi, FakeRequest } from './server.js';
import { answer, failure } from './vbr-answers.js';
import { descriptionOf, factsFor, USUAL_DOUBTS, type VbrDoubts, type VbrFacts } from './vbr-facts.js';
import { routesOf } from './vbr-routes.js';

const TOKEN_S = 900;

/** Who may log on. */
export interface FakeUser {
  readonly username: string;
  readonly password: string;
}

/** The REST API of Backup & Replication over an estate, at every revision up to the newest that it speaks. */
export class FakeVbr {
  readonly doubts: VbrDoubts = { ...USUAL_DOUBTS };
  /** How often somebody has logged on with the password, and how often with a token of before. */
  logons = 0;
  refreshes = 0;
  private readonly facts: readonly VbrFacts[];
  private readonly tokens = new Map<string, number>();
  private readonly refreshTokens = new Set<string>();

  constructor(
    private readonly estate: Estate,
    private readonly user: FakeUser,
    newest: string,
  ) {
    this.facts = factsFor(newest);
  }

  /** The part of the server that this is. */
  readonly api: FakeApi = (request) => {
    const [, described] = /^\/swagger\/v([^/]+)\/swagger\.json$/.exec(request.path) ?? [];
    if (described !== undefined) return this.describe(described);
    if (!/^\/api\/(v1|oauth2)\//.test(request.path)) return undefined;
    const facts = this.facts.find(({ revision }) => revision === request.headers['x-api-version']);
    if (!facts) return failure(400, 'NotImplemented', 'The version of the API in x-api-version is not supported');
    if (request.path === '/api/oauth2/token') return this.grant(new URLSearchParams(request.body));
    if (!this.isAuthorized(request)) return failure(401, 'AccessDenied', 'The access token is missing, not valid, or expired');
    if (request.path === '/api/oauth2/logout') return this.forget(request);
    return this.route(facts, request);
  };

  /** How many tokens are good for something. */
  get openTokens(): number {
    return [...this.tokens.values()].filter((until) => until > this.estate.now().getTime()).length;
  }

  /** Has every token that was given out end now, as after a restart of the service. */
  endTokens(): void {
    this.tokens.clear();
    this.refreshTokens.clear();
  }

  private describe(revision: string): FakeAnswer {
    const facts = this.facts.find((each) => each.revision === revision);
    if (!facts) return { status: 404 };
    return { status: 200, body: this.doubts.describesItself ? JSON.stringify(descriptionOf(facts, this.doubts)) : '<html>' };
  }

  private grant(form: URLSearchParams): FakeAnswer {
    if (form.get('grant_type') === 'refresh_token') {
      const known = this.refreshTokens.delete(form.get('refresh_token') ?? '');
      if (!known) return failure(401, 'AccessDenied', 'The refresh token is not valid');
      this.refreshes++;
    } else {
      const { username, password } = this.user;
      if (form.get('username') !== username || form.get('password') !== password) {
        return failure(401, 'AccessDenied', `Authentication failed for ${form.get('username') ?? ''}`);
      }
      this.logons++;
    }
    const [access, refresh] = [randomUUID(), randomUUID()];
    this.tokens.set(access, this.estate.now().getTime() + TOKEN_S * 1000);
    this.refreshTokens.add(refresh);
    return answer(200, { access_token: access, token_type: 'bearer', refresh_token: refresh, expires_in: TOKEN_S });
  }

  private forget(request: FakeRequest): FakeAnswer {
    this.tokens.delete(tokenOf(request));
    return answer(200, {});
  }

  private isAuthorized(request: FakeRequest): boolean {
    return (this.tokens.get(tokenOf(request)) ?? 0) > this.estate.now().getTime();
  }

  private route(facts: VbrFacts, request: FakeRequest): FakeAnswer {
    this.estate.sessions.settle();
    for (const [method, path, handle] of routesOf(this.estate, facts, this.doubts)) {
      const match = method === request.method ? path.exec(request.path) : null;
      if (!match) continue;
      const body = request.body === '' ? {} : (JSON.parse(request.body) as Record<string, unknown>);
      return handle({ request, id: decodeURIComponent(match[1] ?? ''), body });
    }
    return failure(404, 'NotFound', `There is nothing at ${request.path}`);
  }
}

const tokenOf = ({ headers }: FakeRequest): string => /^Bearer (.+)$/.exec(headers['authorization'] ?? '')?.[1] ?? '';
