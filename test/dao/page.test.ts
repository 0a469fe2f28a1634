import { insertZone, insertVm, insertOffering } from '../kit/builders.js';
import { forEachEngine, testDatabase } from '../kit/engines.js';
import { statementLog } from '../kit/statement-log.js';

const ALL = { limit: 100, offset: 0 };

forEachEngine((engine) => {
  const handle = testDatabase(engine);
  const daos = () => handle.db.daos;

  describe('a page', () => {
    const names = ['a', 'b', 'c', 'd', 'e'];

    beforeEach(async () => {
      const { id: zoneId } = await insertZone(daos());
      for (const name of names) await insertOffering(daos(), { zoneId, name });
    });

    test.each([
      ['the first', { limit: 2, offset: 0 }, ['a', 'b'], 2],
      ['one in the middle', { limit: 2, offset: 2 }, ['c', 'd'], 2],
      ['the last, which is not full', { limit: 2, offset: 4 }, ['e'], 1],
      ['the last, which is full', { limit: 5, offset: 0 }, names, 2],
      ['one beyond the end', { limit: 2, offset: 6 }, [], 2],
      ['one that begins at the end', { limit: 2, offset: 5 }, [], 2],
      ['one with everything and room to spare', { limit: 9, offset: 0 }, names, 1],
      ['one that nobody wants rows of', { limit: 0, offset: 0 }, [], 1],
    ])('has its rows and the total when it is %s', async (_which, page, expected, statements) => {
      const log = statementLog(handle.db.knex);
      const asked = await log.during(async () => {
        const { rows, total } = await daos().offerings.list({}, page);
        expect({ names: rows.map(({ name }) => name), total }).toEqual({ names: expected, total: 5 });
      });
      expect(asked).toHaveLength(statements);
    });

    test('of an empty list is read with one statement', async () => {
      const log = statementLog(handle.db.knex);
      const asked = await log.during(async () => {
        expect(await daos().offerings.list({ name: 'none' }, ALL)).toEqual({ rows: [], total: 0 });
      });
      expect(asked).toHaveLength(1);
    });

    test('counts only what the filter lets through', async () => {
      const { id: zoneId } = await insertZone(daos());
      for (const name of ['x', 'y']) await insertOffering(daos(), { zoneId, name });
      expect(await daos().offerings.list({ zoneId }, { limit: 1, offset: 0 })).toMatchObject({ rows: [{ name: 'x' }], total: 2 });
    });
  });

  test('counts the things of a view once, however much is joined to them', async () => {
    for (const name of ['a', 'b', 'c']) await insertVm(daos(), { name });
    expect(await daos().vms.list({}, { limit: 1, offset: 1 })).toMatchObject({ rows: [{ name: 'b' }], total: 3 });
  });

  test('shows a view in the order of its rows, whatever the order of what is joined to them', async () => {
    const zones = [await insertZone(daos()), await insertZone(daos()), await insertZone(daos())];
    const vms = [];
    for (const index of [2, 0, 1, 2, 0, 1]) vms.push(await insertVm(daos(), { zoneId: zones[index]!.id }));
    expect((await daos().vms.list({}, ALL)).rows.map(({ id }) => id)).toEqual(vms.map(({ id }) => id));
  });

  describe('a keyword', () => {
    const found = async (keyword: string) => (await daos().offerings.list({ keyword }, ALL)).rows.map(({ name }) => name);

    beforeEach(async () => {
      for (const name of ['50% off', '500 off', 'snake_case', 'snakeXcase', 'bang!', 'back\\slash', "it's", 'Émile'])
        await insertOffering(daos(), { name });
    });

    test.each([
      ['a per cent sign', '50%', ['50% off']],
      ['a per cent sign alone', '%', ['50% off']],
      ['an underscore', 'snake_c', ['snake_case']],
      ['an exclamation mark', 'g!', ['bang!']],
      ['a backslash', 'k\\s', ['back\\slash']],
      ['a quotation mark', "t's", ["it's"]],
      ['letters in any case', 'SNAKE', ['snake_case', 'snakeXcase']],
      ['letters beyond ASCII', 'Émil', ['Émile']],
      ['what no name has', 'nothing', []],
    ])('finds %s as it is written', async (_what, keyword, expected) => {
      expect(await found(keyword)).toEqual(expected);
    });

    test('that is empty finds everything', async () => {
      expect(await found('')).toHaveLength(8);
    });
  });
});
