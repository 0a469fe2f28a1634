import fc from 'fast-check';
import { EVERYONE } from '../../src/account/role-type.js';
import { allows, isRule, matches, type Rule } from '../../src/account/rules.js';

const letters = fc.constantFrom(...'abAB01');
const name = fc.string({ unit: letters, minLength: 1, maxLength: 8 });
const pattern = fc.string({ unit: fc.constantFrom(...'abAB01**'), minLength: 1, maxLength: 8 });
const permission = fc.constantFrom('allow' as const, 'deny' as const);
const rule: fc.Arbitrary<Rule> = fc.record({ rule: pattern, permission });
const type = fc.constantFrom(...EVERYONE);
const command = fc.record({ names: fc.array(name, { minLength: 1, maxLength: 3 }), roles: fc.subarray([...EVERYONE]) });

/** What a rule means, said in another way. */
const asExpression = (text: string): RegExp => new RegExp(`^${text.replaceAll('*', '.*')}$`, 'i');

describe('a rule', () => {
  test.each([
    ['listZones', 'listzones', true],
    ['list*', 'listZones', true],
    ['list*', 'list', true],
    ['list*', 'deployVirtualMachine', false],
    ['*Backup', 'createBackup', true],
    ['*Backup', 'createBackupSchedule', false],
    ['*', 'anything', true],
    ['a*a', 'a', false],
    ['list*Backup*', 'listBackups', true],
    ['*Backup*Offering', 'deleteBackupOffering', true],
    ['*ab*ab*', 'xabx', false],
    ['listZone', 'listZones', false],
  ])('%s on %s: %s', (text, called, expected) => {
    expect(matches(text, called)).toBe(expected);
  });

  test('matches what the expression with any text for each * matches', () => {
    fc.assert(
      fc.property(pattern, name, (text, called) => matches(text, called) === asExpression(text).test(called)),
      { numRuns: 2000 },
    );
  });

  test('takes no time for many stars on a long name', () => {
    expect(matches(`${'*a'.repeat(127)}b`, 'a'.repeat(10_000))).toBe(false);
  });

  test.each(['listZones', 'list*', '*', 'a1*B'])('may be %s', (text) => expect(isRule(text)).toBe(true));
  test.each(['', 'list Zones', 'list.*', '^a', 'a,b', 'é', 'list?', 'a\n'])('may not be %j', (text) => expect(isRule(text)).toBe(false));
});

describe('a role', () => {
  test('without a rule that matches allows what the command declares for its type', () => {
    fc.assert(
      fc.property(fc.array(rule), type, command, (rules, role, called) => {
        const unmatched = rules.filter((one) => !called.names.some((each) => matches(one.rule, each)));
        return allows(unmatched, role, called) === called.roles.includes(role);
      }),
    );
  });

  test('goes by the first rule that matches, whatever comes after it and whatever its type', () => {
    fc.assert(
      fc.property(fc.array(rule), rule, fc.array(rule), type, command, (before, decisive, after, role, called) => {
        fc.pre(called.names.some((each) => matches(decisive.rule, each)));
        const unmatched = before.filter((one) => !called.names.some((each) => matches(one.rule, each)));
        return allows([...unmatched, decisive, ...after], role, called) === (decisive.permission === 'allow');
      }),
    );
  });

  test('decides of a command and its aliases alike', () => {
    const called = { names: ['removeFromOffering', 'removeFromPolicy'], roles: EVERYONE };
    for (const denied of called.names) expect(allows([{ rule: denied, permission: 'deny' }], 'User', called)).toBe(false);
  });

  test('is the same in any case of letters', () => {
    fc.assert(
      fc.property(fc.array(rule), type, command, (rules, role, called) => {
        const other = rules.map((one) => ({ ...one, rule: one.rule.toUpperCase() }));
        const names = called.names.map((each) => each.toLowerCase());
        return allows(rules, role, called) === allows(other, role, { ...called, names });
      }),
    );
  });
});
