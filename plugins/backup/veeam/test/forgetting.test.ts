import { all, expectFault, never } from '../../../../test/kit/contract/samples.js';
import { eventually } from '../../../../test/kit/eventually.js';
import type { PluginStore } from '../../../../src/provider/index.js';
import { vbrBench } from './bench.js';

const DAY_MS = 86_400_000;

const bench = await vbrBench('1.3-rev2');
const { estate, server, store } = bench;
beforeEach(() => server.reset());
afterAll(() => bench.close());

const known = async () => (await all(store.list('session/'))).map(({ key }) => key);

/** Lets days go by on which something is done. */
async function work(days: number, take: () => Parameters<ReturnType<typeof bench.open>['takeBackup']>[0]): Promise<void> {
  for (let day = 0; day < days; day++) {
    estate.advance(DAY_MS);
    await bench.open().takeBackup(take(), never);
  }
}

test('forgets an operation that has ended a month of working days ago, and none of which nobody knows the end', async () => {
  const { machine, take, restore } = await bench.guarded();
  const ended = take();
  const { externalId } = await bench.open().takeBackup(ended, never);
  const lost = restore(externalId);
  server.faults.push({ on: /POST .*\/vSphere$/, times: 1, how: 'drop after' });
  await expectFault(bench.open().restoreMachine(lost, never), 'unknown');
  await work(32, take);
  expect(await known()).toContain(`session/${lost.operationId}/restoreMachine`);
  expect(await known()).not.toContain(`session/${ended.operationId}/takeBackup`);
  const count = (await known()).length;
  await work(5, take);
  expect((await known()).length).toBe(count);
  const restores = () => estate.sessions.all.filter(({ kind, name }) => kind === 'RestoreVm' && name === machine.name).length;
  await bench.open().restoreMachine(lost, never);
  expect(restores()).toBe(1);
});

test('forgets nothing while nothing is done, however long that is, and answers the same again', async () => {
  const { machine, take, restore } = await bench.guarded();
  const request = take();
  const { externalId } = await bench.open().takeBackup(request, never);
  const restoring = restore(externalId);
  await bench.open().restoreMachine(restoring, never);
  await work(1, take);
  estate.advance(90 * DAY_MS);
  await work(2, take);
  estate.scribble(machine.name);
  const content = estate.contentOf(machine.name);
  await bench.open().restoreMachine(restoring, never);
  expect(estate.contentOf(machine.name)).toEqual(content);
  expect((await bench.open().takeBackup(request, never)).externalId).toBe(externalId);
});

test('goes on to remember one that was given up for as long as somebody asks for its end', async () => {
  const { machine, take, delete: remove } = await bench.guarded();
  const request = take();
  await bench.open().takeBackup(request, never);
  const { externalId: _, ...about } = remove('');
  const giveUp = () => bench.open().deleteBackup({ ...about, takenBy: request.operationId }, never);
  await work(2, take);
  // Others depend on it: it cannot go.
  await expectFault(giveUp(), 'rejected');
  await work(20, take);
  await expectFault(giveUp(), 'rejected');
  await work(20, take);
  await expectFault(giveUp(), 'rejected');
  expect(await known()).toContain(`session/${request.operationId}/takeBackup`);
  expect(estate.pointsOf(machine.name)).toHaveLength(43);
});

/** The store, with something that happens when the operations have been listed, before that is looked at. */
const listing = (meanwhile: () => Promise<void>): PluginStore => ({
  get: (key) => store.get(key),
  put: (key, value, expected) => store.put(key, value, expected),
  delete: (key) => store.delete(key),
  async *list(prefix) {
    const pages = await all(store.list(prefix));
    if (prefix === 'session/') await meanwhile();
    yield pages;
  },
});

const START = /POST .*\/start$/;

test('does not forget one that is taken up again at that very moment', async () => {
  const [{ take: takeOld }, { take }] = [await bench.guarded(), await bench.guarded()];
  const old = takeOld();
  server.faults.push({ on: START, times: 1, how: { status: 400 } });
  await expectFault(bench.open().takeBackup(old, never), 'rejected');
  await work(31, take);
  expect(await known()).toContain(`session/${old.operationId}/takeBackup`);
  estate.advance(DAY_MS);
  let [takenUp, release]: [Promise<unknown>, () => void] = [Promise.resolve(), () => undefined];
  const seen = listing(async () => {
    const before = server.count(START);
    server.faults.push({ on: START, times: 1, how: new Promise<void>((resolve) => (release = resolve)) });
    takenUp = bench.open().takeBackup(old, never);
    await eventually(
      async () => server.count(START),
      (count) => count > before,
    );
  });
  await bench.open({}, seen).takeBackup(take(), never);
  release();
  await takenUp;
  expect(await known()).toContain(`session/${old.operationId}/takeBackup`);
});

test('forgets one whose session has failed, after it has said so as often as it was asked', async () => {
  const { take } = await bench.guarded();
  const failed = take();
  Object.assign(estate.sessions.script, { result: 'Failed', message: 'no space left' });
  const { message } = await expectFault(bench.open().takeBackup(failed, never), 'rejected');
  Object.assign(estate.sessions.script, { result: 'Success', message: '' });
  server.faults.push({ on: /GET .*sessions/, how: { status: 404 } });
  expect((await expectFault(bench.open().takeBackup(failed, never), 'rejected')).message).toBe(message);
  server.reset();
  await work(33, take);
  expect(await known()).not.toContain(`session/${failed.operationId}/takeBackup`);
});

test('fails no backup when it cannot forget, and says so in the log', async () => {
  const { take } = await bench.guarded();
  estate.advance(DAY_MS);
  const broken = listing(() => Promise.reject(new Error('the database is away')));
  await bench.open({}, broken).takeBackup(take(), never);
  expect(bench.logged.at(-1)).toMatchObject({ fields: { reason: 'the database is away' } });
});
