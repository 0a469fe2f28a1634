import { pathsTo } from '../../src/domain-path.js';
import { accountLimit, domainLimit } from '../../src/limits/effective-limits.js';
import { amountOf, limitOf, typesAsked, unitsOf } from '../../src/limits/resource-type.js';

const GIB = 2 ** 30;
const none = undefined;

test('a domain is part of those above it', () => {
  expect(pathsTo('ROOT/north/far')).toEqual(['ROOT', 'ROOT/north', 'ROOT/north/far']);
  expect(pathsTo('ROOT')).toEqual(['ROOT']);
});

test.each([
  ['its own', 5, 'User', 5],
  ['its own, if that is none', Infinity, 'User', Infinity],
  ['its own, also if it is of a root administrator', 5, 'Admin', 5],
  ['none, if it is of a root administrator', none, 'Admin', Infinity],
  ['what is usual', none, 'DomainAdmin', 20],
] as const)('the limit of an account is %s', (_what, own, role, limit) => {
  expect(accountLimit(own, role, 20)).toBe(limit);
});

test.each([
  ['its own', [none, 7, 5], 5],
  ['its own, also if that is more than above it', [none, 5, 7], 7],
  ['that of the nearest domain above it', [none, 7, none, none], 7],
  ['none, if the nearest above it has none', [none, 3, Infinity, none], Infinity],
  ['what is usual', [none, none, none], 40],
  ['what is usual, also if the top has a limit', [100, none], 40],
  ['none, if it is the top', [none], Infinity],
  ['its own, if it is the top', [100], 100],
] as const)('the limit of a domain is %s', (_what, own, limit) => {
  expect(domainLimit(own, 40)).toBe(limit);
});

test('storage is counted in GiB, and what is begun counts as whole', () => {
  expect(amountOf('backup_storage', 3)).toBe(3 * GIB);
  expect([0, 1, GIB, GIB + 1].map((bytes) => unitsOf('backup_storage', bytes))).toEqual([0, 1, 1, 2]);
  expect([amountOf('backup', 3), unitsOf('backup', 3)]).toEqual([3, 3]);
});

test('no limit is -1', () => {
  expect([amountOf('backup', -1), unitsOf('backup_storage', Infinity)]).toEqual([Infinity, -1]);
});

test.each([
  ['backup', -2],
  ['backup_storage', 2 ** 23],
] as const)('%s cannot be limited to %i', (type, units) => {
  expect(() => limitOf(type, units)).toThrow('parameter max');
});

test('types are asked for by number or by name, where the name counts', () => {
  expect(typesAsked(undefined, undefined)).toEqual(['backup', 'backup_storage']);
  expect(typesAsked(13, undefined)).toEqual(['backup_storage']);
  expect(typesAsked(13, 'Backup')).toEqual(['backup']);
  expect(() => typesAsked(0, undefined)).toThrow(
    'parameter resourcetype: there are no limits of 0 here; there are limits of 12 (backup) and 13',
  );
  expect(() => typesAsked(undefined, 'user_vm')).toThrow('parameter resourcetypename: there are no limits of user_vm');
});
