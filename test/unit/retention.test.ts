import fc from 'fast-check';
import { surplus } from '../../src/backup/retention.js';

const backups = fc.uniqueArray(fc.record({ id: fc.nat() }), { selector: ({ id }) => id, maxLength: 20 });

test('what is kept is as much as is wanted, and newer than everything that goes', () => {
  fc.assert(
    fc.property(backups, fc.integer({ min: 1, max: 25 }), (all, keep) => {
      const gone = surplus(all, keep);
      const kept = all.filter((backup) => !gone.includes(backup));
      expect(kept).toHaveLength(Math.min(keep, all.length));
      for (const one of gone) for (const other of kept) expect(one.id).toBeLessThan(other.id);
    }),
  );
});

test('what goes comes oldest first', () => {
  fc.assert(
    fc.property(backups, fc.integer({ min: 1, max: 25 }), (all, keep) => {
      const gone = surplus(all, keep).map(({ id }) => id);
      expect(gone).toEqual(gone.toSorted((a, b) => a - b));
    }),
  );
});

test('everything is kept when no number is given', () => {
  fc.assert(fc.property(backups, (all) => expect(surplus(all, 0)).toEqual([])));
});
