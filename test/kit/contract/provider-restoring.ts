import { randomUUID } from 'node:crypto';
import type { Volume } from '../../../src/provider/index.js';
import type { Subject } from './provider-subject.js';
import { byUuid, never, sampleVolume } from './samples.js';

/** Restoring machines. */
export function describeRestoringMachines(subject: Subject): void {
  test('restores exactly the volumes that the backup holds', async () => {
    const { machine, volumes, backup } = await subject.backedUp();
    const request = subject.restoreMachine({ machine, volumes }, backup.externalId);
    const restored = await (await subject.provider()).restoreMachine(request, never);
    expect(sizesOf(restored)).toEqual(sizesOf(volumes));
    for (const { uuid, path, digest } of restored) {
      expect(path).not.toBe('');
      const recorded = volumes.find((volume) => volume.uuid === uuid);
      if (recorded?.digest !== undefined && digest !== undefined) expect(digest).toBe(recorded.digest);
    }
  });

  test('restores the backup that is named and not a later one', async () => {
    const { machine, volumes, take, backup } = await subject.backedUp();
    const provider = await subject.provider();
    await provider.takeBackup({ ...take(), volumes: volumes.slice(0, 2) }, never);
    const request = subject.restoreMachine({ machine, volumes }, backup.externalId);
    expect(sizesOf(await provider.restoreMachine(request, never))).toEqual(sizesOf(volumes));
  });

  test('answers the same to one restore operation, however often and concurrently it is asked', async () => {
    const { machine, volumes, backup } = await subject.backedUp();
    const [first, second] = [await subject.provider(), await subject.harness.open()];
    const request = subject.restoreMachine({ machine, volumes }, backup.externalId);
    const [restored, other] = await Promise.all([first, second].map((provider) => provider.restoreMachine(request, never)));
    expect(other).toEqual(restored);
    expect(await second.restoreMachine(request, never)).toEqual(restored);
  });

  test('restores a backup more than once', async () => {
    const { machine, volumes, backup } = await subject.backedUp();
    const provider = await subject.provider();
    for (let n = 0; n < 2; n++) {
      const request = subject.restoreMachine({ machine, volumes }, backup.externalId);
      expect(sizesOf(await provider.restoreMachine(request, never))).toEqual(sizesOf(volumes));
    }
    expect(await subject.listed(machine)).toEqual([backup]);
  });

  test('says not_found of a backup that it does not have', async () => {
    const { machine, volumes } = await subject.assigned();
    const request = subject.restoreMachine({ machine, volumes }, `none-${randomUUID()}`);
    await subject.expectFault((await subject.provider()).restoreMachine(request, never), 'not_found');
  });
}

/** Restoring single volumes. */
export function describeRestoringVolumes(subject: Subject): void {
  test('restores one volume as a new one, or says that it cannot, as declared', async () => {
    const { machine, volumes, backup } = await subject.backedUp();
    const provider = await subject.provider();
    const { restoreVolume } = await provider.capabilities(never);
    for (const volume of volumes) {
      const request = subject.restoreVolume(machine, volume, backup.externalId);
      const answer = provider.restoreVolume(request, never);
      if (!restoreVolume) {
        await subject.expectFault(answer, 'unsupported');
        continue;
      }
      const restored = await answer;
      expect(restored).toMatchObject({ uuid: request.newVolumeUuid, sizeBytes: volume.sizeBytes });
      expect(restored.path).not.toBe('');
      if (volume.digest !== undefined && restored.digest !== undefined) expect(restored.digest).toBe(volume.digest);
    }
  });

  test('answers the same to one restore of a volume, however often and concurrently it is asked', async () => {
    const { machine, volumes, backup } = await subject.backedUp();
    const [first, second] = [await subject.provider(), await subject.harness.open()];
    const request = subject.restoreVolume(machine, volumes[1] ?? sampleVolume(1), backup.externalId);
    const { restoreVolume } = await first.capabilities(never);
    const asked = [first, second, first].map((provider) => provider.restoreVolume(request, never));
    if (!restoreVolume) {
      await Promise.all(asked.map((answer) => subject.expectFault(answer, 'unsupported')));
      return;
    }
    const [restored, ...others] = await Promise.all(asked);
    for (const other of others) expect(other).toEqual(restored);
  });

  test('refuses to restore a volume that the backup does not hold, or out of a backup that it does not have', async () => {
    const { machine, volumes, backup } = await subject.backedUp();
    const provider = await subject.provider();
    const fault = (await provider.capabilities(never)).restoreVolume ? 'not_found' : 'unsupported';
    const foreign = subject.restoreVolume(machine, sampleVolume(1), backup.externalId);
    await subject.expectFault(provider.restoreVolume(foreign, never), fault);
    const unknown = subject.restoreVolume(machine, volumes[1] ?? sampleVolume(1), `none-${randomUUID()}`);
    await subject.expectFault(provider.restoreVolume(unknown, never), fault);
  });
}

// Not a map: a volume that is answered twice must not go unnoticed.
const sizesOf = (volumes: readonly Pick<Volume, 'uuid' | 'sizeBytes'>[]) =>
  byUuid(volumes).map(({ uuid, sizeBytes }) => ({ uuid, sizeBytes }));
