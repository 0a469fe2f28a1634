import { randomUUID } from 'node:crypto';
import type { Subject } from './provider-subject.js';
import { byUuid, never } from './samples.js';

/** Taking and listing. */
export function describeTaking(subject: Subject): void {
  test('lists a backup it has taken, with the operation that took it', async () => {
    const { machine, volumes, take } = await subject.assigned();
    const request = take();
    const taken = await (await subject.provider()).takeBackup(request, never);
    expect(await subject.listed(machine)).toEqual([taken]);
    expect(taken).toMatchObject({ operationId: request.operationId, machineUuid: machine.uuid });
    expect(['FULL', 'INCREMENTAL']).toContain(taken.type);
    expect(byUuid(taken.volumes)).toEqual(byUuid(volumes));
  });

  test('names its backups in at most 255 characters, and gives their time and sizes', async () => {
    const { backup } = await subject.backedUp();
    expect(backup.externalId).toMatch(/^.{1,255}$/);
    expect(backup.takenAt).toBeInstanceOf(Date);
    expect(backup.takenAt.getTime()).toBeGreaterThan(0);
    for (const bytes of [backup.sizeBytes, backup.protectedSizeBytes]) {
      expect(Number.isSafeInteger(bytes)).toBe(true);
      expect(bytes).toBeGreaterThanOrEqual(0);
    }
  });

  test('takes one backup for one operation, however often and concurrently it is asked', async () => {
    const { machine, take } = await subject.assigned();
    const [first, second] = [await subject.provider(), await subject.harness.open()];
    const request = take();
    const asked = [first, second, first, second].map((provider) => provider.takeBackup(request, never));
    const [taken, ...others] = await Promise.all(asked);
    expect(await second.takeBackup(request, never)).toEqual(taken);
    for (const other of others) expect(other).toEqual(taken);
    expect(await subject.listed(machine)).toEqual([taken]);
  });

  test('answers a repeated operation with the volumes of the first call', async () => {
    const { volumes, take } = await subject.assigned();
    const request = take();
    const provider = await subject.provider();
    const taken = await provider.takeBackup(request, never);
    expect(await provider.takeBackup({ ...request, volumes: volumes.slice(0, 1) }, never)).toEqual(taken);
  });

  test('takes one backup for each operation', async () => {
    const { machine, take } = await subject.assigned();
    const provider = await subject.provider();
    const taken = [await provider.takeBackup(take(), never), await provider.takeBackup(take(), never)];
    const listed = await subject.listed(machine);
    expect(new Set(listed.map(({ externalId }) => externalId))).toEqual(new Set(taken.map(({ externalId }) => externalId)));
    expect(listed).toHaveLength(2);
  });

  test('lists all of many backups, each once', async () => {
    const { machine, take } = await subject.assigned();
    const provider = await subject.provider();
    const taken: string[] = [];
    for (let n = 0; n < 25; n++) taken.push((await provider.takeBackup(take(), never)).externalId);
    const listed = (await subject.listed(machine)).map(({ externalId }) => externalId);
    expect(listed.sort()).toEqual(taken.sort());
  });

  test('freezes the guest when asked to, or says that it cannot, as declared', async () => {
    const { machine, take } = await subject.assigned();
    const provider = await subject.provider();
    const { quiesce } = await provider.capabilities(never);
    const answer = provider.takeBackup({ ...take(), quiesce: true }, never);
    if (quiesce) expect(await answer).toMatchObject({ machineUuid: machine.uuid });
    else await subject.expectFault(answer, 'unsupported');
    expect(await subject.listed(machine)).toHaveLength(quiesce ? 1 : 0);
  });

  test('refuses to back up a machine that is under no offering', async () => {
    const { machine, volumes } = await subject.machine();
    const request = { ...(await subject.assignment(machine)), volumes, quiesce: false };
    await subject.expectFault((await subject.provider()).takeBackup(request, never), 'rejected', 'not_found');
    expect(await subject.listed(machine)).toEqual([]);
  });

  test('refuses to back up a machine under an offering that it is not in', async () => {
    const { machine, take } = await subject.assigned();
    const request = { ...take(), offeringExternalId: `none-${randomUUID()}` };
    await subject.expectFault((await subject.provider()).takeBackup(request, never), 'rejected', 'not_found');
    expect(await subject.listed(machine)).toEqual([]);
  });
}
