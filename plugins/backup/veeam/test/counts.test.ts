import { randomUUID } from 'node:crypto';
import { all, never, sampleVolume } from '../../../../test/kit/contract/samples.js';
import { MemoryStore } from '../../../../test/kit/memory-store.js';
import { Records } from '../../../../src/provider/index.js';
import type { Manifest } from '../catalogue.js';
import { vbrBench } from './bench.js';

const MACHINES = 1000;
const POINTS = 14;

/** Machines with jobs of the convention and as many restore points each, in Veeam; answers what would have been recorded of each. */
function manyPoints({ estate }: Awaited<ReturnType<typeof vbrBench>>): readonly Manifest[] {
  const manifests: Manifest[] = [];
  for (let machine = 0; machine < MACHINES; machine++) {
    const machineUuid = randomUUID();
    const name = `vm-${machine}`;
    const about = { jobId: randomUUID(), name: `${name}-CSBKP-${machineUuid}`, repositoryId: '', createdAt: estate.now() };
    const backup = { id: randomUUID(), ...about };
    estate.backups.push(backup);
    for (let point = 0; point < POINTS; point++) {
      const taken = { id: randomUUID(), backupId: backup.id, createdAt: estate.now(), type: 'Increment', sizeBytes: 1, disks: [] } as const;
      estate.restorePoints.push({ ...taken, machine: { name, moref: name, instanceUuid: machineUuid } });
      manifests.push({ restorePoint: taken.id, machineUuid, sizeBytes: 1, volumes: [{ volume: sampleVolume(0) }] });
    }
  }
  return manifests;
}

test.each(['1.1-rev0', '1.3-rev2'])(
  'reads 1,000 machines with 14 restore points each in a handful of requests, be all of them new or none, over %s',
  async (revision) => {
    const bench = await vbrBench(revision);
    const { server, open, close } = bench;
    const store = new MemoryStore(MACHINES * POINTS);
    const provider = open({}, store);
    await provider.capacity(never);
    const manifests = manyPoints(bench);
    const requests = async () => {
      server.reset();
      const listed = await all(provider.listBackups(never));
      expect(new Set(listed.map(({ externalId }) => externalId)).size).toBe(MACHINES * POINTS);
      return server.log.length;
    };
    expect(await requests()).toBeLessThanOrEqual(5);
    const records = new Records<Manifest>(store, 'restore-point/');
    for (const manifest of manifests) await records.add(manifest.restorePoint, manifest);
    expect(await requests()).toBeLessThanOrEqual(5);
    await close();
  },
);

test('forgets what it knew of restore points that are gone for a month, and of no others', async () => {
  const { estate, open, guarded, store, close } = await vbrBench('1.3-rev2');
  const { take, machine } = await guarded();
  const provider = open();
  const known = async () => (await all(store.list('restore-point/'))).length;
  const day = 86_400_000;
  for (let n = 0; n < 2; n++) await provider.takeBackup(take(), never);
  const [first, second] = estate.pointsOf(machine.name);
  estate.restorePoints.splice(0);
  await all(provider.listBackups(never));
  estate.advance(20 * day);
  estate.restorePoints.push(second!);
  // One of them was only away for a while: it is as it was.
  expect(await all(provider.listBackups(never))).toMatchObject([{ externalId: second?.id, operationId: expect.any(String) }]);
  expect(await known()).toBe(2);
  estate.restorePoints.splice(0);
  estate.advance(20 * day);
  await all(provider.listBackups(never));
  expect((await all(store.list('restore-point/'))).map(({ key }) => key)).toEqual([`restore-point/${second?.id ?? ''}`]);
  expect(await provider.findBackup!(first!.id, never)).toBeUndefined();
  await close();
});
