import { randomUUID } from 'node:crypto';
import { CREATED, insertEvent } from '../kit/builders.js';
import { forEachEngine, testDatabase } from '../kit/engines.js';
import { race, winners } from '../kit/races.js';

const PAGE = { limit: 20, offset: 0 };

forEachEngine((engine) => {
  const handle = testDatabase(engine);
  const daos = () => handle.db.daos;
  const list = async (filter = {}) => (await daos().events.list({ archived: false, ...filter }, PAGE)).rows;

  test('keeps one event of each step of an operation, however many write it', async () => {
    const operationId = randomUUID();
    const { uuid: _uuid, ...step } = await insertEvent(daos(), { operationId, state: 'Started' });
    const again = await race(8, () => daos().events.insert({ ...step, uuid: randomUUID() }));
    expect(winners(again)).toBe(0);
    expect(await daos().events.insert({ ...step, state: 'Completed', uuid: randomUUID() })).toBe(true);
    expect((await list({ operationId })).map(({ state }) => state)).toEqual(['Completed', 'Started']);
  });

  test('keeps every event that is of no operation', async () => {
    const { uuid: _uuid, ...alone } = await insertEvent(daos());
    expect(await daos().events.insert({ ...alone, uuid: randomUUID() })).toBe(true);
    expect(await list()).toHaveLength(2);
  });

  test('shows later events of an operation with its first one, also when that has been archived', async () => {
    const operationId = randomUUID();
    const owner = await insertEvent(daos(), { operationId, state: 'Scheduled', archived: true });
    const { userId, accountId, domainId } = owner;
    await insertEvent(daos(), { operationId, state: 'Started', userId, accountId, domainId });
    expect((await list()).map(({ parentUuid }) => parentUuid)).toEqual([owner.uuid]);
    expect((await list({ archived: true })).map(({ parentUuid }) => parentUuid)).toEqual([null]);
  });

  test('archives and deletes more than one statement takes, and nothing else', async () => {
    const { userId, accountId, domainId } = await insertEvent(daos(), { type: 'VM.START' });
    const row = await insertEvent(daos(), { userId, accountId, domainId });
    const copies = Array.from({ length: 1200 }, () => ({ ...row, uuid: randomUUID() }));
    await handle.db.knex.batchInsert('event', copies, 50);
    await daos().events.archive({ type: row.type, accountId });
    expect((await list()).map(({ type }) => type)).toEqual(['VM.START']);
    await daos().events.delete({ since: CREATED, until: CREATED, type: row.type });
    expect(await handle.db.knex('event').pluck('type')).toEqual(['VM.START']);
  });

  test('deletes nothing of another account', async () => {
    const [mine, theirs] = [await insertEvent(daos()), await insertEvent(daos())];
    await daos().events.delete({ uuids: [mine.uuid, theirs.uuid], accountId: mine.accountId });
    expect((await list()).map(({ uuid }) => uuid)).toEqual([theirs.uuid]);
  });
});
