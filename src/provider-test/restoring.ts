import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { Checks } from './check.js';
import { expectFields, expectSame } from './expectations.js';
import { never, sampleVolume, sizesOf } from './samples.js';

/** Restoring machines. */
export const restoringMachines: Checks = {
  'restores exactly the volumes that the backup holds': async (subject) => {
    const { machine, volumes, backup } = await subject.backedUp();
    const request = subject.restoreMachine({ machine, volumes }, backup.externalId);
    const restored = await (await subject.provider()).restoreMachine(request, never);
    expectSame(sizesOf(restored), sizesOf(volumes), 'the restored volumes');
    for (const { uuid, path, digest } of restored) {
      assert.ok(path, `the volume ${uuid} has no path`);
      const recorded = volumes.find((volume) => volume.uuid === uuid);
      if (recorded?.digest !== undefined && digest !== undefined) expectSame(digest, recorded.digest, `the digest of the volume ${uuid}`);
    }
  },

  'restores the backup that is named and not a later one': async (subject) => {
    const { machine, volumes, take, backup } = await subject.backedUp();
    const provider = await subject.provider();
    await provider.takeBackup({ ...take(), volumes: volumes.slice(0, 2) }, never);
    const request = subject.restoreMachine({ machine, volumes }, backup.externalId);
    expectSame(sizesOf(await provider.restoreMachine(request, never)), sizesOf(volumes), 'the restored volumes');
  },

  'answers the same to one restore operation, however often and concurrently it is asked': async (subject) => {
    const { machine, volumes, backup } = await subject.backedUp();
    const [first, second] = [await subject.provider(), await subject.harness.open()];
    const request = subject.restoreMachine({ machine, volumes }, backup.externalId);
    const [restored, other] = await Promise.all([first, second].map((provider) => provider.restoreMachine(request, never)));
    expectSame(other, restored, 'another answer to the same operation');
    expectSame(await second.restoreMachine(request, never), restored, 'a later answer to the same operation');
  },

  'restores a backup more than once': async (subject) => {
    const { machine, volumes, backup } = await subject.backedUp();
    const provider = await subject.provider();
    for (let n = 0; n < 2; n++) {
      const request = subject.restoreMachine({ machine, volumes }, backup.externalId);
      expectSame(sizesOf(await provider.restoreMachine(request, never)), sizesOf(volumes), 'the restored volumes');
    }
    expectSame(await subject.listed(machine), [backup], 'the list');
  },

  'says not_found of a backup that it does not have': async (subject) => {
    const { machine, volumes } = await subject.assigned();
    const request = subject.restoreMachine({ machine, volumes }, `none-${randomUUID()}`);
    await subject.expectFault((await subject.provider()).restoreMachine(request, never), 'not_found');
  },
};

/** Restoring single volumes. */
export const restoringVolumes: Checks = {
  'restores one volume as a new one, or says that it cannot, as declared': async (subject) => {
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
      expectFields(restored, { uuid: request.newVolumeUuid, sizeBytes: volume.sizeBytes }, 'the restored volume');
      assert.ok(restored.path, 'the restored volume has no path');
      if (volume.digest !== undefined && restored.digest !== undefined) expectSame(restored.digest, volume.digest, 'its digest');
    }
  },

  'answers the same to one restore of a volume, however often and concurrently it is asked': async (subject) => {
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
    for (const other of others) expectSame(other, restored, 'another answer to the same operation');
  },

  'refuses to restore a volume that the backup does not hold, or out of a backup that it does not have': async (subject) => {
    const { machine, volumes, backup } = await subject.backedUp();
    const provider = await subject.provider();
    const fault = (await provider.capabilities(never)).restoreVolume ? 'not_found' : 'unsupported';
    const foreign = subject.restoreVolume(machine, sampleVolume(1), backup.externalId);
    await subject.expectFault(provider.restoreVolume(foreign, never), fault);
    const unknown = subject.restoreVolume(machine, volumes[1] ?? sampleVolume(1), `none-${randomUUID()}`);
    await subject.expectFault(provider.restoreVolume(unknown, never), fault);
  },
};
