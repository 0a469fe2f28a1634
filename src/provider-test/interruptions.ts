import assert from 'node:assert/strict';
import type { Checks } from './check.js';
import { expectFields, expectName, expectSame } from './expectations.js';
import { all, cutOff, never } from './samples.js';

const SOON_MS = 500;

const expectSoon = (ms: number): void => assert.ok(ms < SOON_MS, `it gave up ${ms} ms after the abort, not within ${SOON_MS} ms`);

/** Restarts, and signals that have aborted. */
export const interruptions: Checks = {
  'sees after a restart all that it did before': async (subject) => {
    const { machine, volumes, take, backup } = await subject.backedUp();
    const reopened = await subject.harness.open();
    const listed = await all(reopened.listBackups(never));
    const mine = listed.filter(({ machineUuid }) => machineUuid === machine.uuid);
    expectSame(mine, [backup], 'the list');
    const restored = await reopened.restoreMachine(subject.restoreMachine({ machine, volumes }, backup.externalId), never);
    expectSame(restored.length, volumes.length, 'the number of restored volumes');
    expectFields(await reopened.takeBackup(take(), never), { machineUuid: machine.uuid }, 'the next backup');
  },

  'begins nothing under a signal that has aborted, and can still be asked again': async (subject) => {
    const { machine, take } = await subject.assigned();
    const request = take();
    const provider = await subject.provider();
    await subject.expectFault(provider.takeBackup(request, AbortSignal.abort()), 'temporary');
    expectSame(await subject.listed(machine), [], 'the list');
    const taken = await provider.takeBackup(request, never);
    expectSame(await subject.listed(machine), [taken], 'the list');
    await subject.expectFault(all(provider.listBackups(AbortSignal.abort())), 'temporary');
  },
};

/** Being cut off in the middle. */
export const cutOffs: Checks = {
  'gives up soon when a backup is aborted, and joins it when asked again': async (subject) => {
    const { machine, take } = await subject.assigned();
    const { request, signal, sinceAbortMs } = cutOff();
    await subject.expectFault((await subject.slowProvider()).takeBackup({ ...take(), ...request }, signal), 'temporary');
    expectSoon(sinceAbortMs());
    const taken = await (await subject.harness.open()).takeBackup(take(request.operationId), never);
    expectFields(taken, { operationId: request.operationId }, 'the backup');
    expectSame(await subject.listed(machine), [taken], 'the list');
  },

  'gives up soon when a restore is aborted, and joins it when asked again': async (subject) => {
    const { machine, volumes, backup } = await subject.backedUp();
    const { request, signal, sinceAbortMs } = cutOff();
    const wanted = subject.restoreMachine({ machine, volumes }, backup.externalId, request.operationId);
    await subject.expectFault((await subject.slowProvider()).restoreMachine({ ...wanted, ...request }, signal), 'temporary');
    expectSoon(sinceAbortMs());
    const restored = await (await subject.harness.open()).restoreMachine(wanted, never);
    expectSame(restored.length, volumes.length, 'the number of restored volumes');
  },

  'reports a reference and how far it has come, never backwards': async (subject) => {
    const { take } = await subject.assigned();
    const percents: number[] = [];
    const references = new Set<string>();
    const report: ReturnType<typeof take>['report'] = async ({ percent, reference }) => {
      if (percent !== undefined) percents.push(percent);
      if (reference !== undefined) references.add(reference);
    };
    await (await subject.slowProvider()).takeBackup({ ...take(), report }, never);
    assert.ok(percents.length + references.size > 0, 'it reported nothing');
    const ascending = [...percents].sort((a, b) => a - b);
    expectSame(percents, ascending, 'the percentage');
    for (const percent of percents) assert.ok(percent >= 0 && percent <= 100, `it reported ${percent} percent`);
    for (const reference of references) expectName(reference, 'a reference');
  },

  'removes a backup that was cut off, known only by the operation that took it': async (subject) => {
    const { machine, take } = await subject.assigned();
    const { request, signal } = cutOff();
    const provider = await subject.slowProvider();
    await subject.expectFault(provider.takeBackup({ ...take(), ...request }, signal), 'temporary');
    // It may have been taken before it could be stopped.
    const isDeleted = await subject.deletes({ takenBy: request.operationId, forced: false });
    await provider.takeBackup(take(request.operationId), never).catch(() => undefined);
    expectSame((await subject.listed(machine)).length, isDeleted ? 0 : 1, 'the number of backups in the list');
  },
};
