import { randomUUID } from 'node:crypto';
import { forEachEngine, testDatabase } from '../kit/engines.js';
import { race, winners } from '../kit/races.js';

forEachEngine((engine) => {
  const handle = testDatabase(engine);
  const admissions = () => handle.db.daos.limitAdmissions;
  const owner = { kind: 'account', id: 1 } as const;

  test('the latest operation is replaced only by who has seen it', async () => {
    expect(await admissions().findLatest(owner)).toBeUndefined();
    expect(await admissions().replaceLatest(owner, undefined, 'first')).toBe(true);
    expect(await admissions().replaceLatest(owner, undefined, 'second')).toBe(false);
    expect(await admissions().replaceLatest(owner, 'first', 'second')).toBe(true);
    expect(await admissions().replaceLatest(owner, 'first', 'third')).toBe(false);
    expect(await admissions().findLatest(owner)).toBe('second');
  });

  test('owners are told apart', async () => {
    await admissions().replaceLatest(owner, undefined, 'first');
    expect(await admissions().findLatest({ kind: 'domain', id: 1 })).toBeUndefined();
    expect(await admissions().findLatest({ kind: 'account', id: 2 })).toBeUndefined();
  });

  test.each([
    ['is the first', undefined],
    ['replaces the same one', 'seen'],
  ])('one of many %s', async (_what, seen) => {
    if (seen !== undefined) await admissions().replaceLatest(owner, undefined, seen);
    expect(winners(await race(8, () => admissions().replaceLatest(owner, seen, randomUUID())))).toBe(1);
  });
});

describe('on mariadb', () => {
  const handle = testDatabase('mariadb');
  const owner = { kind: 'account', id: 1 } as const;

  test('a transaction that has begun to read before another one was admitted is not', async () => {
    await handle.db.daos.limitAdmissions.replaceLatest(owner, undefined, 'seen');
    const late = handle.db.transaction(async ({ limitAdmissions }) => {
      const seen = await limitAdmissions.findLatest(owner);
      await handle.db.knex('limit_admission').update({ latest: 'other' });
      expect(await limitAdmissions.findLatest(owner)).toBe(seen);
      return limitAdmissions.replaceLatest(owner, seen, 'late');
    });
    expect(await late).toBe(false);
    expect(await handle.db.daos.limitAdmissions.findLatest(owner)).toBe('other');
  });
});
