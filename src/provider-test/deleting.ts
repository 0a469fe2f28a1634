import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { Checks } from './check.js';
import { expectSame } from './expectations.js';
import { never, operation } from './samples.js';

/** Deleting backups. */
export const deleting: Checks = {
  'deletes a backup, and accepts that it is asked again': async (subject) => {
    const { machine, take, backup } = await subject.backedUp();
    const provider = await subject.provider();
    // The later one: the earlier one may be what it depends on.
    const taken = await provider.takeBackup(take(), never);
    const request = { ...operation(), externalId: taken.externalId, forced: false };
    if (!(await subject.deletes(request))) return expectSame(await subject.listed(machine), [backup, taken], 'the list');
    await provider.deleteBackup(request, never);
    await provider.deleteBackup({ ...request, ...operation() }, never);
    expectSame(await subject.listed(machine), [backup], 'the list');
  },

  'accepts to delete a backup that never was': async (subject) => {
    const provider = await subject.provider();
    const { machine, backup } = await subject.backedUp();
    await provider.deleteBackup({ ...operation(), externalId: `none-${randomUUID()}`, forced: false }, never);
    await provider.deleteBackup({ ...operation(), takenBy: randomUUID(), forced: true }, never);
    expectSame(await subject.listed(machine), [backup], 'the list');
  },

  'deletes a backup that is named by the operation that took it': async (subject) => {
    const { machine, take, backup } = await subject.backedUp();
    const provider = await subject.provider();
    const request = take();
    const taken = await provider.takeBackup(request, never);
    const isDeleted = await subject.deletes({ takenBy: request.operationId, forced: false });
    expectSame(await subject.listed(machine), isDeleted ? [backup] : [backup, taken], 'the list');
  },

  'does not bring a deleted backup back when the operation that took it is repeated': async (subject) => {
    const { machine, take } = await subject.assigned();
    const provider = await subject.provider();
    const request = take();
    const { externalId } = await provider.takeBackup(request, never);
    if (!(await subject.deletes({ externalId, forced: false }))) return;
    // Whether it says that the backup is gone or answers as it did before is its own affair.
    await provider.takeBackup(request, never).catch(() => undefined);
    expectSame(await subject.listed(machine), [], 'the list');
  },

  'keeps a backup that another one depends on, unless its deletion is forced': async (subject) => {
    const { machine, take } = await subject.backedUp();
    const provider = await subject.provider();
    await provider.takeBackup(take(), never);
    const listed = await subject.listed(machine);
    const needed = listed.flatMap(({ dependsOn }) => dependsOn ?? []);
    const names = listed.map(({ externalId }) => externalId);
    for (const name of needed)
      assert.ok(names.includes(name), `dependsOn names ${name}, which is none of the listed backups of the machine`);
    for (const externalId of needed) {
      const request = { ...operation(), externalId, forced: false };
      await subject.expectFault(provider.deleteBackup(request, never), 'rejected', 'unsupported');
    }
    expectSame(await subject.listed(machine), listed, 'the list');
  },

  'refuses to restore a backup that was deleted': async (subject) => {
    const { machine, volumes, backup } = await subject.backedUp();
    const provider = await subject.provider();
    if (!(await subject.deletes({ externalId: backup.externalId, forced: true }))) return;
    const request = subject.restoreMachine({ machine, volumes }, backup.externalId);
    await subject.expectFault(provider.restoreMachine(request, never), 'not_found');
  },
};
