import type { BackupProvider } from '../../../src/provider/index.js';
import type { Subject } from './provider-subject.js';
import { all, cutOff, never, operation } from './samples.js';

/** Restarts, and signals that have aborted. */
export function describeInterruptions(subject: Subject): void {
  test('sees after a restart all that it did before', async () => {
    const { machine, volumes, take, backup } = await subject.backedUp();
    const reopened = await subject.harness.open();
    const listed = await all(reopened.listBackups(never));
    expect(listed.filter(({ machineUuid }) => machineUuid === machine.uuid)).toEqual([backup]);
    const restored = await reopened.restoreMachine(subject.restoreMachine({ machine, volumes }, backup.externalId), never);
    expect(restored).toHaveLength(volumes.length);
    expect(await reopened.takeBackup(take(), never)).toMatchObject({ machineUuid: machine.uuid });
  });

  test('begins nothing under a signal that has aborted, and can still be asked again', async () => {
    const { machine, take } = await subject.assigned();
    const request = take();
    const provider = await subject.provider();
    await subject.expectFault(provider.takeBackup(request, AbortSignal.abort()), 'temporary');
    expect(await subject.listed(machine)).toEqual([]);
    const taken = await provider.takeBackup(request, never);
    expect(await subject.listed(machine)).toEqual([taken]);
    await subject.expectFault(all(provider.listBackups(AbortSignal.abort())), 'temporary');
  });
}

/** Being cut off in the middle. */
export function describeCutOffs(subject: Subject, openSlow: () => Promise<BackupProvider>): void {
  test('gives up soon when a backup is aborted, and joins it when asked again', async () => {
    const { machine, take } = await subject.assigned();
    const { request, signal, sinceAbortMs } = cutOff();
    await subject.expectFault((await openSlow()).takeBackup({ ...take(), ...request }, signal), 'temporary');
    expect(sinceAbortMs()).toBeLessThan(500);
    const taken = await (await subject.harness.open()).takeBackup(take(request.operationId), never);
    expect(taken.operationId).toBe(request.operationId);
    expect(await subject.listed(machine)).toEqual([taken]);
  });

  test('gives up soon when a restore is aborted, and joins it when asked again', async () => {
    const { machine, volumes, backup } = await subject.backedUp();
    const { request, signal, sinceAbortMs } = cutOff();
    const wanted = subject.restoreMachine({ machine, volumes }, backup.externalId, request.operationId);
    await subject.expectFault((await openSlow()).restoreMachine({ ...wanted, ...request }, signal), 'temporary');
    expect(sinceAbortMs()).toBeLessThan(500);
    expect(await (await subject.harness.open()).restoreMachine(wanted, never)).toHaveLength(volumes.length);
  });

  test('reports a reference and how far it has come, never backwards', async () => {
    const { take } = await subject.assigned();
    const percents: number[] = [];
    const references = new Set<string>();
    await (
      await openSlow()
    ).takeBackup(
      {
        ...take(),
        report: async ({ percent, reference }) => {
          if (percent !== undefined) percents.push(percent);
          if (reference !== undefined) references.add(reference);
        },
      },
      never,
    );
    expect(percents.length + references.size).toBeGreaterThan(0);
    expect(percents).toEqual([...percents].sort((a, b) => a - b));
    for (const percent of percents) expect(percent >= 0 && percent <= 100).toBe(true);
    for (const reference of references) expect(reference).toMatch(/^.{1,255}$/);
  });

  test('removes a backup that was cut off, known only by the operation that took it', async () => {
    const { machine, take } = await subject.assigned();
    const { request, signal } = cutOff();
    const provider = await openSlow();
    await subject.expectFault(provider.takeBackup({ ...take(), ...request }, signal), 'temporary');
    await provider.deleteBackup({ ...operation(), takenBy: request.operationId, forced: false }, never);
    await provider.takeBackup(take(request.operationId), never).catch(() => undefined);
    expect(await subject.listed(machine)).toEqual([]);
  });
}
