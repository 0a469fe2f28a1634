import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { Checks } from './check.js';
import { expectSame } from './expectations.js';
import { never } from './samples.js';

/** Looking one backup up, where the provider can: what it answers is what its list shows. */
export const finding: Checks = {
  'answers the backup that is named as its list shows it, if it can look one up': async (subject) => {
    const { machine, take } = await subject.backedUp();
    const provider = await subject.provider();
    const { externalId } = await provider.takeBackup(take(), never);
    if (!provider.findBackup) return;
    const found = await provider.findBackup(externalId, never);
    const listed = (await subject.listed(machine)).find((backup) => backup.externalId === externalId);
    expectSame(found, listed, 'the backup that it found');
    assert.ok(found && found.volumes.length > 0, 'the backup that it found has no volumes');
  },

  'answers nothing for a backup that was deleted or never taken': async (subject) => {
    const { backup } = await subject.backedUp();
    const provider = await subject.provider();
    const isDeleted = await subject.deletes({ externalId: backup.externalId, forced: true });
    if (!provider.findBackup) return;
    if (isDeleted) expectSame(await provider.findBackup(backup.externalId, never), undefined, 'what it found of a deleted backup');
    expectSame(await provider.findBackup(`none-${randomUUID()}`, never), undefined, 'what it found of a backup that never was');
  },
};
