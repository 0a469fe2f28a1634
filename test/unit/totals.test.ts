import fc from 'fast-check';
import { addedUp, commonPath, countedAbove, NOTHING } from '../../src/limits/totals.js';

const path = fc.array(fc.constantFrom('a', 'b', 'ab'), { maxLength: 3 }).map((names) => ['ROOT', ...names].join('/'));
const isIn = (domain: string, other: string) => `${domain}/`.startsWith(`${other}/`);

test('what was counted of several kinds is added up by owner', () => {
  const counted = [
    { owner: 1, machines: 2, cpus: 3, memoryMb: 4 },
    { owner: 2, machines: 1 },
    { owner: 1, backups: 5, backupBytes: 6 },
  ];
  expect([...addedUp(counted)]).toEqual([
    [1, { ...NOTHING, machines: 2, cpus: 3, memoryMb: 4, backups: 5, backupBytes: 6 }],
    [2, { ...NOTHING, machines: 1 }],
  ]);
});

test('what a domain has counts for it and for every domain above it, and for no other', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(path, fc.nat({ max: 9 }))), path, (own, asked) => {
      const totals = addedUp(countedAbove(own.map(([owner, backups]) => ({ owner, backups }))));
      const below = own.filter(([owner]) => isIn(owner, asked)).reduce((sum, [, backups]) => sum + backups, 0);
      expect(totals.get(asked)?.backups ?? 0).toBe(below);
    }),
  );
});

test('domains have the lowest domain in common that all of them are in', () => {
  fc.assert(
    fc.property(fc.array(path, { minLength: 1 }), (paths) => {
      const common = commonPath(paths);
      expect(paths.every((each) => isIn(each, common))).toBe(true);
      const lower = paths.map((each) =>
        each
          .split('/')
          .slice(0, common.split('/').length + 1)
          .join('/'),
      );
      expect(new Set(lower).size === 1 && lower[0] !== common).toBe(false);
    }),
  );
});

test.each([
  [['ROOT'], 'ROOT'],
  [['ROOT/north'], 'ROOT/north'],
  [['ROOT/north/far', 'ROOT/north'], 'ROOT/north'],
  [['ROOT/north', 'ROOT/northern'], 'ROOT'],
])('%j are in %s', (paths, common) => {
  expect(commonPath(paths)).toBe(common);
});
