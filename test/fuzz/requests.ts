import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import type { CommandSpec, ParameterSpec } from '../../src/api/command.js';
import { canonicalText } from '../../src/api/signature.js';
import type { Keys } from '../kit/server.js';

/** The bytes of one request, and what is known of its answer. */
export interface Shot {
  readonly bytes: Buffer;
  readonly hasBody: boolean;
  /** The format of the answer, where the request leaves no doubt. */
  readonly format: 'json' | 'xml' | undefined;
}

/** What requests are made of: commands, keys that open them, and values that mean something to them. */
export interface Ammunition {
  readonly specs: readonly CommandSpec[];
  readonly keys: Keys;
  readonly ids: readonly string[];
  readonly words: readonly string[];
}

const HOSTILE = [
  ...['', ' ', '0', '-1', '1', '2147483647', '2147483648', '9007199254740993', '9'.repeat(400), '1e309', 'NaN', '0x10', '1.5', '１'],
  ...['true', 'TRUE', 'null', 'undefined', '[object Object]', '__proto__', 'constructor', 'toString', 'hasOwnProperty'],
  ...[
    "' or 1=1 --",
    '"; drop table user; --',
    '%',
    '_',
    '\\',
    '%25%',
    '<a>&amp;</a>',
    ']]>',
    '<!DOCTYPE a [<!ENTITY b "c">]>',
    '${7*7}',
    '../../etc/passwd',
  ],
  ...[
    '\u0000',
    '\t',
    '\r\nSet-Cookie: a=b',
    '\u001b[31m',
    '\u007f',
    '\ufeff',
    '\ufffe',
    '\u2028',
    '💾'.repeat(200),
    'x'.repeat(300),
    'x'.repeat(9000),
  ],
  ...[
    '2026-13-45',
    '2026-01-01',
    '2026-01-01T00:00:00+0000',
    '9999-12-31T23:59:59Z',
    '0000-00-00',
    '-271821-04-20',
    'a,b,,c',
    ','.repeat(2000),
  ],
  ...['00000000-0000-4000-8000-000000000000', 'ROOT', '/', 'admin', 'Running', 'json', 'xml'],
];

const latin1 = fc.array(fc.integer({ min: 0x21, max: 0xff }), { maxLength: 60 }).map((codes) => String.fromCharCode(...codes));
const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
const percent = fc.array(
  fc.constantFrom('%', '%zz', '%C3', '%ED%A0%80', '&', '=', '+', 'a', '[', ']', '.', '[0].', '%00', '%09', '%F0%9F%92%BE'),
  { maxLength: 12 },
);

const head = (method: string, target: string, headers: readonly string[], body: Buffer | undefined): Buffer => {
  const length = body === undefined ? [] : [`Content-Length: ${body.length}`];
  const lines = [`${method} ${target} HTTP/1.1`, 'Host: localhost', ...headers, ...length];
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), body ?? Buffer.alloc(0)]);
};

const FORM = 'Content-Type: application/x-www-form-urlencoded';
const request = (method: string, query: string, headers: readonly string[] = [], body?: Buffer, format?: Shot['format']): Shot => {
  const target = query === '' ? '/client/api' : `/client/api?${query}`;
  return { bytes: head(method, target, headers, body), hasBody: method !== 'HEAD', format };
};

/** Requests that are near to good ones, and others that are not. */
export function shots({ specs, keys, ids, words }: Ammunition): fc.Arbitrary<Shot> {
  const value = fc.oneof(
    { arbitrary: fc.constantFrom(...ids, ...words), weight: 3 },
    { arbitrary: fc.constantFrom(...HOSTILE), weight: 4 },
    { arbitrary: fc.string({ unit: 'binary', maxLength: 40 }), weight: 1 },
    { arbitrary: fc.integer().map(String), weight: 1 },
  );
  const common = fc.constantFrom(
    'page',
    'pagesize',
    'PageSize',
    'keyword',
    'listall',
    'account',
    'domainid',
    'projectid',
    'customjobid',
    'idempotencykey',
    'id',
    'Id',
  );
  const odd = fc.oneof(
    fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }),
    fc.constantFrom(
      'details[0].cpuNumber',
      'tags[0].key',
      'tags[0]',
      'a]b[',
      '[0].x',
      'details[99999999999].x',
      'details[0].__proto__',
      '__proto__',
    ),
  );
  const id = fc.oneof({ arbitrary: fc.constantFrom(...ids), weight: 9 }, { arbitrary: value, weight: 1 });
  const any = fc.oneof({ arbitrary: fc.tuple(common, value), weight: 3 }, { arbitrary: fc.tuple(odd, value), weight: 1 });
  const own = ({ name, alsoNamed, type }: ParameterSpec) =>
    fc.tuple(fc.constantFrom(name, name, ...alsoNamed), type === 'uuid' ? id : value);

  /** Well signed parameters of a command, so that they come as far as its code. */
  const signed = fc.constantFrom(...specs).chain((spec) => {
    const pair = fc.oneof(
      { arbitrary: spec.parameters.length > 0 ? fc.constantFrom(...spec.parameters).chain(own) : any, weight: 5 },
      { arbitrary: any, weight: 1 },
    );
    const format = fc.constantFrom('json', 'xml', undefined);
    return fc.record({ format, pairs: fc.array(pair, { maxLength: 8 }) }).map(({ format: response, pairs }) => {
      const parameters = { ...Object.fromEntries(pairs), command: spec.name, apikey: keys.apikey, ...(response ? { response } : {}) };
      return { text: sign(parameters, keys.secretkey), format: (response ?? 'xml') as 'json' | 'xml' };
    });
  });
  const asked = fc.tuple(signed, fc.constantFrom('GET', 'GET', 'POST', 'POST', 'HEAD')).map(([{ text, format }, method]) =>
    // In a query as long as that, nothing can be read.
    method === 'POST'
      ? request('POST', '', [FORM], Buffer.from(text), format)
      : request(method, text, [], undefined, text.length > 8000 ? undefined : format),
  );
  const spoilt = fc.tuple(signed, percent, fc.nat(), latin1).map(([{ text }, garbage, where, junk], index = where % (text.length + 1)) => {
    const query = text.slice(0, index) + garbage.join('') + text.slice(index);
    return where % 2 ? request('GET', query) : request('POST', junk, [FORM], Buffer.from(query));
  });
  const random = fc.oneof(
    latin1.map((query) => request('GET', query)),
    bytes.map((body) => request('POST', '', [FORM], body)),
    percent.map((parts) => request('GET', `response=json&command=listZones&${parts.join('')}`)),
    fc.tuple(latin1, bytes).map(([query, body]) => request('POST', query, [FORM], body)),
  );
  const odder = fc.oneof(
    fc
      .tuple(fc.constantFrom('PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'PROPFIND'), signed)
      .map(([method, { text }]) => request(method, text.slice(0, 7000))),
    fc.tuple(signed, latin1).map(([{ text, format }, cookie]) => {
      // Everything that a header may hold.
      const value = cookie.replaceAll('\u007f', '');
      const cookies = `Cookie: JSESSIONID=${value.replaceAll(';', '')}; sessionkey=${value}; JSESSIONID="; a=b`;
      return request('POST', '', [FORM, cookies], Buffer.from(text), format);
    }),
    fc
      .tuple(
        fc.constantFrom('text/plain', 'application/json', 'multipart/form-data; boundary=x', `${FORM.slice(14)}; charset=utf-16`, ''),
        bytes,
      )
      .map(([type, body]) => request('POST', 'command=listZones', [`Content-Type: ${type}`], body)),
    fc
      .tuple(fc.constantFrom('gzip', 'br', 'identity', 'nonsense'), bytes)
      .map(([encoding, body]) => request('POST', '', [FORM, `Content-Encoding: ${encoding}`], body)),
    fc
      .tuple(fc.constantFrom('/client/api/', '/client/api/x/%zz', '/client//api', '/client/api/../api'), signed)
      .map(([path, { text, format }]) => ({
        bytes: head('GET', `${path}?${text.slice(0, 7000)}`, [], undefined),
        hasBody: true,
        format: undefined,
        ...(text.length <= 7000 && path === '/client/api/' ? { format } : {}),
      })),
  );
  return fc.oneof(
    { arbitrary: asked, weight: 11 },
    { arbitrary: spoilt, weight: 3 },
    { arbitrary: random, weight: 4 },
    { arbitrary: odder, weight: 2 },
  );
}

function sign(parameters: Readonly<Record<string, string>>, secretKey: string): string {
  const pairs = Object.entries(parameters);
  const signature = createHmac('sha1', secretKey)
    .update(canonicalText(new Map(pairs)))
    .digest('base64');
  return [...pairs, ['signature', signature] as const].map((pair) => pair.map(encodeURIComponent).join('=')).join('&');
}
