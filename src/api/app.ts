import { randomUUID } from 'node:crypto';
import express, { type Express, type Request, type Response } from 'express';
import { ApiError, toApiError } from '../errors.js';
import type { Log } from '../log.js';
import { readCookies } from './cookies.js';
import type { Dispatcher, Passage } from './dispatcher.js';
import { errorReply, formatOf, reply, type Reply } from './reply.js';
import { lookUp, readParameters, type RequestParameters } from './request-parameters.js';

const FORM = 'application/x-www-form-urlencoded';
const MOST_FORM_BYTES = 1_048_576;
const MOST_ADDRESS_BYTES = 8192;
const LONGEST_LOGGED_NAME = 64;

/** Says whether the server can do its work now; rejects with the reason if it cannot. */
export type Readiness = () => Promise<void>;

/** The HTTP edge: one route for the API, two for health, one access line for each request. */
export function createApp(dispatcher: Dispatcher, ready: Readiness, log: Log): Express {
  const app = express();
  app.disable('x-powered-by');
  app.set('etag', false);
  app.get('/health/live', (_request, response) => void response.json({ status: 'ok' }));
  app.get('/health/ready', (_request, response) =>
    ready().then(
      () => void response.json({ status: 'ok' }),
      (error: unknown) => void response.status(503).json({ status: 'unavailable', reason: error instanceof Error ? error.message : '' }),
    ),
  );
  const readForm = express.raw({ type: FORM, limit: MOST_FORM_BYTES, inflate: false });
  app.use('/client/api', readForm, (request: Request, response: Response) => serve(request, response, dispatcher, log));
  app.use('/client/api', (error: unknown, request: Request, response: Response, _next: unknown) => {
    const { status } = error as { status?: number };
    const kind = status === 413 ? 'too_large' : 'malformed_request';
    const text = status === 413 ? `the form is larger than ${MOST_FORM_BYTES} bytes` : 'the body cannot be read as a form';
    send(response, errorReply(undefined, new ApiError(kind, text, error), formatOf(askedFormat(request))), []);
    log('info', 'request', { requestId: randomUUID(), remote: request.socket.remoteAddress, status: response.statusCode, error: kind });
  });
  return app;
}

async function serve(request: Request, response: Response, dispatcher: Dispatcher, log: Log): Promise<void> {
  const started = performance.now();
  const requestId = randomUUID();
  const passage: Passage = { setCookies: [] };
  let parameters: RequestParameters = new Map();
  let failure: ApiError | undefined;
  let answer: Reply;
  try {
    parameters = parametersOf(request);
    const body = await dispatcher.dispatch(
      { requestId, method: request.method, parameters, cookies: readCookies(request.headers.cookie) },
      passage,
    );
    answer = reply(passage.spec?.name ?? '', body, formatOf(lookUp(parameters, 'response')));
  } catch (error) {
    failure = toApiError(error, requestId);
    answer = errorReply(passage.spec?.name, failure, formatOf(lookUp(parameters, 'response') ?? askedFormat(request)));
    if (failure.kind === 'internal') log('error', 'command failed', { requestId, command: passage.spec?.name, error });
  }
  send(response, answer, passage.setCookies);
  log('info', 'request', {
    requestId,
    remote: request.socket.remoteAddress,
    method: request.method,
    command: passage.spec?.name ?? lookUp(parameters, 'command')?.slice(0, LONGEST_LOGGED_NAME),
    account: passage.caller?.accountName,
    user: passage.caller?.username,
    status: answer.status,
    failure: failure?.kind,
    ms: Math.round(performance.now() - started),
  });
}

function parametersOf(request: Request): RequestParameters {
  if (!['GET', 'HEAD', 'POST'].includes(request.method)) throw new ApiError('method_not_allowed', `${request.method} is not served; use GET or POST`);
  if (request.originalUrl.length > MOST_ADDRESS_BYTES) {
    throw new ApiError('too_large', `the address is longer than ${MOST_ADDRESS_BYTES} bytes; send the parameters by POST`);
  }
  const form: unknown = request.body;
  return readParameters(queryOf(request), Buffer.isBuffer(form) ? form.toString('utf8') : '');
}

function queryOf(request: Request): string {
  const mark = request.originalUrl.indexOf('?');
  return mark < 0 ? '' : request.originalUrl.slice(mark + 1);
}

/** The format that the address asks for, for answers to requests that could not be read. */
const askedFormat = (request: Request): string | undefined => /[?&]response=([a-z]+)/i.exec(request.originalUrl)?.[1];

function send(response: Response, { status, headers, body }: Reply, setCookies: readonly string[]): void {
  response.status(status).set({ 'X-Content-Type-Options': 'nosniff', 'X-XSS-Protection': '1;mode=block', 'Cache-Control': 'no-store', ...headers });
  if (setCookies.length > 0) response.setHeader('Set-Cookie', [...setCookies]);
  // Not response.send: it would rewrite the content type that clients look at.
  response.end(response.req.method === 'HEAD' ? undefined : body);
}
