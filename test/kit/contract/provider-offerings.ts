import { randomUUID } from 'node:crypto';
import type { Subject } from './provider-subject.js';
import { never, operation } from './samples.js';

/** Offerings, and the machines under them. */
export function describeOfferings(subject: Subject): void {
  test('names its offerings, each once and in at most 255 characters', async () => {
    const offerings = await (await subject.provider()).listOfferings(never);
    expect(offerings.length).toBeGreaterThan(0);
    expect(new Set(offerings.map(({ externalId }) => externalId)).size).toBe(offerings.length);
    for (const { externalId, name } of offerings) {
      expect(externalId).toMatch(/^.{1,255}$/);
      expect(name).not.toBe('');
    }
  });

  test('refuses to put a machine under an offering that it does not have', async () => {
    const { machine } = await subject.machine();
    const request = { ...(await subject.assignment(machine)), offeringExternalId: `none-${randomUUID()}` };
    await subject.expectFault((await subject.provider()).assign(request, never), 'not_found', 'rejected');
  });

  test('answers the same when a machine is put under its offering again', async () => {
    const { machine } = await subject.machine();
    const provider = await subject.provider();
    const request = await subject.assignment(machine);
    const answer = await provider.assign(request, never);
    expect(await provider.assign(request, never)).toEqual(answer);
    expect(await provider.assign(await subject.assignment(machine), never)).toEqual(answer);
  });

  test('takes a machine out of its offering, and accepts that it is asked again', async () => {
    const { machine, take } = await subject.assigned();
    const provider = await subject.provider();
    const request = await subject.assignment(machine);
    await provider.unassign(request, never);
    await provider.unassign(request, never);
    await provider.unassign(await subject.assignment(machine), never);
    await subject.expectFault(provider.takeBackup(take(), never), 'rejected', 'not_found');
  });

  test('accepts to take a machine out of an offering that it was never in', async () => {
    const { machine } = await subject.machine();
    await (await subject.provider()).unassign(await subject.assignment(machine), never);
    expect(await subject.listed(machine)).toEqual([]);
  });

  test('takes backups again of a machine that was taken out and put back', async () => {
    const { machine, volumes } = await subject.assigned();
    const provider = await subject.provider();
    await provider.unassign(await subject.assignment(machine), never);
    const request = await subject.assignment(machine);
    const answer = await provider.assign(request, never);
    const taken = await provider.takeBackup({ ...request, ...answer, ...operation(), volumes, quiesce: false }, never);
    expect(await subject.listed(machine)).toEqual([taken]);
  });

  test('does not put a machine back when an assignment that was undone is repeated', async () => {
    const { machine, volumes } = await subject.machine();
    const provider = await subject.provider();
    const request = await subject.assignment(machine);
    await provider.assign(request, never);
    await provider.unassign(await subject.assignment(machine), never);
    await provider.assign(request, never);
    const take = { ...request, ...operation(), volumes, quiesce: false };
    await subject.expectFault(provider.takeBackup(take, never), 'rejected', 'not_found');
  });

  test('keeps the backups of a machine that leaves its offering', async () => {
    const { machine, backup } = await subject.backedUp();
    const provider = await subject.provider();
    await provider.unassign(await subject.assignment(machine), never);
    expect(await subject.listed(machine)).toEqual([backup]);
  });
}
