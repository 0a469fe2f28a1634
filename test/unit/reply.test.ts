import { parseStringPromise } from 'xml2js';
import { envelopeOf, errorReply, formatOf, reply, type Format } from '../../src/api/reply.js';
import { ApiError, ERRORS, type ErrorKind } from '../../src/errors.js';

const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>';
const json = (body: object) => reply({ name: 'listThings' }, body, 'json', true).body;
const xml = (body: object) => reply({ name: 'listThings' }, body, 'xml', true).body.slice(DECLARATION.length);
const inXml = (inside: string) => `<listthingsresponse cloud-stack-version="4.22.1.0">${inside}</listthingsresponse>`;

test.each<[string | undefined, Format]>([
  ['json', 'json'],
  ['JSON', 'json'],
  ['xml', 'xml'],
  ['yaml', 'xml'],
  ['', 'xml'],
  [undefined, 'xml'],
])('response=%s is answered in %s', (asked, format) => {
  expect(formatOf(asked)).toBe(format);
});

test('the envelope is the name of the command in lower case', () => {
  expect(envelopeOf({ name: 'listVirtualMachines' })).toBe('listvirtualmachinesresponse');
});

test('a command may have the envelope of another, for its failures too', () => {
  const command = { name: 'createVMFromBackup', envelope: 'deployVirtualMachine' };
  const bodies = [reply(command, {}, 'json', true), errorReply(command, new ApiError('refused'), 'json', true)].map(({ body }) => body);
  for (const body of bodies) expect(Object.keys(JSON.parse(body) as object)).toEqual(['deployvirtualmachineresponse']);
});

describe('a success', () => {
  test('has status 200 and the content type that clients look at', () => {
    expect(reply({ name: 'x' }, {}, 'json', true)).toMatchObject({
      status: 200,
      headers: { 'Content-Type': 'application/json; charset=UTF-8' },
    });
    expect(reply({ name: 'x' }, {}, 'xml', true)).toMatchObject({ status: 200, headers: { 'Content-Type': 'text/xml; charset=UTF-8' } });
  });

  test('of an empty list is an empty object, with both tags in XML', () => {
    expect(json({})).toBe('{"listthingsresponse":{}}');
    expect(xml({})).toBe(inXml(''));
  });

  test('of a list is a count and repeated elements', () => {
    const list = { count: 2, thing: [{ id: 'a' }, { id: 'b' }] };
    expect(json(list)).toBe('{"listthingsresponse":{"count":2,"thing":[{"id":"a"},{"id":"b"}]}}');
    expect(xml(list)).toBe(inXml('<count>2</count><thing><id>a</id></thing><thing><id>b</id></thing>'));
  });

  test('keeps numbers and booleans in JSON, and leaves out what is not there', () => {
    const thing = { n: 0, yes: true, no: false, absent: undefined, at: new Date(0), names: ['a', 'b'], none: [] };
    expect(json({ thing })).toBe(
      '{"listthingsresponse":{"thing":{"n":0,"yes":true,"no":false,"at":"1970-01-01T00:00:00+0000","names":["a","b"],"none":[]}}}',
    );
    const inside = '<n>0</n><yes>true</yes><no>false</no><at>1970-01-01T00:00:00+0000</at><names>a</names><names>b</names>';
    expect(xml({ thing })).toBe(inXml(`<thing>${inside}</thing>`));
  });

  test('tells its version only to a caller that is known', () => {
    expect(reply({ name: 'x' }, {}, 'xml', false).body).toBe(`${DECLARATION}<xresponse></xresponse>`);
  });
});

describe('text that XML or JSON could stumble over', () => {
  test.each(['<a>&amp;"\'</a>', ']]> <!-- -->', 'a\r\nb', ' edges ', 'é日本💾', '\\u0041 \\ "', '{"a":1}', '\u2028\u2029'])(
    'comes back as it was: %j',
    async (text) => {
      expect(JSON.parse(json({ text }))).toEqual({ listthingsresponse: { text } });
      const parsed = (await parseStringPromise(DECLARATION + xml({ text }))) as { listthingsresponse: { text: string[] } };
      expect(parsed.listthingsresponse.text).toEqual([text]);
    },
  );

  test('is replaced in XML where XML has no place for it', async () => {
    const text = 'a\u0000b\u0008c\u001fd\ufffee\ud800f';
    const parsed = (await parseStringPromise(DECLARATION + xml({ text }))) as { listthingsresponse: { text: string[] } };
    expect(parsed.listthingsresponse.text).toEqual(['a\ufffdb\ufffdc\ufffdd\ufffde\ufffdf']);
  });
});

describe('a failure', () => {
  test('says everything in the body, and its text in a header', () => {
    const error = new ApiError('bad_parameter', 'Unable to <do> it');
    expect(errorReply({ name: 'restoreBackup' }, error, 'json', true)).toEqual({
      status: 431,
      headers: { 'Content-Type': 'application/json; charset=UTF-8', 'X-Description': 'Unable to <do> it' },
      body: '{"restorebackupresponse":{"uuidList":[],"errorcode":431,"cserrorcode":9999,"errortext":"Unable to <do> it"}}',
    });
    expect(errorReply({ name: 'restoreBackup' }, error, 'xml', false)).toEqual({
      status: 431,
      headers: { 'Content-Type': 'text/xml; charset=UTF-8', 'X-Description': 'Unable to <do> it' },
      body: `${DECLARATION}<restorebackupresponse><errorcode>431</errorcode><cserrorcode>9999</cserrorcode><errortext>Unable to &lt;do&gt; it</errortext></restorebackupresponse>`,
    });
  });

  test('of credentials has no further number and no header', () => {
    const { headers, body } = errorReply({ name: 'listZones' }, new ApiError('unauthenticated'), 'json', false);
    expect(Object.keys(headers)).toEqual(['Content-Type']);
    expect(JSON.parse(body)).toEqual({
      listzonesresponse: { uuidList: [], errorcode: 401, errortext: 'unable to verify user credentials and/or request signature' },
    });
  });

  test('of a command that is not known is in an envelope of its own', () => {
    for (const [command, kind] of [
      [undefined, 'unauthenticated'],
      [{ name: 'listZones' }, 'unknown_command'],
      [undefined, 'unknown_command'],
    ] as const) {
      expect(Object.keys(JSON.parse(errorReply(command, new ApiError(kind), 'json', false).body) as object)).toEqual(['errorresponse']);
    }
  });

  test('of a login by GET is one plain line', () => {
    expect(errorReply({ name: 'login' }, new ApiError('login_by_get'), 'json', false)).toEqual({
      status: 405,
      headers: { 'Content-Type': 'text/plain; charset=UTF-8', Allow: 'POST' },
      body: 'Please use HTTP POST to authenticate using this API',
    });
  });

  test.each((Object.keys(ERRORS) as ErrorKind[]).filter((kind) => kind !== 'login_by_get'))(
    'of the kind %s has one envelope, whose code is the status',
    (kind) => {
      const { status, body } = errorReply({ name: 'listZones' }, new ApiError(kind), 'json', false);
      const [[envelope, inside], ...others] = Object.entries(JSON.parse(body) as Record<string, Record<string, unknown>>) as [
        [string, Record<string, unknown>],
      ];
      expect([envelope.endsWith('response'), inside.errorcode, others]).toEqual([true, status, []]);
      expect([typeof inside.errortext, Array.isArray(inside.uuidList)]).toEqual(['string', true]);
    },
  );

  test('keeps its header to one line of Latin-1 that is not too long', () => {
    const description = (text: string) => errorReply({ name: 'x' }, new ApiError('refused', text), 'json', false).headers['X-Description'];
    expect(description('a\r\nSet-Cookie: b\n\nc')).toBe('a Set-Cookie: b c');
    expect(description('naïve 日本 💾 \u0001\t')).toBe('naïve ?? ?? ??');
    expect(description('x'.repeat(5000))).toBe('x'.repeat(1000));
  });
});
