import { CREATED, insertUser } from '../kit/builders.js';
import { forEachEngine, present, testDatabase } from '../kit/engines.js';

const later = (ms: number): Date => new Date(CREATED.getTime() + ms);

forEachEngine((engine) => {
  const handle = testDatabase(engine);
  const sessions = () => handle.db.daos.sessions;

  async function insertSession(tokenHash: string, lastUsed = CREATED): Promise<void> {
    const { id: userId } = await insertUser(handle.db.daos);
    await sessions().insert({ tokenHash, sessionKeyHash: 'hash', userId, created: CREATED, lastUsed });
  }

  test('finds a session by its token', async () => {
    await insertSession('a');
    await insertSession('b');
    expect(await sessions().findByToken('b')).toMatchObject({
      tokenHash: 'b',
      sessionKeyHash: 'hash',
      created: CREATED,
      lastUsed: CREATED,
    });
    expect(await sessions().findByToken('B')).toBeUndefined();
  });

  test('notes when a session was last used', async () => {
    await insertSession('a');
    await insertSession('b');
    const { id } = (await sessions().findByToken('a'))!;
    await sessions().touch(id, later(1));
    expect(await sessions().findByToken('a')).toMatchObject({ created: CREATED, lastUsed: later(1) });
    expect(await sessions().findByToken('b')).toMatchObject({ lastUsed: CREATED });
  });

  test('ends a session once', async () => {
    await insertSession('a');
    await insertSession('b');
    expect(await sessions().delete('a')).toBe(true);
    expect(await sessions().delete('a')).toBe(false);
    expect(await sessions().findByToken('a')).toBeUndefined();
    expect(await sessions().findByToken('b')).toBeDefined();
  });

  test('ends the sessions of a user, or of all users of an account', async () => {
    for (const token of ['a', 'b', 'c']) await insertSession(token);
    const [a, b] = [present(await sessions().findByToken('a')), present(await sessions().findByToken('b'))];
    await sessions().deleteByUser(a.userId);
    await sessions().deleteByAccount(present(await handle.db.daos.users.findById(b.userId)).accountId);
    const left = await Promise.all(['a', 'b', 'c'].map((token) => sessions().findByToken(token)));
    expect(left.map((session) => session?.tokenHash)).toEqual([undefined, undefined, 'c']);
  });

  test('ends the sessions that were last used before a moment', async () => {
    await insertSession('before', later(999));
    await insertSession('then', later(1000));
    await sessions().deleteUnusedSince(later(1000));
    expect(await sessions().findByToken('before')).toBeUndefined();
    expect(await sessions().findByToken('then')).toBeDefined();
  });
});
