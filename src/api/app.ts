import { randomUUID } from 'node:crypto';
import express, { type Express, type NextFunction, type Request, type Response, type Router } from 'express';
import { ApiError, toApiError } from '../errors.js';
import type { Log } from '../log.js';
import type { AddressRanges } from '../settings/address-ranges.js';
import { AnswerOrder } from './answer-order.js';
import { readCookies, sessionTokens } from './cookies.js';
import type { Dispatcher, Passage } from './dispatcher.js';
import { gzipped } from './gzip.js';
import { errorReply, formatOf, reply, type Format, type Reply } from './reply.js';
import { lookUp, readParameters, type RequestParameters } from './request-parameters.js';

const FORM = 'application/x-www-form-urlencoded';
const MOST_FORM_BYTES = 1_048_576;
const MOST_ADDRESS_BYTES = 8192;
const LONGEST_LOGGED_NAME = 64;

/** What every answer of the API says: it is data, for this client, for now. */
const API_HEADERS = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Referrer-Policy': 'no-referrer',
  Vary: 'Accept-Encoding',
  'X-Content-Type-Options': 'nosniff',
  'X-XSS-Protection': '1;mode=block',
};

/** Says whether the server can do its work now; rejects with the reason if it cannot. */
export type Readiness = () => Promise<void>;

/** What the edge needs besides what answers the requests. */
interface EdgeParts {
  readonly ready: Readiness;
  readonly log: Log;
  readonly ui: Router | undefined;
  /** Who is believed when it says for whom it passes a request on. */
  readonly proxies: AddressRanges;
}

/** The HTTP edge: one route for the API, two for health, the web UI if there is one, and one access line for each API request. */
export function createApp(dispatcher: Dispatcher, { ready, log, ui, proxies }: EdgeParts): Express {
  const app = express();
  app.disable('x-powered-by');
  app.set('etag', false);
  app.set('trust proxy', (address: string) => proxies.has(address));
  app.get('/health/live', (_request, response) => void response.json({ status: 'ok' }));
  app.get('/health/ready', (_request, response) =>
    ready().then(
      () => void response.json({ status: 'ok' }),
      (error: unknown) => {
        log('warn', 'not ready', { error });
        response.status(503).json({ status: 'unavailable' });
      },
    ),
  );
  const order = new AnswerOrder();
  const readForm = express.raw({ type: FORM, limit: MOST_FORM_BYTES, inflate: false });
  app.use('/client/api', readForm, (request: Request, response: Response) =>
    new Exchange(request, response, log).answer(dispatcher, order),
  );
  app.use('/client/api', (error: unknown, request: Request, response: Response, _next: NextFunction) =>
    new Exchange(request, response, log).refuse(unreadableForm(error)),
  );
  if (ui) app.use(ui);
  app.use((_request, response) => void response.status(404).type('text').send('nothing is here; the API is at /client/api\n'));
  return app;
}

function unreadableForm(error: unknown): ApiError {
  const isTooLarge = (error as { status?: number }).status === 413;
  return isTooLarge
    ? new ApiError('too_large', `the form is larger than ${MOST_FORM_BYTES} bytes`, error)
    : new ApiError('malformed_request', 'the body cannot be read as a form', error);
}

/** One request and its answer. */
class Exchange {
  private readonly started = performance.now();
  private readonly requestId = randomUUID();
  private readonly passage: Passage = { setCookies: [] };
  private parameters: RequestParameters = new Map();
  /** Empty when the connection has gone already. */
  private readonly remoteAddress: string;

  constructor(
    private readonly request: Request,
    private readonly response: Response,
    private readonly log: Log,
  ) {
    this.remoteAddress = request.ip ?? '';
  }

  async answer(dispatcher: Dispatcher, order: AnswerOrder): Promise<void> {
    const { requestId, passage } = this;
    try {
      this.parameters = parametersOf(this.request);
      const { method, headers } = this.request;
      const cookies = readCookies(headers.cookie);
      const spec = dispatcher.commandOf(this.parameters);
      const turn = spec && order.enter(sessionTokens(cookies), spec, this.sent());
      const body = await dispatcher.dispatch(
        { requestId, method, parameters: this.parameters, cookies, remoteAddress: this.remoteAddress },
        passage,
      );
      await turn;
      await this.send(reply(passage.spec, body, this.format(), passage.caller !== undefined), undefined);
    } catch (error) {
      await this.refuse(toApiError(error, requestId));
    }
  }

  async refuse(failure: ApiError): Promise<void> {
    const { requestId, passage } = this;
    if (failure.kind === 'internal') this.log('error', 'command failed', { requestId, command: passage.spec?.name, error: failure.cause });
    await this.send(errorReply(passage.spec, failure, this.format(), passage.caller !== undefined), failure);
  }

  /** Resolves when the answer has left the server, or the connection is gone. */
  private sent(): Promise<void> {
    return new Promise((resolve) => void this.response.once('close', resolve));
  }

  private async send({ status, headers, body }: Reply, failure: ApiError | undefined): Promise<void> {
    const { request, response, passage, parameters } = this;
    const hasBody = request.method !== 'HEAD';
    const zipped = hasBody && request.acceptsEncodings('gzip', 'identity') === 'gzip' ? await gzipped(body) : undefined;
    response.status(status).set(API_HEADERS).set(headers);
    if (passage.setCookies.length > 0) response.setHeader('Set-Cookie', [...passage.setCookies]);
    if (zipped) response.setHeader('Content-Encoding', 'gzip');
    // Not response.send: it would rewrite the content type that clients look at.
    response.end(hasBody ? (zipped ?? body) : undefined);
    this.log('info', 'request', {
      requestId: this.requestId,
      remote: this.remoteAddress,
      method: request.method,
      command: passage.spec?.name ?? lookUp(parameters, 'command')?.slice(0, LONGEST_LOGGED_NAME),
      account: passage.caller?.accountName,
      user: passage.caller?.username,
      status,
      failure: failure?.kind,
      reason: typeof failure?.cause === 'string' ? failure.cause : undefined,
      ms: Math.round(performance.now() - this.started),
    });
  }

  /** What the parameters ask for, or the address if they could not be read. */
  private format(): Format {
    return formatOf(lookUp(this.parameters, 'response') ?? formatAskedIn(this.request.originalUrl));
  }
}

/** The value of `response` in an address that cannot be read as a whole. */
export const formatAskedIn = (address: string): string | undefined => /[?&]response=([a-z]+)/i.exec(address)?.[1];

function parametersOf(request: Request): RequestParameters {
  if (!['GET', 'HEAD', 'POST'].includes(request.method)) {
    throw new ApiError('method_not_allowed', `${request.method} is not served; use GET or POST`);
  }
  if (request.originalUrl.length > MOST_ADDRESS_BYTES) {
    throw new ApiError('too_large', `the address is longer than ${MOST_ADDRESS_BYTES} bytes; send the parameters by POST`);
  }
  const form: unknown = request.body;
  return readParameters(queryOf(request), Buffer.isBuffer(form) ? form.toString('utf8') : '');
}

function queryOf({ originalUrl }: Request): string {
  const mark = originalUrl.indexOf('?');
  return mark < 0 ? '' : originalUrl.slice(mark + 1);
}
