import { lookUp, readParameters, refuseControlCharacters } from '../../src/api/request-parameters.js';

const read = (query: string, form = ''): Record<string, string> => Object.fromEntries(readParameters(query, form));

describe('parameters', () => {
  test.each<[string, string, Record<string, string>]>([
    ['nothing', '', {}],
    ['names and values', 'a=1&b=2', { a: '1', b: '2' }],
    ['names as they are spelt', 'zoneId=1&zoneid=2', { zoneId: '1', zoneid: '2' }],
    ['a plus sign as a space', 'a+b=c+d', { 'a b': 'c d' }],
    ['percent-encoded UTF-8', '%C3%A9=%F0%9F%92%BE%2B%20%26%3D%25', { é: '💾+ &=%' }],
    ['brackets, encoded and not', 'tags[0].key=a&tags%5B1%5D.key=b', { 'tags[0].key': 'a', 'tags[1].key': 'b' }],
    ['further equals signs as part of the value', 'a=b=c==', { a: 'b=c==' }],
    ['empty values', 'a=&b=', { a: '', b: '' }],
    ['names without an equals sign as nothing', 'a&b=1&c', { b: '1' }],
    ['values without a name as nothing', '=1&b=2', { b: '2' }],
    ['empty tokens as nothing', '&&a=1&&', { a: '1' }],
    [
      'names of any object as any other',
      '__proto__=1&constructor=2',
      Object.fromEntries([
        ['__proto__', '1'],
        ['constructor', '2'],
      ]),
    ],
  ])('are read: %s', (_, query, expected) => {
    expect(read(query)).toEqual(expected);
    expect(read('', query)).toEqual(expected);
  });

  test('given twice: the last of the query, the first of the form, and the query before the form', () => {
    expect(read('a=1&a=2')).toEqual({ a: '2' });
    expect(read('', 'a=1&a=2')).toEqual({ a: '1' });
    expect(read('a=1&a=2', 'a=3&b=4')).toEqual({ a: '2', b: '4' });
  });

  test.each(['%', '%2', '%zz', '%C3', '%FF', '%C0%80', '%ED%A0%80', 'a%=1', '%u0041'])(
    'that are not percent-encoded UTF-8 are refused: %s',
    (text) => {
      const shape = { kind: 'malformed_request', message: 'the parameters are not percent-encoded UTF-8' };
      expect(() => read(`a=${text}`)).toThrow(expect.objectContaining(shape));
      expect(() => read('', `${text}=a`)).toThrow(expect.objectContaining(shape));
    },
  );

  test('may be 5000, and no more', () => {
    const many = (count: number) => Array.from({ length: count }, (_, index) => `p${index}=`).join('&');
    expect(Object.keys(read(many(5000)))).toHaveLength(5000);
    const shape = { kind: 'too_large', message: 'the request has more than 5000 parameters' };
    expect(() => read(many(5001))).toThrow(expect.objectContaining(shape));
    expect(() => read('', many(5001))).toThrow(expect.objectContaining(shape));
    expect(() => read('&'.repeat(1_000_000))).toThrow(expect.objectContaining(shape));
  });
});

describe('control characters', () => {
  const check = (name: string, value: string) => refuseControlCharacters(new Map([[name, value]]));

  test.each([...Array.from({ length: 32 }, (_, code) => code), 127].filter((code) => code !== 10 && code !== 13))(
    'are refused: %i',
    (code) => {
      const character = String.fromCharCode(code);
      expect(() => check('name', `a${character}b`)).toThrow(
        expect.objectContaining({
          kind: 'bad_parameter',
          message: 'Received value containing illegal ASCII non-printable characters for parameter name',
        }),
      );
      expect(() => check(`a${character}`, '')).toThrow(expect.objectContaining({ message: expect.stringMatching(/for parameter a./) }));
    },
  );

  test('are not: line ends, and everything that can be printed', () => {
    expect(() => check('name', 'a\r\nb ~ é 日本 💾 \u0080 \u2028')).not.toThrow();
  });
});

test('a name is looked up in any case, as it is spelt first', () => {
  const parameters = new Map(Object.entries({ ApiKey: '1', RESPONSE: 'json', response: 'xml' }));
  expect([lookUp(parameters, 'apikey'), lookUp(parameters, 'response'), lookUp(parameters, 'command')]).toEqual(['1', 'xml', undefined]);
});
