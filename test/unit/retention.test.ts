import fc from 'fast-check';
import { surplus, type Aged } from '../../src/backup/retention.js';

const backups = fc.uniqueArray(
  fc.record({ id: fc.nat(), created: fc.date({ min: new Date(0), max: new Date(1000), noInvalidDate: true }) }),
  { selector: ({ id }) => id, maxLength: 20 },
);
const isOlder = (one: Aged, other: Aged) => one.created < other.created || (+one.created === +other.created && one.id < other.id);

test('what is kept is as much as is wanted, and newer than everything that goes', () => {
  fc.assert(
    fc.property(backups, fc.integer({ min: 1, max: 25 }), (all, keep) => {
      const gone = surplus(all, keep);
      const kept = all.filter((backup) => !gone.includes(backup));
      expect(kept).toHaveLength(Math.min(keep, all.length));
      for (const one of gone) for (const other of kept) expect(isOlder(one, other)).toBe(true);
    }),
  );
});

test('what goes comes oldest first', () => {
  fc.assert(
    fc.property(backups, fc.integer({ min: 1, max: 25 }), (all, keep) => {
      const gone = surplus(all, keep);
      gone.forEach((backup, index) => expect(index === 0 || isOlder(gone[index - 1] ?? backup, backup)).toBe(true));
    }),
  );
});

test('everything is kept when no number is given', () => {
  fc.assert(fc.property(backups, (all) => expect(surplus(all, 0)).toEqual([])));
});
