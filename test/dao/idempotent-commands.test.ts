import { randomUUID } from 'node:crypto';
import { commands } from '../../src/commands/index.js';
import { refused } from '../../src/errors.js';
import { IdempotentCommands } from '../../src/jobs/idempotent-commands.js';
import { Secrets } from '../../src/secrets.js';
import type { CallContext } from '../../src/call-context.js';
import { insertAccount, insertDomain } from '../kit/builders.js';
import { forEachEngine, present, testDatabase } from '../kit/engines.js';

const [zone, volume] = ['createzone', 'createvolume'].map((name) => present(commands.get(name)));
const NAME = 'a name';

forEachEngine((engine) => {
  const handle = testDatabase(engine);

  /** Asks for commands as one account under one key. */
  async function asking(now = () => new Date()) {
    const { db } = handle;
    const once = new IdempotentCommands(db, new Secrets('pass phrase'), now);
    const { id: accountId } = await insertAccount(db.daos);
    const call = { caller: { accountId } } as CallContext;
    const sent = new Map([
      ['name', NAME],
      ['idempotencykey', randomUUID()],
    ]);
    return (work: () => Promise<object>, spec = zone) => once.performing(present(spec), sent, call, work);
  }

  /** A change, of which what comes then is part of the command. */
  const changing = (then: () => object) => async () => {
    const uuid = randomUUID();
    await handle.db.change(
      (daos) => insertDomain(daos, { path: uuid }),
      () => uuid,
    );
    return then();
  };

  test('what is taken back is refused each time, and may be asked for again', async () => {
    const ask = await asking();
    const takenBack = changing(() => {
      throw refused('it cannot stay');
    });
    for (let time = 0; time < 2; time++) await expect(ask(takenBack)).rejects.toThrow('it cannot stay');
    expect(await ask(changing(() => ({ zone: { id: 'new' } })))).toEqual({ zone: { id: 'new' } });
  });

  test('what was changed before the server failed is answered by its id, and not done again', async () => {
    let ahead = 0;
    const ask = await asking(() => new Date(Date.now() + ahead));
    const failing = changing(() => {
      ahead = 3_600_000;
      throw new Error('the database is away');
    });
    const answer = await ask(failing);
    expect(answer).toEqual({ zone: { id: expect.any(String) } });
    expect(await ask(() => Promise.reject(new Error('it is done again')))).toEqual(answer);
  });

  test('whoever asks while the first one is being answered gets its answer', async () => {
    const ask = await asking();
    let finish = (): void => undefined;
    const ready = new Promise<void>((resolve) => (finish = resolve));
    let hasChanged = (): void => undefined;
    const changed = new Promise<void>((resolve) => (hasChanged = resolve));
    const slow = changing(() => ({ zone: { id: '1', name: NAME } }));
    const first = ask(async () => {
      const answer = await slow();
      hasChanged();
      await ready;
      return answer;
    });
    await changed;
    const second = ask(() => Promise.reject(new Error('it is done again')));
    finish();
    expect(await Promise.all([first, second])).toEqual([{ zone: { id: '1', name: NAME } }, { zone: { id: '1', name: NAME } }]);
  });

  test('one key stands for one request, also if two of different kinds are sent at once', async () => {
    const ask = await asking();
    const both = [zone, volume].map((spec) =>
      ask(
        changing(() => ({ success: true })),
        spec,
      ),
    );
    const ended = await Promise.allSettled(both);
    expect(ended.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(ended.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { kind: 'invalid_value' } });
  });
});
