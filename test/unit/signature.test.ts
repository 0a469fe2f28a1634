import { createHmac } from 'node:crypto';
import { canonicalText, isSignedWith } from '../../src/api/signature.js';

const parameters = (values: Readonly<Record<string, string>>): ReadonlyMap<string, string> => new Map(Object.entries(values));
const hmac = (secret: string, text: string): string => createHmac('sha1', secret).update(text, 'utf8').digest('base64');

/** The vectors of the protocol: what is signed, as which text, with which result. */
const VECTORS = [
  {
    secret: 'VDaACYb0LV9eNjTetIOElcVQkvJck_J_QljX_FcHRj87ZKiy0z0ty0ZsYBkoXkY9b7eq1EhwJaw7FF3akA3KBQ',
    sent: {
      apiKey: 'plgWJfZK4gyS3mOMTVmjUVg-X-jlWlnfaUJ9GAbBbf9EdM-kAYMmAiLqzzq1ElZLYq_u38zCm0bewzGUdP66mg',
      command: 'listUsers',
      response: 'json',
    },
    text: 'apikey=plgwjfzk4gys3momtvmjuvg-x-jlwlnfauj9gabbbf9edm-kaymmailqzzq1elzlyq_u38zcm0bewzgudp66mg&command=listusers&response=json',
    signature: 'TTpdDq/7j/J58XCRHomKoQXEQds=',
  },
  {
    secret: 'SECRET',
    sent: {
      zoneId: 'Z',
      'tags[0].key': 'K',
      signatureVersion: '3',
      response: 'json',
      name: 'a b+c~d*e/é[x]=&%',
      expires: '2026-01-01T00:00:00+0000',
      command: 'createVolume',
      apiKey: 'KEY',
    },
    text: 'apikey=key&command=createvolume&expires=2026-01-01t00%3a00%3a00%2b0000&name=a%20b%2bc%7ed*e%2f%c3%a9%5bx%5d%3d%26%25&response=json&signatureversion=3&tags[0].key=k&zoneid=z',
    signature: 'ZiIpTwq7K5vDd51Bm5G1xnA4Ssc=',
  },
];

describe('the vectors of the protocol', () => {
  test.each(VECTORS)('$signature', ({ secret, sent, text, signature }) => {
    expect(canonicalText(parameters(sent))).toBe(text);
    expect(hmac(secret, text)).toBe(signature);
    expect(isSignedWith(secret, parameters(sent), signature)).toBe(true);
  });

  test.each(['signature', 'Signature', 'SIGNATURE'])('leave the parameter %s out of what is signed', (name) => {
    const [{ secret, sent, text, signature }] = VECTORS as [(typeof VECTORS)[0]];
    const withSignature = parameters({ ...sent, [name]: signature });
    expect(canonicalText(withSignature)).toBe(text);
    expect(isSignedWith(secret, withSignature, signature)).toBe(true);
  });
});

describe('a signature as clients make it is accepted', () => {
  const sent = parameters({ apiKey: 'KEY', command: 'listX', name: 'a~b*c[d]', networkIds: '1', networkdomain: '2' });
  const start = 'apikey=key&command=listx';

  test.each([
    ['the reference server', `${start}&name=a%7eb*c%5bd%5d&networkids=1&networkdomain=2`],
    ['the documentation: lower case first, then sorted', `${start}&name=a%7eb*c%5bd%5d&networkdomain=2&networkids=1`],
    ['cs and cloudmonkey: ~ as it is', `${start}&name=a~b*c%5bd%5d&networkids=1&networkdomain=2`],
    ['older cloudmonkey: * encoded', `${start}&name=a~b%2ac%5bd%5d&networkids=1&networkdomain=2`],
    ['marvin: ~ as it is, sorted by lower-cased names', `${start}&name=a~b*c%5bd%5d&networkdomain=2&networkids=1`],
    ['libcloud: ~ and brackets as they are, sorted by lower-cased names', `${start}&name=a~b*c[d]&networkdomain=2&networkids=1`],
    ['older libcloud: and * encoded', `${start}&name=a~b%2ac[d]&networkdomain=2&networkids=1`],
    ['the reference server, with * encoded', `${start}&name=a%7eb%2ac%5bd%5d&networkids=1&networkdomain=2`],
  ])('%s', (_, text) => {
    expect(isSignedWith('secret', sent, hmac('secret', text))).toBe(true);
  });

  test.each([
    ['sorted by names', 'a=1&a1=2'],
    ['ruby: sorted by whole pairs', 'a1=2&a=1'],
  ])('%s', (_, text) => {
    expect(isSignedWith('secret', parameters({ a: '1', a1: '2' }), hmac('secret', text))).toBe(true);
  });
});

describe('a signature is refused', () => {
  const sent = { apiKey: 'KEY', command: 'listX', name: 'value' };
  const right = hmac('secret', 'apikey=key&command=listx&name=value');
  const refuses = (secret: string, values: Readonly<Record<string, string>>, signature: string) =>
    expect(isSignedWith(secret, parameters(values), signature)).toBe(false);

  test('though it is the right one for', () => {
    expect(isSignedWith('secret', parameters(sent), right)).toBe(true);
  });

  test.each([
    ['another value', { ...sent, name: 'other' }],
    ['another name', { apiKey: 'KEY', command: 'listX', names: 'value' }],
    ['one parameter more', { ...sent, more: '' }],
    ['one parameter less', { apiKey: 'KEY', command: 'listX' }],
  ])('for %s', (_, values) => refuses('secret', values, right));

  test('under another secret', () => refuses('Secret', sent, right));

  test.each([
    ['empty', ''],
    ['in other case', right.toLowerCase()],
    ['without padding', right.replace(/=+$/, '')],
    ['with a space for the plus sign', `${right} `],
    ['as hexadecimal digits', Buffer.from(right, 'base64').toString('hex')],
    ['by another digest', createHmac('sha256', 'secret').update('apikey=key&command=listx&name=value').digest('base64')],
    ['over a text that is not in lower case', hmac('secret', 'apiKey=KEY&command=listX&name=value')],
    ['of other characters', 'é'.repeat(28)],
  ])('%s', (_, signature) => refuses('secret', sent, signature));
});

test('a very long request is signed as the reference server says, or not at all', () => {
  const sent = parameters({ name: `~${'x'.repeat(70_000)}` });
  expect(isSignedWith('secret', sent, hmac('secret', `name=%7e${'x'.repeat(70_000)}`))).toBe(true);
  expect(isSignedWith('secret', sent, hmac('secret', `name=~${'x'.repeat(70_000)}`))).toBe(false);
});
