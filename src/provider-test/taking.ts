import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { Checks } from './check.js';
import { expectFields, expectName, expectSame, expectSize } from './expectations.js';
import { byUuid, never } from './samples.js';

/** Taking and listing. */
export const taking: Checks = {
  'lists a backup it has taken, with the operation that took it': async (subject) => {
    const { machine, volumes, take } = await subject.assigned();
    const request = take();
    const taken = await (await subject.provider()).takeBackup(request, never);
    expectSame(await subject.listed(machine), [taken], 'the list');
    expectFields(taken, { operationId: request.operationId, machineUuid: machine.uuid }, 'the backup');
    assert.ok(['FULL', 'INCREMENTAL'].includes(taken.type), `the type of the backup is ${taken.type}, neither FULL nor INCREMENTAL`);
    expectSame(byUuid(taken.volumes), byUuid(volumes), 'the volumes of the backup');
  },

  'names its backups in at most 255 characters, and gives their time and sizes': async (subject) => {
    const { backup } = await subject.backedUp();
    expectName(backup.externalId, 'the externalId of the backup');
    assert.ok(backup.takenAt instanceof Date && backup.takenAt.getTime() > 0, `takenAt is ${String(backup.takenAt)}, not a Date`);
    expectSize(backup.sizeBytes, 'sizeBytes');
    expectSize(backup.protectedSizeBytes, 'protectedSizeBytes');
  },

  'takes one backup for one operation, however often and concurrently it is asked': async (subject) => {
    const { machine, take } = await subject.assigned();
    const [first, second] = [await subject.provider(), await subject.harness.open()];
    const request = take();
    const asked = [first, second, first, second].map((provider) => provider.takeBackup(request, never));
    const [taken, ...others] = await Promise.all(asked);
    expectSame(await second.takeBackup(request, never), taken, 'a later answer to the same operation');
    for (const other of others) expectSame(other, taken, 'another answer to the same operation');
    expectSame(await subject.listed(machine), [taken], 'the list');
  },

  'answers a repeated operation with the volumes of the first call': async (subject) => {
    const { volumes, take } = await subject.assigned();
    const request = take();
    const provider = await subject.provider();
    const taken = await provider.takeBackup(request, never);
    const again = await provider.takeBackup({ ...request, volumes: volumes.slice(0, 1) }, never);
    expectSame(again, taken, 'the answer to the same operation');
  },

  'takes one backup for each operation': async (subject) => {
    const { machine, take } = await subject.assigned();
    const provider = await subject.provider();
    const taken = [await provider.takeBackup(take(), never), await provider.takeBackup(take(), never)];
    const listed = await subject.listed(machine);
    const names = (backups: typeof taken) => backups.map(({ externalId }) => externalId).sort();
    expectSame(names(listed), names(taken), 'the list');
    assert.notEqual(taken[0]?.externalId, taken[1]?.externalId, 'two operations answered the same backup');
  },

  'lists all of many backups, each once': async (subject) => {
    const { machine, take } = await subject.assigned();
    const provider = await subject.provider();
    const taken: string[] = [];
    for (let n = 0; n < 25; n++) taken.push((await provider.takeBackup(take(), never)).externalId);
    const listed = (await subject.listed(machine)).map(({ externalId }) => externalId);
    expectSame(listed.sort(), taken.sort(), 'the list');
  },

  'freezes the guest when asked to, or says that it cannot, as declared': async (subject) => {
    const { machine, take } = await subject.assigned();
    const provider = await subject.provider();
    const { quiesce } = await provider.capabilities(never);
    const answer = provider.takeBackup({ ...take(), quiesce: true }, never);
    if (quiesce) expectFields(await answer, { machineUuid: machine.uuid }, 'the backup');
    else await subject.expectFault(answer, 'unsupported');
    expectSame((await subject.listed(machine)).length, quiesce ? 1 : 0, 'the number of backups in the list');
  },

  'refuses to back up a machine that is under no offering': async (subject) => {
    const { machine, volumes } = await subject.machine();
    const request = { ...(await subject.assignment(machine)), volumes, quiesce: false };
    await subject.expectFault((await subject.provider()).takeBackup(request, never), 'rejected', 'not_found');
    expectSame(await subject.listed(machine), [], 'the list');
  },

  'refuses to back up a machine under an offering that it is not in': async (subject) => {
    const { machine, take } = await subject.assigned();
    const request = { ...take(), offeringExternalId: `none-${randomUUID()}` };
    await subject.expectFault((await subject.provider()).takeBackup(request, never), 'rejected', 'not_found');
    expectSame(await subject.listed(machine), [], 'the list');
  },
};
