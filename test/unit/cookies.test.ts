import { loginCookies, readCookies, sessionKeys, sessionTokens } from '../../src/api/cookies.js';

test.each<[string | undefined, [string, string][]]>([
  [undefined, []],
  ['', []],
  ['a=1', [['a', '1']]],
  [
    'a=1; b=2;c=3',
    [
      ['a', '1'],
      ['b', '2'],
      ['c', '3'],
    ],
  ],
  [
    'a=1; a=2',
    [
      ['a', '1'],
      ['a', '2'],
    ],
  ],
  [
    'a="quoted"; b=x=y=',
    [
      ['a', 'quoted'],
      ['b', 'x=y='],
    ],
  ],
  ['=noname; novalue; ; c=', [['c', '']]],
  ['__proto__=1', [['__proto__', '1']]],
])('the cookies of %j are read', (header, cookies) => {
  expect(readCookies(header)).toEqual(cookies);
});

test('every session that is named is found, without the suffix of a load balancer', () => {
  const cookies = readCookies('JSESSIONID=one; sessionkey=k1; JSESSIONID=two.node7; sessionkey=k2; jsessionid=other');
  expect(sessionTokens(cookies)).toEqual(['one', 'two']);
  expect(sessionKeys(cookies)).toEqual(['k1', 'k2']);
});

test('a login sets both cookies, on one path, out of reach of scripts', () => {
  expect(loginCookies('token', 'key')).toEqual([
    'JSESSIONID=token; Path=/client; HttpOnly; SameSite=Lax',
    'sessionkey=key; Path=/client; HttpOnly; SameSite=Lax',
  ]);
});
