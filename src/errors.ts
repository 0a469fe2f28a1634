import { ProviderError, type ProviderFault } from './provider/index.js';

interface ErrorShape {
  /** HTTP status and `errorcode`. */
  readonly http: number;
  /** `cserrorcode`; absent where CloudStack sends none. */
  readonly cs?: number;
  /** Key of the envelope when it is not the command's own. */
  readonly envelope?: string;
  /** Answered as one plain line, whatever format was asked for. */
  readonly plain?: boolean;
  /** The methods that are served, for the header of that name. */
  readonly allow?: string;
  readonly text: string;
  readonly when: string;
}

const CREDENTIALS = 'unable to verify user credentials and/or request signature';

/** Every failure that a caller can see, with the numbers of CloudStack's protocol. Printed into `docs/errors.md`. */
export const ERRORS = {
  unauthenticated: {
    http: 401,
    text: CREDENTIALS,
    when: 'The signature, the key or its owner is not accepted, or the request is too old.',
  },
  session_invalid: {
    http: 401,
    text: 'unable to verify user credentials',
    when: 'The session has ended, or the sessionkey does not belong to it.',
  },
  login_failed: {
    http: 531,
    text: 'Failed to authenticate; please provide valid credentials',
    when: 'The login names no user, or the password is wrong.',
  },
  login_by_get: {
    http: 405,
    plain: true,
    allow: 'POST',
    text: 'Please use HTTP POST to authenticate using this API',
    when: 'The login was not sent by POST.',
  },
  method_not_allowed: {
    http: 405,
    allow: 'GET, HEAD, POST',
    cs: 9999,
    envelope: 'errorresponse',
    text: 'use GET or POST',
    when: 'The HTTP method is neither GET, HEAD nor POST.',
  },
  too_large: {
    http: 413,
    cs: 9999,
    envelope: 'errorresponse',
    text: 'the request is too large',
    when: 'The form, the address or the number of parameters passes a limit.',
  },
  malformed_request: {
    http: 400,
    cs: 9999,
    envelope: 'errorresponse',
    text: 'the request cannot be read',
    when: 'The parameters are not percent-encoded UTF-8, or the body is not a form.',
  },
  malformed_map: {
    http: 430,
    cs: 9999,
    text: 'malformed array parameter',
    when: 'A parameter with brackets is not of the form name[index].field.',
  },
  bad_parameter: { http: 431, cs: 9999, text: 'bad parameter', when: 'A parameter is missing, empty, too long or not of its type.' },
  not_found: { http: 431, cs: 9999, text: 'not found', when: 'An id names nothing, or nothing of the right kind.' },
  invalid_value: { http: 431, cs: 4350, text: 'invalid value', when: 'The command cannot accept this value here.' },
  unknown_command: {
    http: 432,
    cs: 9999,
    envelope: 'errorresponse',
    text: 'the given command does not exist or is not available for the account',
    when: 'There is no such command, or the role of the caller does not include it.',
  },
  refused: {
    http: 530,
    cs: 4250,
    text: 'refused',
    when: 'The state of the machine, the backup or the zone does not allow it; the text says which and why.',
  },
  over_limit: {
    http: 530,
    cs: 4250,
    text: 'over the limit',
    when: 'The account, or a domain above it, would have more than its limit; the text says which, and what can be done.',
  },
  cancelled: {
    http: 530,
    cs: 4250,
    text: 'cancelled',
    when: 'Somebody has cancelled the job; the text says whether it had begun.',
  },
  provider_failed: {
    http: 530,
    cs: 4250,
    text: 'the backup provider failed',
    when: 'The backup provider or the inventory source reported a failure, or its plugin could not be loaded.',
  },
  internal: {
    http: 530,
    cs: 4250,
    text: 'internal error',
    when: 'A defect of the server; the log has the cause under the request id in the text.',
  },
  denied: { http: 531, cs: 4365, text: 'not allowed', when: 'The caller may not touch this account, machine, volume, backup or job.' },
  post_required: {
    http: 400,
    cs: 9999,
    text: 'use POST',
    when: 'A command that changes something was not sent by POST, and `enforce.post.requests.and.timestamps` is on.',
  },
  too_many_requests: {
    http: 429,
    cs: 9999,
    text: 'too many requests',
    when: 'The account has sent more requests than `api.throttling.max` in the interval.',
  },
  unavailable: {
    http: 503,
    cs: 9999,
    text: 'the server is not available',
    when: 'The server is leaving, or too many requests of this kind are waiting.',
  },
} as const satisfies Record<string, ErrorShape>;

export type ErrorKind = keyof typeof ERRORS;

/** The numbers and the text of a kind. */
export const shapeOf = (kind: ErrorKind): ErrorShape => ERRORS[kind];

/** A failure that the caller sees: `message` is written for the caller, `cause` only for the log. */
export class ApiError extends Error {
  override readonly name: string = 'ApiError';

  constructor(
    readonly kind: ErrorKind,
    message: string = ERRORS[kind].text,
    cause?: unknown,
  ) {
    super(message, { cause });
  }
}

/** An id that names nothing. The edge says which parameter held it, in the words that clients recognise as "gone". */
export class NotFound extends ApiError {
  constructor(
    what: string,
    readonly id: string,
  ) {
    super('not_found', `${what} ${id} does not exist`);
  }
}

/** What was looked up under the id, or `NotFound`. */
export function found<T>(thing: T | undefined, what: string, id: string): T {
  if (thing === undefined) throw new NotFound(what, id);
  return thing;
}

/** What a filter names, or undefined if there is no filter; `NotFound` if it names nothing. */
export const lookUp = async <T>(
  id: string | undefined,
  what: string,
  find: (id: string) => Promise<T | undefined>,
): Promise<T | undefined> => (id === undefined ? undefined : found(await find(id), what, id));

/** The value of a parameter is not acceptable here. */
export const invalid = (parameter: string, why: string, cause?: unknown): ApiError =>
  new ApiError('invalid_value', `parameter ${parameter}: ${why}`, cause);

/** The state of things does not allow it. */
export const refused = (why: string): ApiError => new ApiError('refused', why);

/** The caller may not touch it. */
export const denied = (what: string): ApiError => new ApiError('denied', `the account may not use ${what}`);

const HINTS: Partial<Record<ProviderFault, string>> = {
  temporary: 'temporary; it may work later',
  unknown: 'unknown whether it was done; ask again',
};

/** Whether the failure is the server's own fault, so that a job that meets it is tried again. */
export const isOwnFault = (error: unknown): boolean => toApiError(error, '').kind === 'internal';

/** Whether a plugin says that nothing was done and that the same may succeed later. */
export const isTemporary = (error: unknown): boolean => error instanceof ProviderError && error.fault === 'temporary';

/** Whether a plugin says that nobody knows whether it was done, and that asking again with the same operation tells. */
export const isUnknown = (error: unknown): boolean => error instanceof ProviderError && error.fault === 'unknown';

/** What the caller sees of any failure: a defect shows only where to look in the log. */
export function toApiError(error: unknown, requestId: string): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof ProviderError) {
    return new ApiError('provider_failed', `${error.message} (${HINTS[error.fault] ?? error.fault})`, error);
  }
  return new ApiError('internal', `internal error; the log has the cause under request ${requestId}`, error);
}
