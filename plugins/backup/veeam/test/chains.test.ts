import { all, expectFault, never } from '../../../../test/kit/contract/samples.js';
import { dependantsOf, linked } from '../chains.js';
import type { RestorePoint } from '../transport.js';
import { vbrBench } from './bench.js';
import { emBench } from './em-bench.js';

const point = (id: string, chain: string, at: number, type?: RestorePoint['type'], isReverse?: true): RestorePoint => ({
  ...{ id, chain, jobName: chain, machine: {}, takenAt: new Date(at) },
  ...(type === undefined ? {} : { type }),
  ...(isReverse ? { isReverse } : {}),
});

test('an increment depends on the one before it in its chain, in whatever order and among whichever others they come', () => {
  const points = [
    ...[point('i2', 'a', 5, 'INCREMENTAL'), point('full', 'a', 1, 'FULL'), point('j1', 'b', 4), point('new', 'a', 7, 'FULL')],
    ...[point('i1', 'a', 3, 'INCREMENTAL'), point('first', 'b', 2), point('i3', 'a', 8, 'INCREMENTAL')],
  ];
  const chain = linked(points);
  expect(chain.map(({ id, type, dependsOn }) => [id, type, dependsOn])).toEqual([
    ['full', 'FULL', undefined],
    ['first', 'FULL', undefined],
    ['i1', 'INCREMENTAL', 'full'],
    ['j1', 'INCREMENTAL', 'first'],
    ['i2', 'INCREMENTAL', 'i1'],
    ['new', 'FULL', undefined],
    ['i3', 'INCREMENTAL', 'new'],
  ]);
  expect(['full', 'i1', 'i2', 'new'].map((id) => dependantsOf(id, chain))).toEqual([['i2', 'i1'], ['i2'], [], ['i3']]);
});

test('a reverse increment depends on the one after it, up to a full one that increments may go on from', () => {
  const chain = linked([
    ...[point('i1', 'a', 4, 'INCREMENTAL'), point('r1', 'a', 1, 'INCREMENTAL', true), point('other', 'b', 2, 'FULL')],
    ...[point('full', 'a', 3, 'FULL'), point('r2', 'a', 2, 'INCREMENTAL', true)],
  ]);
  expect(chain.filter(({ chain: name }) => name === 'a').map(({ id, dependsOn }) => [id, dependsOn])).toEqual([
    ['r1', 'r2'],
    ['r2', 'full'],
    ['full', undefined],
    ['i1', 'full'],
  ]);
  expect(['full', 'r2', 'r1'].map((id) => dependantsOf(id, chain))).toEqual([['r1', 'r2', 'i1'], ['r1'], []]);
});

test('an increment whose chain was merged into it depends on nothing', () => {
  expect(linked([point('i1', 'a', 1, 'INCREMENTAL')])[0]).not.toHaveProperty('dependsOn');
});

type Bench = Awaited<ReturnType<typeof vbrBench>>;

/** Enterprise Manager, and the server behind it if it is to do what that cannot. */
async function em(hasCompanion: boolean): Promise<Bench> {
  const bench = await emBench();
  const open = () => bench.open(hasCompanion ? bench.companion : {});
  return { ...bench, open, guarded: () => bench.assigned(open()) };
}

describe.each([
  ['Backup & Replication 1.1', () => vbrBench('1.1-rev0'), { deletes: false, tellsTypes: false }],
  ['Backup & Replication 1.3', () => vbrBench('1.3-rev2'), { deletes: true, tellsTypes: true }],
  ['Enterprise Manager alone', () => em(false), { deletes: false, tellsTypes: true }],
  ['Enterprise Manager with a server', () => em(true), { deletes: true, tellsTypes: true }],
] as const)('over %s', (_name, open, { deletes, tellsTypes }) => {
  let bench: Bench;
  beforeEach(async () => void (bench = await open()));
  afterEach(() => bench.close());

  /** Three backups of a machine; answers their ids. */
  async function taken({ take }: Awaited<ReturnType<Bench['guarded']>>): Promise<readonly string[]> {
    const ids: string[] = [];
    for (let n = 0; n < 3; n++) {
      ids.push((await bench.open().takeBackup(take(), never)).externalId);
      bench.estate.advance(1000);
    }
    return ids;
  }
  const listed = async () =>
    (await all(bench.open().listBackups(never))).map(({ externalId, type, dependsOn }) => [externalId, type, dependsOn]);

  test('says what depends on what, and deletes nothing that something depends on unless it is forced', async () => {
    const guarded = await bench.guarded();
    const [full = '', middle = '', last = ''] = await taken(guarded);
    const provider = bench.open();
    expect(await listed()).toEqual([
      [full, 'FULL', undefined],
      [middle, 'INCREMENTAL', full],
      [last, 'INCREMENTAL', middle],
    ]);
    for (const backup of await all(provider.listBackups(never))) {
      expect(await provider.findBackup!(backup.externalId, never)).toEqual(backup);
    }
    const left = () => bench.estate.pointsOf(guarded.machine.name).map(({ id }) => id);
    await expectFault(provider.deleteBackup(guarded.delete(full), never), deletes ? 'rejected' : 'unsupported');
    expect(left()).toEqual([full, middle, last]);
    if (!deletes) return;
    await provider.deleteBackup(guarded.delete(last), never);
    expect(left()).toEqual([full, middle]);
    await provider.deleteBackup({ ...guarded.delete(full), forced: true }, never);
    expect([left(), await listed()]).toEqual([[], []]);
    expect(bench.server.log.filter((line) => line.startsWith('DELETE') && /restorePoints/.test(line))).toEqual(
      [last, middle, full].map((id) => `DELETE /api/v1/restorePoints/${id}`),
    );
  });

  test(`knows reverse increments where types are told: ${tellsTypes}`, async () => {
    const guarded = await bench.guarded();
    const job = bench.estate.jobs.find(({ name }) => name.endsWith(guarded.machine.uuid))!;
    job.settings = { ...job.settings, mode: 'ReverseIncremental' };
    const [first = '', middle = '', newest = ''] = await taken(guarded);
    const forward = [
      [first, 'FULL', undefined],
      [middle, 'INCREMENTAL', first],
      [newest, 'INCREMENTAL', middle],
    ];
    const reverse = [
      [first, 'INCREMENTAL', middle],
      [middle, 'INCREMENTAL', newest],
      [newest, 'FULL', undefined],
    ];
    expect(await listed()).toEqual(tellsTypes ? reverse : forward);
    const refusal = bench.open().deleteBackup(guarded.delete(newest), never);
    await expectFault(refusal, deletes ? 'rejected' : 'unsupported');
    if (!deletes) return;
    await bench.open().deleteBackup(guarded.delete(first), never);
    expect(bench.estate.pointsOf(guarded.machine.name).map(({ id }) => id)).toEqual([middle, newest]);
  });
});
