import { forEachEngine, testDatabase } from '../kit/engines.js';
import { race } from '../kit/races.js';

forEachEngine((engine) => {
  const handle = testDatabase(engine);
  const limits = () => handle.db.daos.resourceLimits;
  const limit = { ownerKind: 'account', ownerId: 1, resourceType: 12, max: 5 } as const;

  test('an owner has one limit of a type: the last that it was given', async () => {
    await limits().save(limit);
    await limits().save({ ...limit, max: 7 });
    await limits().save({ ...limit, resourceType: 13, max: Number.MAX_SAFE_INTEGER });
    expect(await limits().listByOwners('account', [1])).toEqual([
      { ...limit, max: 7 },
      { ...limit, resourceType: 13, max: Number.MAX_SAFE_INTEGER },
    ]);
  });

  test('an owner may be without limit', async () => {
    await limits().save({ ...limit, max: Infinity });
    expect(await limits().listByOwners('account', [1])).toEqual([{ ...limit, max: Infinity }]);
  });

  test('many may give one limit at the same time', async () => {
    await race(8, (max) => limits().save({ ...limit, max }));
    expect(await limits().listByOwners('account', [1])).toHaveLength(1);
  });

  test('accounts and domains are told apart', async () => {
    await limits().save(limit);
    await limits().save({ ...limit, ownerId: 2 });
    expect(await limits().listByOwners('domain', [1, 2])).toEqual([]);
    expect((await limits().listByOwners('account', [1, 2, 3])).map(({ ownerId }) => ownerId)).toEqual([1, 2]);
  });
});
