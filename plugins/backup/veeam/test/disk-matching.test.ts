import { sampleVolume } from '../../../../test/kit/contract/samples.js';
import { matchDisks, unitOf, volumesFrom } from '../disk-matching.js';
import type { Disk } from '../transport.js';

const disk = (id: string, sizeBytes: number, unitNumber?: number): Disk => ({
  ...{ id, name: `Hard disk ${id}`, sizeBytes },
  ...(unitNumber === undefined ? {} : { unitNumber }),
});
const volume = (slot: number, sizeBytes: number) => sampleVolume(slot, { sizeBytes });

/** The volumes that are held, by slot, and the disks that they are. */
const matched = (volumes: Parameters<typeof matchDisks>[0], disks: Parameters<typeof matchDisks>[1]) =>
  matchDisks(volumes, disks).map(({ volume: { deviceNumber }, disk: found }) => [deviceNumber, found?.id]);

test('counts units past the controller of each bus', () => {
  expect([0, 6, 7, 14, 15, 22].map(unitOf)).toEqual([0, 6, 8, 15, 16, 24]);
});

describe('where places are told', () => {
  test('takes the disk at the place of the volume, in whatever order they come', () => {
    const volumes = [volume(0, 20), volume(1, 10), volume(8, 10)];
    expect(matched(volumes, [disk('c', 10, 9), disk('b', 10, 1), disk('a', 20, 0)])).toEqual([
      [0, 'a'],
      [1, 'b'],
      [8, 'c'],
    ]);
  });

  test('does not claim a volume whose disk is left out or has another size', () => {
    expect(matched([volume(0, 20), volume(1, 10), volume(2, 10)], [disk('a', 20, 0), disk('b', 11, 1)])).toEqual([[0, 'a']]);
  });

  test('takes no disk for that of another slot where slots are left out and units are not', () => {
    const volumes = [volume(0, 20), volume(1, 10), volume(2, 30), volume(4, 10), volume(5, 10)];
    const disks = [disk('a', 20, 0), disk('b', 10, 1), disk('c', 30, 2), disk('d', 10, 3), disk('e', 10, 4)];
    const doubtful = [4, 5].map((slot) => [slot, undefined]);
    expect(matched(volumes, disks)).toEqual([[0, 'a'], [1, undefined], [2, 'c'], ...doubtful]);
    // Slot 4 is left out of the restore point, and its unit has the disk of slot 5 all the same.
    expect(matched(volumes, disks.toSpliced(3, 1))).toEqual([
      [0, 'a'],
      [2, 'c'],
    ]);
  });

  test('knows disks by their sizes where places do not fit', () => {
    const volumes = [volume(0, 20), volume(1, 10), volume(4, 30)];
    expect(matched(volumes, [disk('a', 20, 0), disk('b', 10, 1), disk('c', 30, 2)])).toEqual([
      [0, 'a'],
      [1, 'b'],
      [4, 'c'],
    ]);
  });
});

describe('where places are not told', () => {
  test('tells disks apart by size, and leaves open which of several it is', () => {
    const disks = [disk('x', 10), disk('y', 20), disk('z', 10)];
    expect(matched([volume(0, 20), volume(1, 10), volume(2, 10)], disks)).toEqual([
      [0, 'y'],
      [1, undefined],
      [2, undefined],
    ]);
  });

  test('claims neither of two volumes of which one disk is there', () => {
    expect(matched([volume(0, 20), volume(1, 10), volume(2, 10)], [disk('y', 20), disk('x', 10)])).toEqual([[0, 'y']]);
  });

  test('knows nothing of disks where they cannot be listed', () => {
    expect(matched([volume(0, 20), volume(1, 10)], undefined)).toEqual([
      [0, undefined],
      [1, undefined],
    ]);
  });
});

test('makes up the same volumes of a machine whenever it is asked, the root disk first', () => {
  const disks = [disk('b', 10, 8), disk('a', 20, 0)];
  const [root, data] = volumesFrom('some machine', disks);
  expect(volumesFrom('some machine', [...disks].reverse())).toEqual([root, data]);
  expect(root).toMatchObject({ volume: { type: 'ROOT', deviceNumber: 0, sizeBytes: 20 }, disk: { id: 'a' } });
  expect(data).toMatchObject({ volume: { type: 'DATADISK', deviceNumber: 7, sizeBytes: 10 }, disk: { id: 'b' } });
  expect(data?.volume.uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(volumesFrom('another machine', disks)[0]?.volume.uuid).not.toBe(root?.volume.uuid);
});
