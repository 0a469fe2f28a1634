/** A request as it stands. */
export interface RawRequest {
  readonly method?: string;
  /** A query string, or parameters for one. */
  readonly query?: string | Readonly<Record<string, string>>;
  /** A form as text, or parameters for one; makes it a POST. */
  readonly form?: string | Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What came back, read as JSON too if it is. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: unknown;
}

/** Sends a request: nothing is signed or added, and no redirect followed. */
export async function send(endpoint: string, { method, query = '', form, headers = {} }: RawRequest): Promise<RawAnswer> {
  const search = encoded(query);
  const body = form === undefined ? undefined : encoded(form);
  const response = await fetch(search === '' ? endpoint : `${endpoint}?${search}`, {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    headers: { ...(body === undefined ? {} : { 'Content-Type': 'application/x-www-form-urlencoded' }), ...headers },
    redirect: 'manual',
    ...(body === undefined ? {} : { body }),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') ?? false;
  return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : undefined };
}

const encoded = (parameters: string | Readonly<Record<string, string>>): string =>
  typeof parameters === 'string' ? parameters : new URLSearchParams(parameters).toString();
