import { all, expectFault, never } from '../../../../test/kit/contract/samples.js';
import { dependantsOf, linked } from '../chains.js';
import type { RestorePoint } from '../transport.js';
import { vbrBench } from './bench.js';
import { emBench } from './em-bench.js';

const point = (id: string, chain: string, at: number, type?: RestorePoint['type']): RestorePoint => ({
  ...{ id, chain, jobName: chain, takenAt: new Date(at) },
  ...(type === undefined ? {} : { type }),
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

test('an increment whose chain was merged into it depends on nothing', () => {
  expect(linked([point('i1', 'a', 1, 'INCREMENTAL')])[0]).not.toHaveProperty('dependsOn');
});

describe.each([
  ['Backup & Replication 1.1', () => vbrBench('1.1-rev0'), false],
  ['Backup & Replication 1.3', () => vbrBench('1.3-rev2'), true],
  ['Enterprise Manager with a server', async () => emCompanion(), true],
] as const)('over %s', (_name, open, canDelete) => {
  test('says what depends on what, and deletes nothing that something depends on unless it is forced', async () => {
    const bench = await open();
    const { estate } = bench;
    const { machine, take, ...asking } = await bench.guarded();
    const provider = bench.open();
    const taken: string[] = [];
    for (let n = 0; n < 3; n++) {
      const backup = await provider.takeBackup(take(), never);
      expect(backup.dependsOn).toBe(taken.at(-1));
      taken.push(backup.externalId);
      estate.advance(1000);
    }
    const listed = await all(provider.listBackups(never));
    expect(listed.map(({ externalId, dependsOn }) => [externalId, dependsOn])).toEqual(taken.map((id, n) => [id, taken[n - 1]]));
    for (const backup of listed) expect(await provider.findBackup!(backup.externalId, never)).toEqual(backup);
    const left = () => estate.pointsOf(machine.name).map(({ id }) => id);
    const [full = '', , last = ''] = taken;
    await expectFault(provider.deleteBackup(asking.delete(full), never), canDelete ? 'rejected' : 'unsupported');
    expect(left()).toEqual(taken);
    if (canDelete) {
      await provider.deleteBackup(asking.delete(last), never);
      expect(left()).toEqual(taken.slice(0, 2));
      await provider.deleteBackup({ ...asking.delete(full), forced: true }, never);
      expect([left(), await all(provider.listBackups(never))]).toEqual([[], []]);
      expect(bench.server.log.filter((line) => line.startsWith('DELETE') && /restorePoints/.test(line))).toEqual(
        [last, taken[1], full].map((id) => `DELETE /api/v1/restorePoints/${id}`),
      );
    }
    await bench.close();
  });
});

/** Enterprise Manager, with what it cannot do done by the server behind it. */
async function emCompanion() {
  const bench = await emBench();
  const guarded = () => bench.assigned(bench.open(bench.companion));
  return { ...bench, guarded, open: () => bench.open(bench.companion) };
}
