import { fieldOf, formatAnswer } from '../../src/cli/table.js';

describe('an answer for people', () => {
  test('is a table for a list, with the columns that people look for', () => {
    const zone = [
      { id: '1', dns1: 'x', name: 'short' },
      { id: '22', name: 'a longer name', description: 'd' },
    ];
    expect(formatAnswer({ count: 2, zone })).toBe('id  name           description\n1   short\n22  a longer name  d');
  });

  test('has all columns if there is none of those', () => {
    expect(formatAnswer({ count: 1, thing: [{ one: 1, other: { a: [true] } }] })).toBe('one  other\n1    {"a":[true]}');
  });

  test('is one line for each field of an object', () => {
    expect(formatAnswer({ capability: { version: '4', supported: false } })).toBe('version    4\nsupported  false');
    expect(formatAnswer({ success: true })).toBe('success  true');
    expect(formatAnswer({ jobid: 'a', jobstatus: 1, jobresult: { success: true } })).toBe(
      'jobid      a\njobstatus  1\njobresult  {"success":true}',
    );
  });

  test('is words for an empty list', () => {
    expect(formatAnswer({})).toBe('nothing found');
  });
});

describe('one field', () => {
  test('is a line for each item of a list', () => {
    expect(fieldOf({ count: 2, zone: [{ id: '1' }, { id: '2' }] }, 'id')).toBe('1\n2');
  });

  test('is that of the object, or of the answer itself', () => {
    expect(fieldOf({ user: { id: 'x', tags: ['a'] } }, 'tags')).toBe('["a"]');
    expect(fieldOf({ success: true }, 'success')).toBe('true');
  });

  test('is empty where there is none', () => {
    expect(fieldOf({}, 'id')).toBe('');
    expect(fieldOf({ count: 1, zone: [{ id: '1' }] }, 'toString')).toBe('');
  });
});
