import { setTimeout as pause } from 'node:timers/promises';
import { connect } from '../../src/dao/connect.js';
import { isContention, isDuplicate } from '../../src/dao/database-error.js';
import { Abandoned } from '../../src/abandoned.js';
import { Database, fenced, insideTransaction, proveFence, witnessed } from '../../src/dao/database.js';
import { CREATED, insertDomain, insertOffering, insertUser, insertZone } from '../kit/builders.js';
import { forEachEngine, testDatabase } from '../kit/engines.js';

const contention = (code: string) => Object.assign(new Error('lost'), { code });

forEachEngine((engine) => {
  const handle = testDatabase(engine);

  describe('a transaction', () => {
    test('keeps everything when it succeeds, and answers what the work answers', async () => {
      const id = await handle.db.transaction(async (daos) => (await insertDomain(daos, { path: 'a' })).id);
      expect(await handle.db.daos.domains.findByPath('a')).toMatchObject({ id });
    });

    test('keeps nothing when it fails', async () => {
      const failed = handle.db.transaction(async (daos) => {
        await insertDomain(daos, { path: 'a' });
        throw new Error('changed my mind');
      });
      await expect(failed).rejects.toThrow('changed my mind');
      expect(await handle.db.daos.domains.findByPath('a')).toBeUndefined();
    });

    test('sees its own changes', async () => {
      await handle.db.transaction(async (daos) => {
        const { id } = await insertDomain(daos, { path: 'a' });
        expect(await daos.domains.findByPath('a')).toMatchObject({ id });
      });
    });

    test('goes on after a duplicate key', async () => {
      await handle.db.transaction(async (daos) => {
        const { path } = await insertDomain(daos);
        const failure: unknown = await insertDomain(daos, { path }).catch((error: unknown) => error);
        expect(isDuplicate(failure)).toBe(true);
        await insertDomain(daos, { path: 'another' });
      });
      expect(await handle.db.daos.domains.findByPath('another')).toBeDefined();
    });

    test('does not lend the DAOs that are outside of it', async () => {
      await handle.db.transaction(async () => {
        expect(insideTransaction()).toBe(true);
        expect(() => handle.db.daos).toThrow('a transaction uses the DAOs handed to it');
        await pause(1);
        expect(insideTransaction()).toBe(true);
      });
      expect(insideTransaction()).toBe(false);
    });

    test('begins with the fence of the work that it belongs to', async () => {
      const fence = async (daos = handle.db.daos) => void (await insertDomain(daos, { path: 'fence' }));
      const paths = await fenced(fence, () => handle.db.transaction(async (daos) => (await daos.domains.findByPath('fence'))?.path));
      expect(paths).toBe('fence');
    });

    test('that is a change is witnessed by those who watch the caller', async () => {
      const seen: unknown[] = [];
      const witness = { before: async () => void seen.push('before'), after: async (_: unknown, about?: string) => void seen.push(about) };
      const change = (about: string) =>
        handle.db.change(
          async () => true,
          () => about,
        );
      await witnessed(witness, async () => {
        await change('a');
        await handle.db.change(async () => false);
      });
      expect(seen).toEqual(['before', 'a', 'before']);
    });

    test('does not happen, and never ends, when the fence does not hold', async () => {
      let ended = false;
      const fence = async () => {
        throw new Abandoned('somebody else has it');
      };
      let begun = 0;
      void fenced(fence, () => handle.db.transaction(async () => ++begun)).finally(() => (ended = true));
      void fenced(fence, proveFence).finally(() => (ended = true));
      for (let round = 0; round < 20; round++) await handle.db.daos.domains.findByPath('a');
      expect([begun, ended]).toEqual([0, false]);
    });

    test.each(['ER_LOCK_DEADLOCK', 'ER_LOCK_WAIT_TIMEOUT', 'SQLITE_BUSY'])('is repeated as a whole after %s', async (code) => {
      let attempts = 0;
      await handle.db.transaction(async (daos) => {
        await insertDomain(daos, { path: 'a' });
        if (++attempts < 3) throw contention(code);
      });
      expect(attempts).toBe(3);
      expect(await handle.db.daos.domains.findByPath('a')).toBeDefined();
    });

    test('is given up after five attempts', async () => {
      let attempts = 0;
      const lost = handle.db.transaction(async () => {
        attempts++;
        throw contention('ER_LOCK_DEADLOCK');
      });
      await expect(lost).rejects.toThrow('lost');
      expect(attempts).toBe(5);
    });

    test('is not repeated after any other failure', async () => {
      let attempts = 0;
      const failed = handle.db.transaction(async () => {
        attempts++;
        throw contention('ER_DUP_ENTRY');
      });
      await expect(failed).rejects.toThrow('lost');
      expect(attempts).toBe(1);
    });

    test('runs beside others', async () => {
      const work = Array.from({ length: 8 }, (_, index) => handle.db.transaction((daos) => insertDomain(daos, { path: String(index) })));
      await Promise.all(work);
      expect((await handle.db.daos.domains.list({}, { limit: 0, offset: 0 })).total).toBe(8);
    });
  });

  describe('a row', () => {
    test('has moments to the millisecond', async () => {
      const removed = new Date('2038-01-19T03:14:08.001Z');
      const { id } = await insertOffering(handle.db.daos, { removed });
      expect(await handle.db.daos.offerings.findByIdIncludingRemoved(id)).toMatchObject({ created: CREATED, removed });
    });

    test('has yes and no as such', async () => {
      const { uuid: yes } = await insertOffering(handle.db.daos, { userDriven: true });
      const { uuid: no } = await insertOffering(handle.db.daos, { userDriven: false });
      expect((await handle.db.daos.offerings.findByUuid(yes))?.userDriven).toBe(true);
      expect((await handle.db.daos.offerings.findByUuid(no))?.userDriven).toBe(false);
    });

    test('has text of any script as it was written', async () => {
      const name = 'naïve "quoted" \\ 日本 \u{1f4be} \'; drop table zone; --';
      await insertZone(handle.db.daos, { name });
      expect((await handle.db.daos.zones.listAll())[0]?.name).toBe(name);
    });

    test('refers only to rows that exist', async () => {
      const failure: unknown = await insertOffering(handle.db.daos, { zoneId: 999_999 }).catch((error: unknown) => error);
      expect(failure).toMatchObject({ message: expect.stringMatching(/foreign key/i) as string });
    });
  });
});

describe('two transactions that wait for each other on MariaDB', () => {
  const handle = testDatabase('mariadb');

  test('both succeed, one of them at its second attempt', async () => {
    const [one, two] = [await insertUser(handle.db.daos), await insertUser(handle.db.daos)];
    let arrived = 0;
    let attempts = 0;
    const update = (first: number, second: number, key: string) =>
      handle.db.transaction(async (daos) => {
        attempts++;
        await daos.users.update(first, { apiKey: `${key}-1`, secretKey: 'sealed' });
        arrived++;
        while (arrived < 2) await pause(5);
        await daos.users.update(second, { apiKey: `${key}-2`, secretKey: 'sealed' });
      });
    await Promise.all([update(one.id, two.id, 'a'), update(two.id, one.id, 'b')]);
    expect(attempts).toBe(3);
  });
});

describe('two servers on MariaDB', () => {
  const handle = testDatabase('mariadb');
  let second: Database;
  beforeAll(() => {
    second = new Database(connect({ url: handle.installation.dbUrl }));
  });
  afterAll(() => second.knex.destroy());

  test('let one of them move a thing on', async () => {
    const { id } = await insertOffering(handle.db.daos);
    const outcomes = await Promise.all([handle.db, second].map(({ daos }) => daos.offerings.remove(id, CREATED)));
    expect(outcomes.sort()).toEqual([false, true]);
  });
});

test.each([
  ['a deadlock', contention('ER_LOCK_DEADLOCK'), true],
  ['a row that has changed', contention('ER_CHECKREAD'), true],
  ['a duplicate', contention('ER_DUP_ENTRY'), false],
  ['no error at all', null, false],
  ['a text', 'ER_LOCK_DEADLOCK', false],
])('knows whether %s is contention', (_what, error, expected) => {
  expect(isContention(error)).toBe(expected);
});
