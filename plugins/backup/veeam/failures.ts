import { ProviderError, type ProviderFault } from '../../../src/provider/index.js';
import type { HttpsAnswer, HttpsRequest } from './https-message.js';

const LONGEST_REASON = 1000;

/** How far a request has come before it failed; with what is set, some cannot even begin. */
type Stage = 'settings' | 'address' | 'certificate' | 'answer';

/** No answer, or only a part of one. */
export class ConnectionFailed extends ProviderError {
  constructor(
    readonly stage: Stage,
    fault: ProviderFault,
    message: string,
    cause: unknown,
  ) {
    super(fault, message, cause);
  }
}

interface Sent extends HttpsRequest {
  readonly origin: string;
  readonly isRepeatable: boolean;
}

/** What it means that a request has come to no answer: a question can be asked again, and of a change nobody knows whether it was made. */
export function connectionFailure(cause: unknown, { origin, isRepeatable }: Sent, signal: AbortSignal): ConnectionFailed {
  if (signal.aborted)
    return new ConnectionFailed('answer', isRepeatable ? 'temporary' : 'unknown', 'gave up waiting for Veeam', signal.reason);
  if (cause instanceof ConnectionFailed) return cause;
  if (cause instanceof ProviderError) return new ConnectionFailed('answer', isRepeatable ? cause.fault : 'unknown', cause.message, cause);
  const code = codeOf(cause);
  if (isCertificateCode(code)) return new ConnectionFailed('certificate', 'rejected', untrusted(origin, code), cause);
  if (NOT_CONNECTED.has(code)) return new ConnectionFailed('address', 'temporary', `${origin} cannot be reached (${code})`, cause);
  const message = `${origin} gave no whole answer (${code})`;
  return new ConnectionFailed('answer', isRepeatable ? 'temporary' : 'unknown', message, cause);
}

/** The signal has aborted while nothing was on its way. */
export const givenUp = (signal: AbortSignal): ProviderError => new ProviderError('temporary', 'gave up waiting for Veeam', signal.reason);

/**
 * The failure that an answer of this status is, with what Veeam says of it. `isRepeatable` as for the request: of a change that has come
 * to an error inside the server, nobody knows whether it was made.
 */
export function refusal(answer: Pick<HttpsAnswer, 'status'>, what: string, reason: string, isRepeatable: boolean): ProviderError {
  const said = reason.trim().slice(0, LONGEST_REASON);
  return new ProviderError(
    faultOf(answer.status, isRepeatable),
    `${what}: Veeam answered ${answer.status}${said === '' ? '' : `, ${said}`}`,
  );
}

/** What Veeam says, without the password, should it repeat that. */
export const withoutSecret = (said: string, password: string): string => (password === '' ? said : said.replaceAll(password, '***'));

function faultOf(status: number, isRepeatable: boolean): ProviderFault {
  if (status === 401 || status === 403) return 'auth';
  if (status === 404) return 'not_found';
  if (status === 429 || status === 503) return 'temporary';
  if (status >= 500) return isRepeatable ? 'temporary' : 'unknown';
  return 'rejected';
}

/** Before a connection there is, nothing has been asked for. */
const NOT_CONNECTED: ReadonlySet<string> = new Set([
  ...['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL', 'UND_ERR_CONNECT_TIMEOUT'],
]);

const isCertificateCode = (code: string): boolean => /CERT|ERR_TLS|UNABLE_TO_|SIGNATURE|EPROTO|ERR_SSL/.test(code);

/** Why nothing was sent to whoever answers there, and what can be done about it. */
function untrusted(origin: string, code: string): string {
  if (/EPROTO|ERR_SSL/.test(code)) return `what answers at ${origin} does not speak HTTPS (${code}); see that the port is right`;
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return `the certificate of ${origin} is for another name (${code}); use that name in the address`;
  if (code === 'CERT_HAS_EXPIRED') return `the certificate of ${origin} has expired (${code}); give the server a new one`;
  return `the certificate of ${origin} is not trusted (${code}); name the certificates that may vouch for it in the setting ca.file`;
}

/** The name of what went wrong, out of the error or what it was caused by. */
function codeOf(cause: unknown): string {
  let error = cause as { readonly code?: unknown; readonly name?: string; readonly cause?: unknown } | undefined;
  for (let depth = 0; error && depth < 4; depth++) {
    if (typeof error.code === 'string') return error.code;
    if (error.name === 'TimeoutError') return 'timeout';
    error = error.cause as typeof error;
  }
  return 'no reason';
}
