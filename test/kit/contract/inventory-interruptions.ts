import type { InventorySource } from '../../../src/provider/index.js';
import { volumeOf, type InventorySubject } from './inventory-subject.js';
import { all, cutOff, expectFault, never, operation } from './samples.js';

/** Restarts, and signals that have aborted. */
export function describeInventoryInterruptions(subject: InventorySubject): void {
  test('sees after a restart all that it did before', async () => {
    const source = await subject.source();
    const request = subject.deployment();
    const facts = await source.deployMachine(request, never);
    const reopened = await subject.harness.open();
    expect(await reopened.findMachine(request.machineUuid, never)).toEqual(facts);
    expect(await reopened.findVolume(volumeOf(facts, 1).uuid, never)).toEqual(facts.volumes[1]);
    expect(await reopened.deployMachine(request, never)).toEqual(facts);
    const listed = await all(reopened.listMachines(never));
    expect(listed.filter(({ machine }) => machine.uuid === request.machineUuid)).toEqual([facts]);
  });

  test('begins nothing under a signal that has aborted, and can still be asked again', async () => {
    const source = await subject.source();
    const request = subject.deployment();
    await expectFault(source.deployMachine(request, AbortSignal.abort()), 'temporary');
    expect(await source.findMachine(request.machineUuid, never)).toBeUndefined();
    const facts = await source.deployMachine(request, never);
    expect(await subject.listed(request.machineUuid)).toEqual([facts]);
    await expectFault(all(source.listMachines(AbortSignal.abort())), 'temporary');
  });
}

/** Being cut off in the middle. */
export function describeInventoryCutOffs(subject: InventorySubject, openSlow: () => Promise<InventorySource>): void {
  test('gives up soon when a start is aborted, and joins it when asked again', async () => {
    const facts = await subject.deploy();
    const { request, signal, sinceAbortMs } = cutOff();
    const machineUuid = facts.machine.uuid;
    await expectFault((await openSlow()).startMachine({ ...request, machineUuid }, signal), 'temporary');
    expect(sinceAbortMs()).toBeLessThan(500);
    const again = { ...operation(request.operationId), machineUuid };
    expect((await (await subject.harness.open()).startMachine(again, never)).state).toBe('Running');
    expect((await subject.machine(facts)).state).toBe('Running');
  });

  test('gives up soon when a deployment is aborted, and makes one machine when asked again', async () => {
    const { request, signal, sinceAbortMs } = cutOff();
    const wanted = subject.deployment(request);
    await expectFault((await openSlow()).deployMachine(wanted, signal), 'temporary');
    expect(sinceAbortMs()).toBeLessThan(500);
    const facts = await (await subject.harness.open()).deployMachine({ ...wanted, ...operation(request.operationId) }, never);
    expect(facts.volumes).toHaveLength(3);
    expect(await subject.listed(wanted.machineUuid)).toEqual([facts]);
  });
}
