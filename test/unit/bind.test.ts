import { bind, idProblem } from '../../src/api/bind.js';
import { ApiCommand, Command, Parameter, specOf } from '../../src/api/command.js';
import { describeApi } from '../../src/api/describe-api.js';
import { successResponse } from '../../src/api/response.js';

const UUID = 'ABCDEF01-2345-6789-abcd-ef0123456789';

abstract class Trial extends Command {
  execute() {
    return {};
  }
}

@ApiCommand({ name: 'tryTypes', description: 'has a parameter of every type', roles: ['Admin'], returns: successResponse })
class TryTypesCmd extends Trial {
  @Parameter({ type: 'string', length: 10, description: 'a string' })
  text: string | undefined;

  @Parameter({ type: 'uuid', entity: 'zone', description: 'a uuid' })
  zoneId: string | undefined;

  @Parameter({ type: 'integer', description: 'an integer' })
  count: number | undefined;

  @Parameter({ type: 'long', description: 'a long' })
  size: number | undefined;

  @Parameter({ type: 'boolean', description: 'a boolean' })
  forced: boolean | undefined;

  @Parameter({ type: 'date', description: 'a date' })
  startDate: Date | undefined;

  @Parameter({ type: 'date', description: 'a date' })
  endDate: Date | undefined;

  @Parameter({ type: 'list', description: 'a list' })
  names: readonly string[] | undefined;

  @Parameter({ type: 'map', description: 'a map' })
  tags: readonly Readonly<Record<string, string>>[] | undefined;
}

@ApiCommand({ name: 'tryRequired', description: 'has required parameters', roles: ['Admin'], returns: successResponse })
class TryRequiredCmd extends Trial {
  @Parameter({ type: 'uuid', required: true, alsoNamed: ['policyid', 'id'], entity: 'zone', description: 'a uuid of several names' })
  backupPolicyId!: string;

  @Parameter({ type: 'string', required: true, mayBeEmpty: true, description: 'a string that may be empty' })
  value!: string;
}

const fieldsOf = (type: new () => Command, sent: Readonly<Record<string, string>>) => ({
  ...bind(specOf(type), new Map(Object.entries(sent))),
});
const bound = (sent: Readonly<Record<string, string>>) => fieldsOf(TryTypesCmd, sent) as unknown as TryTypesCmd;
const required = (sent: Readonly<Record<string, string>>) => fieldsOf(TryRequiredCmd, sent);
const bad = (message: unknown) => expect.objectContaining({ kind: 'bad_parameter', message });
const invalid = (value: string, name: string) =>
  bad(`Unable to execute API command trytypes due to invalid value ${value} for parameter ${name}`);

test('what is not sent is undefined, and what is not known is ignored', () => {
  const fields = bound({ command: 'tryTypes', apikey: 'x', other: 'y', constructor: 'z' });
  expect(Object.values(fields)).toEqual(Array(9).fill(undefined));
});

test('names are matched in any case', () => {
  expect(bound({ ZONEID: UUID, zoneid: UUID, Count: '1' })).toMatchObject({ zoneId: UUID.toLowerCase(), count: 1 });
});

describe('a boolean', () => {
  test.each(['true', 'TRUE', 'True'])('%s is true', (forced) => expect(bound({ forced }).forced).toBe(true));
  test.each(['false', '1', 'yes', '', ' true', 'on'])('%j is false', (forced) => expect(bound({ forced }).forced).toBe(false));
});

describe('an integer', () => {
  test.each([
    ['0', 0],
    ['-7', -7],
    ['+7', 7],
    ['2147483647', 2147483647],
    ['-2147483647', -2147483647],
  ])('%s', (count, expected) => {
    expect(bound({ count }).count).toBe(expected);
  });
  test.each(['', ' '])('%j is no value', (count) => expect(bound({ count }).count).toBeUndefined());
  test.each(['2147483648', '1.5', '1e3', '0x10', 'many', '--1', 'NaN', '9'.repeat(100), '１'])('%s is none', (count) => {
    expect(() => bound({ count })).toThrow(invalid(count, 'count'));
  });
});

describe('a long', () => {
  test.each([
    ['0', 0],
    ['-1', -1],
    ['9007199254740991', Number.MAX_SAFE_INTEGER],
  ])('%s', (size, expected) => expect(bound({ size }).size).toBe(expected));
  test.each(['', '9007199254740993', '9223372036854775807', 'many', '1.0'])('%j is none', (size) => {
    expect(() => bound({ size })).toThrow(invalid(size, 'size'));
  });
});

describe('a string', () => {
  test.each(['', ' ', '0123456789', 'a,b [c]', 'é日💾\r\n'])('%j is kept as it is', (text) => expect(bound({ text }).text).toBe(text));
  test('has a greatest length', () => {
    expect(() => bound({ text: '0123456789a' })).toThrow(
      bad('Unable to execute API command trytypes due to invalid value. Value greater than max allowed length 10 for param: text'),
    );
  });
});

describe('a uuid', () => {
  test('is accepted in either case', () => expect(bound({ zoneId: UUID }).zoneId).toBe(UUID.toLowerCase()));
  test.each(['-1', '42', 'zone', `${UUID}0`, ` ${UUID}`, `{${UUID}}`, UUID.replaceAll('-', ''), "' or 1=1"])('%j is none', (zoneId) => {
    expect(() => bound({ zoneId })).toThrow(bad(idProblem('tryTypes', 'zoneid', zoneId)));
  });
  test('that is none is reported in the words by which clients recognise "gone"', () => {
    expect(idProblem('listZones', 'id', 'x')).toBe(
      'Unable to execute API command listzones due to invalid value. Invalid parameter id value=x due to incorrect long value format, ' +
        'or entity does not exist or due to incorrect parameter annotation for the field in api cmd class.',
    );
  });
  test('that is empty is none: often a variable that was not set', () => {
    expect(() => bound({ zoneId: '' })).toThrow(bad(idProblem('tryTypes', 'zoneid', '')));
  });
});

describe('a date', () => {
  test('is a moment; a plain day is its start or its end by the name of the parameter', () => {
    const { startDate, endDate } = bound({ startdate: '2026-01-02', enddate: '2026-01-02' });
    expect([startDate?.toISOString(), endDate?.toISOString()]).toEqual(['2026-01-02T00:00:00.000Z', '2026-01-02T23:59:59.000Z']);
    expect(bound({ startdate: '2026-01-02T03:04:05+0100' }).startDate?.toISOString()).toBe('2026-01-02T02:04:05.000Z');
  });
  test.each(['tomorrow', '2026-01-01 00:00', '99-01-01'].filter((text) => !/^\d{4}-\d\d-\d\d/.test(text)))('%j is none', (startdate) => {
    expect(() => bound({ startdate })).toThrow(
      bad(`Unable to parse date ${startdate} for command trytypes, please pass dates in the format mentioned in the api documentation`),
    );
  });
});

describe('a list', () => {
  test.each<[string, string[]]>([
    ['a', ['a']],
    ['a,b,c', ['a', 'b', 'c']],
    [',a,,b,', ['a', 'b']],
    [',', []],
  ])('%j', (names, expected) => {
    expect(bound({ names }).names).toEqual(expected);
  });
  test('that is empty is no value', () => expect(bound({ names: '' }).names).toBeUndefined());
  test('has at most 1000 items', () => {
    expect(bound({ names: 'a,'.repeat(1000) }).names).toHaveLength(1000);
    expect(() => bound({ names: 'a,'.repeat(1001) })).toThrow(invalid('of 1001 items, more than 1000', 'names'));
  });
});

describe('a map', () => {
  test('is one record for each index, in the order of the indexes; fields keep their case', () => {
    const tags = bound({ 'tags[7].key': 'c', 'TAGS[0].Key': 'a', 'Tags[0].value': 'b', 'tags[7].a.b': 'd' }).tags;
    expect(tags).toEqual([
      { Key: 'a', value: 'b' },
      { key: 'c', 'a.b': 'd' },
    ]);
  });
  test('has records that are nothing but records', () => {
    const [record] = bound({ 'tags[0].__proto__': 'x' }).tags ?? [];
    expect([Object.keys(record ?? {}), Object.getPrototypeOf(record)]).toEqual([['__proto__'], null]);
  });
  test.each([
    'tags[0]',
    'tags[]',
    'tags[x].key',
    'tags[0.key',
    'tags0].key',
    'tags]0[.key',
    'tags[0][1].key',
    'tags[0].',
    'a.b[0].key',
    '[0].key',
    'tags[-1].key',
    'tags[0]key',
  ])('%s is not of its form, whatever the command takes', (name) => {
    const message = `Unable to decode parameter ${name}; if specifying an object array, please use parameter[index].field=XXX`;
    expect(() => bound({ [name]: 'x' })).toThrow(expect.objectContaining({ kind: 'malformed_map', message }));
  });
  test('is not a plain value', () => expect(() => bound({ tags: 'x' })).toThrow(invalid('x', 'tags')));
});

describe('a required parameter', () => {
  test('is missing', () => {
    expect(() => required({ value: '' })).toThrow(bad('Unable to execute API command tryrequired due to missing parameter backuppolicyid'));
    expect(() => required({ id: UUID })).toThrow(bad('Unable to execute API command tryrequired due to missing parameter value'));
  });
  test.each(['', '  '])('is empty: %j', (backuppolicyid) => {
    expect(() => required({ backuppolicyid, value: '' })).toThrow(bad('Empty or null value provided for API arg: backuppolicyid'));
  });
  test('may be left out beside each that stands in its place, and then is not called required', () => {
    @ApiCommand({ name: 'tryReplaced', description: 'has a parameter that others replace', roles: ['Admin'], returns: successResponse })
    class TryReplacedCmd extends Trial {
      @Parameter({ type: 'string', required: { unless: ['one', 'other'] }, description: 'a string instead of which others will do' })
      name: string | undefined;

      @Parameter({ type: 'string', description: 'one that will do' })
      one: string | undefined;

      @Parameter({ type: 'boolean', description: 'another that will do' })
      other: boolean | undefined;
    }
    const replaced = (sent: Readonly<Record<string, string>>) => fieldsOf(TryReplacedCmd, sent);
    expect(() => replaced({})).toThrow(bad('Unable to execute API command tryreplaced due to missing parameter name'));
    expect(() => replaced({ name: '', one: '1' })).toThrow(bad('Empty or null value provided for API arg: name'));
    expect([replaced({ ONE: '1' }), replaced({ other: 'false' })]).toMatchObject([{ one: '1' }, { other: false }]);
    const spec = specOf(TryReplacedCmd);
    const [described] = describeApi(new Map([['tryreplaced', spec]]), new Set(['tryReplaced']));
    expect(described?.params.map(({ name, required: isRequired }) => [name, isRequired])).toContainEqual(['name', false]);
  });
  test('may be empty where that is said', () => expect(required({ id: UUID, value: '' })).toMatchObject({ value: '' }));
  test.each(['backupPolicyId', 'policyid', 'id'])('may be sent as %s', (name) => {
    expect(required({ [name]: UUID, value: 'v' })).toEqual({ backupPolicyId: UUID.toLowerCase(), value: 'v' });
  });
  test('may be sent under several names if they agree', () => {
    expect(required({ id: UUID, policyid: UUID, value: '' })).toMatchObject({ backupPolicyId: UUID.toLowerCase() });
    expect(() => required({ id: UUID, policyid: UUID.replace('A', 'B'), value: '' })).toThrow(
      bad('Parameters backuppolicyid, policyid, id mean the same and were given different values'),
    );
  });
});

test('an answer repeats no more than the first 255 characters of what was sent', () => {
  const long = 'x'.repeat(300);
  expect(() => bound({ zoneId: long })).toThrow(bad(idProblem('tryTypes', 'zoneid', long.slice(0, 255))));
  expect(() => bound({ count: long })).toThrow(invalid(long.slice(0, 255), 'count'));
  expect(() => bound({ startdate: long })).toThrow(bad(expect.stringContaining(`date ${long.slice(0, 255)} for`)));
});
