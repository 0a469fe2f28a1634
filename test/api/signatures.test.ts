import { createHmac } from 'node:crypto';
import { forEachEngine } from '../kit/engines.js';
import { testServer } from '../kit/server.js';
import { adminKeys } from '../kit/signed-request.js';

type Pair = readonly [name: string, value: string];
type Encode = (value: string) => string;
type Order = (a: Pair, b: Pair) => number;

const hex = (character: string) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
/** Java's URLEncoder with %20 for blanks. */
const asServer: Encode = (value) => encodeURIComponent(value).replace(/[!'()~]/g, hex);
/** Go's QueryEscape, and Python's quote, leave the tilde. */
const keepingTilde: Encode = (value) => encodeURIComponent(value).replace(/[!'()]/g, hex);
const asLibcloud: Encode = (value) => keepingTilde(value).replaceAll('%5B', '[').replaceAll('%5D', ']');
const encodingAsterisk: Encode = (value) => asServer(value).replaceAll('*', '%2a');
const lowerHex: Encode = (value) => asServer(value).replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase());

const compare = (a: string, b: string) => (a < b ? -1 : 1);
const byName: Order = ([a], [b]) => compare(a, b);
const byLowerName: Order = ([a], [b]) => compare(a.toLowerCase(), b.toLowerCase());
const byWholePair: Order = (a, b) => compare(a.join('='), b.join('='));

/** In which names, values and signs the clients differ. */
const AWKWARD = { name: "a b+c~d*e/é[x]=&%(1)'!", networkIds: '1', networkdomain: '2', Zeta: '3', alpha: '', 'tags[0].key': 'K' };
const QUIET = 'listZones';

forEachEngine((engine) => {
  const server = testServer(engine);

  const pairsOf = (parameters: Readonly<Record<string, string>>): Pair[] =>
    Object.entries({ command: QUIET, response: 'json', apiKey: adminKeys(server).apikey, ...parameters });
  const sign = (pairs: readonly Pair[], encode: Encode = asServer, order: Order = byName) => {
    const text = [...pairs].sort(order).map(([name, value]) => `${name}=${encode(value)}`);
    return createHmac('sha1', adminKeys(server).secretkey).update(text.join('&').toLowerCase(), 'utf8').digest('base64');
  };
  const queryOf = (pairs: readonly Pair[]) =>
    pairs.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join('&');
  const signed = (pairs: readonly Pair[], signature = sign(pairs)): Pair[] => [...pairs, ['signature', signature]];
  const statusOf = async (query: string, form?: string) => (await server.raw({ query, ...(form === undefined ? {} : { form }) })).status;

  describe('a signature is accepted', () => {
    test.each([
      ['as the server makes it', asServer, byName],
      ['of cmk, cs and the Go SDK, which leave ~', keepingTilde, byName],
      ['of libcloud, which leaves ~ [ ] and sorts by lower case', asLibcloud, byLowerName],
      ['of marvin, which sorts by lower case', keepingTilde, byLowerName],
      ['of the documentation, which sorts by lower case', asServer, byLowerName],
      ['of Ruby, which sorts whole pairs', keepingTilde, byWholePair],
      ['of old clients, which encode *', encodingAsterisk, byName],
      ['with hexadecimal digits in lower case', lowerHex, byName],
    ])('%s', async (_, encode, order) => {
      const pairs = pairsOf(AWKWARD);
      expect(await statusOf(queryOf(signed(pairs, sign(pairs, encode, order))))).toBe(200);
    });

    test('whatever the order of the parameters in the address', async () => {
      const pairs = pairsOf({ name: 'sandbox', zeta: '1' });
      expect(await statusOf(queryOf(signed(pairs).reverse()))).toBe(200);
    });

    test('with its names in any case', async () => {
      const pairs: Pair[] = [...pairsOf({}).filter(([name]) => name !== 'apiKey'), ['APIKEY', adminKeys(server).apikey]];
      expect(await statusOf(queryOf([...pairs, ['SIGNATURE', sign(pairs)]]))).toBe(200);
    });

    test('when the address writes blanks as +', async () => {
      const pairs = pairsOf({ name: 'two words' });
      expect(await statusOf(queryOf(signed(pairs)).replaceAll('%20', '+'))).toBe(200);
    });
  });

  describe('GET and POST', () => {
    test('are the same', async () => {
      const query = queryOf(signed(pairsOf(AWKWARD)));
      expect([await statusOf(query), await statusOf('', query)]).toEqual([200, 200]);
    });

    test('may be mixed: the signature is over both', async () => {
      const pairs = signed(pairsOf({ name: 'sandbox' }));
      expect(await statusOf(queryOf(pairs.slice(0, 2)), queryOf(pairs.slice(2)))).toBe(200);
    });

    test('reach the API with and without a slash at the end, and below it', async () => {
      const query = queryOf(signed(pairsOf({})));
      const statuses = ['', '/', '/anything'].map(
        async (path) => (await fetch(`${server.endpoint}${path}?${query}`, { redirect: 'manual' })).status,
      );
      expect(await Promise.all(statuses)).toEqual([200, 200, 200]);
    });

    test('answer, and HEAD is a GET whose answer has no body', async () => {
      const response = await fetch(`${server.endpoint}?${queryOf(signed(pairsOf({})))}`, { method: 'HEAD' });
      expect([response.status, response.headers.get('content-type'), await response.text()]).toEqual([
        200,
        'application/json; charset=UTF-8',
        '',
      ]);
    });

    test.each(['PUT', 'DELETE', 'PATCH'])('are served, %s is not', async (method) => {
      const { status, body } = await server.raw({ method, query: queryOf(signed(pairsOf({}))) });
      expect([status, body]).toMatchObject([405, { errorresponse: { errorcode: 405 } }]);
    });

    test('that carry JSON have no parameters in it', async () => {
      const response = await fetch(server.endpoint, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: '{"command":"listZones"}',
      });
      expect(response.status).toBe(401);
    });
  });

  describe('of a name given twice', () => {
    const zone = (name: string) => queryOf([['name', name]]);
    const wins = async (name: string, query: string, form?: string) => {
      const pairs = signed(pairsOf({ name })).filter(([sent]) => sent !== 'name');
      return statusOf(`${queryOf(pairs)}&${query}`, form);
    };

    test('the address wins over the form', async () => {
      expect([await wins('query', zone('query'), zone('form')), await wins('form', zone('query'), zone('form'))]).toEqual([200, 401]);
    });

    test('the last in the address wins', async () => {
      const twice = `${zone('first')}&${zone('last')}`;
      expect([await wins('last', twice), await wins('first', twice)]).toEqual([200, 401]);
    });

    test('the first in the form wins', async () => {
      const twice = `${zone('first')}&${zone('last')}`;
      expect([await wins('first', '', twice), await wins('last', '', twice)]).toEqual([200, 401]);
    });
  });

  describe('a request is refused', () => {
    const unauthenticated = {
      status: 401,
      body: {
        listzonesresponse: { uuidList: [], errorcode: 401, errortext: 'unable to verify user credentials and/or request signature' },
      },
    };

    test('and the log, but not the answer, says why', async () => {
      const pairs = pairsOf({});
      const attempts: readonly (readonly [why: string, pairs: readonly Pair[]])[] = [
        ['no API key and signature', pairs],
        ['wrong signature', signed(pairs, 'wrong')],
        ['expired, or not valid for a short time', signed(pairsOf({ signatureversion: '3', expires: '2020-01-01T00:00:00Z' }))],
        [
          'nobody who is let in from there has the API key',
          [...pairs.filter(([name]) => name !== 'apiKey'), ['apiKey', 'x'], ['signature', 'y']],
        ],
      ];
      for (const [why, wrong] of attempts) {
        expect(await server.raw({ query: queryOf(wrong) })).toMatchObject(unauthenticated);
        expect(server.logged('request').at(-1)?.fields).toMatchObject({ failure: 'unauthenticated', reason: why });
      }
    });

    test.each([
      ['a parameter that was not signed', (pairs: Pair[]) => [...signed(pairs), ['page', '1'] as const]],
      [
        'a parameter that was changed',
        (pairs: Pair[]) => signed(pairs).map((pair) => (pair[0] === 'name' ? (['name', 'other'] as const) : pair)),
      ],
      ['a parameter left out', (pairs: Pair[]) => signed(pairs).filter(([name]) => name !== 'name')],
      ['no signature', (pairs: Pair[]) => pairs],
      ['an empty signature', (pairs: Pair[]) => signed(pairs, '')],
      ['a signature in lower case', (pairs: Pair[]) => signed(pairs, sign(pairs).toLowerCase())],
      ['a signature without its padding', (pairs: Pair[]) => signed(pairs, sign(pairs).replace(/=+$/, ''))],
      ['a signature and more', (pairs: Pair[]) => signed(pairs, `${sign(pairs)}A`)],
      ['no key', (pairs: Pair[]) => signed(pairs.filter(([name]) => name !== 'apiKey'))],
      ['the key of nobody', (pairs: Pair[]) => signed(pairs.map((pair) => (pair[0] === 'apiKey' ? (['apiKey', 'x'] as const) : pair)))],
    ])('with %s', async (_, spoil) => {
      expect(await server.raw({ query: queryOf(spoil(pairsOf({ name: 'sandbox' }))) })).toMatchObject(unauthenticated);
    });

    test('with neither a command nor anything else', async () => {
      const { status, text } = await server.raw();
      expect([status, text]).toEqual([401, expect.stringContaining('<errorresponse><errorcode>401</errorcode>')]);
    });

    test('with a command that there is not, in errorresponse', async () => {
      const anonymous = await server.raw({ query: { command: 'noSuchCommand', response: 'json' } });
      const known = await server.raw({ query: queryOf(signed(pairsOf({ command: 'noSuchCommand' }))) });
      expect([anonymous.status, known.status]).toEqual([401, 432]);
      expect([anonymous.body, known.body]).toMatchObject([{ errorresponse: { errorcode: 401 } }, { errorresponse: { errorcode: 432 } }]);
    });
  });

  describe('expires', () => {
    const at = (ms: number) => new Date(Date.now() + ms).toISOString().slice(0, 19);
    const withExpires = (expires: string, version = '3') => queryOf(signed(pairsOf({ signatureVersion: version, expires })));
    const HOUR_MS = 3_600_000;

    test.each(['+0000', 'Z', '+00:00', '.123Z', '.123456Z', '.123456+0000', 'Z+0000'])('in the future may end in %s', async (end) => {
      expect(await statusOf(withExpires(`${at(HOUR_MS)}${end}`))).toBe(200);
    });

    test('may lie in another time zone', async () => {
      expect([await statusOf(withExpires(`${at(HOUR_MS * 3)}+0200`)), await statusOf(withExpires(`${at(HOUR_MS)}+0200`))]).toEqual([
        200, 401,
      ]);
    });

    test.each([
      ['in the past', () => `${at(-60_000)}+0000`],
      ['without an offset', () => at(HOUR_MS)],
      ['empty', () => ''],
      ['no moment', () => 'soon'],
      ['a number', () => String(Date.now() + HOUR_MS)],
      ['a day that there is not', () => '2999-02-32T00:00:00Z'],
    ])('is refused when it is %s', async (_, expires) => {
      expect(await statusOf(withExpires(expires()))).toBe(401);
    });

    test('is refused when its + arrives as a blank', async () => {
      const query = withExpires(`${at(HOUR_MS)}+0000`);
      expect(await statusOf(query.replace('%2B0000', '+0000'))).toBe(401);
    });

    test('must be there with signatureVersion=3, and with no other', async () => {
      const statuses = ['3', '2', ''].map((signatureversion) => statusOf(queryOf(signed(pairsOf({ signatureversion })))));
      expect(await Promise.all(statuses)).toEqual([401, 200, 200]);
    });

    test('counts only with signatureVersion=3', async () => {
      expect(await statusOf(withExpires(`${at(-HOUR_MS)}+0000`, '1'))).toBe(200);
    });
  });

  describe('names', () => {
    test('of parameters are matched in any case', async () => {
      const { body } = await server.raw({ query: queryOf(signed(pairsOf({ NaMe: 'nowhere' }))) });
      expect(body).toEqual({ listzonesresponse: {} });
    });

    test('that the command does not know are ignored', async () => {
      expect(await statusOf(queryOf(signed(pairsOf({ projectid: 'x', whatever: 'y' }))))).toBe(200);
    });
  });
});
