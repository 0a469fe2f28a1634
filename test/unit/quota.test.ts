import fc from 'fast-check';
import { binding, firstPassed, whyPassed, type LimitedOwner, type Quota } from '../../src/limits/quota.js';
import { ALL_TYPES, amounts, type Amounts } from '../../src/limits/resource-type.js';

const GIB = 2 ** 30;
const owner = (limits: Amounts, name = 'domain ROOT/north'): LimitedOwner => ({ kind: 'domain', id: 1, name, counted: {}, limits });
const quota = (limits: Amounts, used: Amounts): Quota => ({ ...owner(limits), used });

const few = fc.nat({ max: 9 });
const some = fc.record({ backup: few, backup_storage: few });
const limit = fc.oneof(few, fc.constant(Infinity));
const limits = fc.record({ backup: limit, backup_storage: limit });

/** Owners of which each is part of the one before it, so that it cannot use more. */
const line = fc.array(fc.tuple(limits, some), { minLength: 1, maxLength: 5 }).map((owners) => {
  let above = amounts(() => Infinity);
  return owners.map(([of, wish], index) => {
    above = amounts((type) => Math.min(above[type], wish[type]));
    return { ...quota(of, above), id: index };
  });
});

const fits = ({ limits: most, used }: Quota, asked: Amounts) =>
  ALL_TYPES.every((type) => asked[type] === 0 || used[type] + asked[type] <= most[type]);

test('something is let in only if it stays within every limit', () => {
  fc.assert(
    fc.property(line, some, (owners, asked) => {
      expect(firstPassed(owners, asked) === undefined).toBe(owners.every((each) => fits(each, asked)));
    }),
  );
});

test('what is named is a limit that would be passed', () => {
  fc.assert(
    fc.property(line, some, (owners, asked) => {
      const passed = firstPassed(owners, asked);
      if (passed) expect(passed.quota.used[passed.type] + asked[passed.type]).toBeGreaterThan(passed.quota.limits[passed.type]);
    }),
  );
});

test('whom nothing binds makes no difference', () => {
  fc.assert(
    fc.property(line, some, (owners, asked) => {
      fc.pre(owners.every(({ used, limits: most }) => ALL_TYPES.every((type) => used[type] <= most[type])));
      const bound = binding(owners).map(({ id }) => owners[id] as Quota);
      expect(firstPassed(bound, asked) === undefined).toBe(firstPassed(owners, asked) === undefined);
    }),
  );
});

test('nobody is bound where nobody is limited', () => {
  expect(binding([owner(amounts(() => Infinity)), owner(amounts(() => Infinity))])).toEqual([]);
});

test('of equal limits only the one at the top binds', () => {
  const [top, same] = [owner({ backup: 40, backup_storage: GIB }, 'top'), owner({ backup: 40, backup_storage: 2 * GIB }, 'same')];
  expect(binding([top, same]).map(({ name }) => name)).toEqual(['top']);
});

const ADVICE = 'delete backups that are no longer needed, or have an administrator raise the limit (updateResourceLimit with resourcetype';

test.each([
  [{ backup: 20, backup_storage: 5 * GIB }, `domain ROOT/north has 20 of at most 20 backups, and this needs 1 more; ${ADVICE} 12)`],
  [
    { backup: 2, backup_storage: 4 * GIB + 1 },
    `domain ROOT/north has 5 of at most 5 GiB of backup storage, and this needs 1 more; ${ADVICE} 13)`,
  ],
])('says whose limit it is, what is used and what can be done', (used, text) => {
  const asked = { backup: 1, backup_storage: GIB };
  expect(whyPassed(firstPassed([quota({ backup: 20, backup_storage: 5 * GIB }, used)], asked)!, asked)).toBe(text);
});
