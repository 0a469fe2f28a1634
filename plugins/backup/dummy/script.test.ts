import { all, expectFault, never, operation } from '../../../test/kit/contract/samples.js';
import { callsOf, METHODS, sandbox } from '../../../test/kit/dummy-sandbox.js';
import type { DummySettings } from './settings.js';

describe('scripted faults', () => {
  test.each(METHODS)('fails %s and nothing else', async (method) => {
    const given = await sandbox();
    const { externalId } = await given.open().takeBackup(given.take(), never);
    const provider = given.open({ 'fail.call': method, 'fail.fault': 'capacity' });
    const calls = callsOf(provider, given, externalId);
    for (const name of METHODS) {
      if (name === method) expect((await expectFault(calls[name](), 'capacity')).message).toContain(method);
      else await calls[name]();
    }
  });

  test('fails a backup at step 1 before anything is recorded', async () => {
    const { open, take, recorded } = await sandbox();
    const request = take();
    await expectFault(open({ 'fail.call': 'takeBackup' }).takeBackup(request, never), 'rejected');
    expect(await recorded(`operation/${request.operationId}/`)).toEqual([]);
    expect(await recorded('backup/')).toEqual([]);
  });

  test('fails a backup at step 2 after the operation is recorded, and takes it when asked again', async () => {
    const { open, take, recorded } = await sandbox();
    const request = take();
    await expectFault(open({ 'fail.call': 'takeBackup', 'fail.step': 2 }).takeBackup(request, never), 'rejected');
    expect(await recorded(`operation/${request.operationId}/`)).toEqual([expect.not.objectContaining({ outcome: expect.anything() })]);
    expect(await recorded('backup/')).toEqual([]);
    const taken = await open().takeBackup(request, never);
    expect(await all(open().listBackups(never))).toEqual([taken]);
  });

  test('fails a backup at step 3 although it is taken, and answers it when asked again', async () => {
    const { open, take, recorded } = await sandbox();
    const request = take();
    await expectFault(open({ 'fail.call': 'takeBackup', 'fail.step': 3 }).takeBackup(request, never), 'rejected');
    expect(await recorded(`operation/${request.operationId}/`)).toMatchObject([{ outcome: { machineUuid: request.machine.uuid } }]);
    const listed = await all(open().listBackups(never));
    expect(listed).toHaveLength(1);
    expect([await open().takeBackup(request, never)]).toEqual(listed);
  });

  test.each([
    [1, 0],
    [2, 0],
    [3, 1],
  ])('fails a restore at step %i with %i restores done, and one when asked again', async (step, restores) => {
    const { open, take, restore, recorded } = await sandbox();
    const { externalId } = await open().takeBackup(take(), never);
    const request = restore(externalId);
    const failing = open({ 'fail.call': 'restoreMachine', 'fail.step': step, 'fail.fault': 'temporary' });
    await expectFault(failing.restoreMachine(request, never), 'temporary');
    expect(await recorded('backup/')).toMatchObject([{ restores }]);
    await open().restoreMachine(request, never);
    expect(await recorded('backup/')).toMatchObject([{ restores: 1 }]);
  });

  test.each([
    [1, 1],
    [2, 1],
    [3, 0],
  ])('fails a deletion at step %i with %i backups left', async (step, left) => {
    const { open, take } = await sandbox();
    const { externalId } = await open().takeBackup(take(), never);
    const failing = open({ 'fail.call': 'deleteBackup', 'fail.step': step });
    await expectFault(failing.deleteBackup({ ...operation(), externalId, forced: false }, never), 'rejected');
    expect(await all(open().listBackups(never))).toHaveLength(left);
  });

  test.each([
    [1, 0],
    [2, 2],
    [3, 5],
  ])('fails a list at step %i after %i of 5 backups', async (step, seen) => {
    const { open, take } = await sandbox();
    for (let n = 0; n < 5; n++) await open().takeBackup(take(), never);
    const backups: unknown[] = [];
    const read = async () => {
      for await (const page of open({ 'fail.call': 'listBackups', 'fail.step': step }).listBackups(never)) {
        backups.push(...page);
      }
    };
    await expectFault(read(), 'rejected');
    expect(backups).toHaveLength(seen);
  });

  test.each<[Partial<DummySettings>, string]>([
    [{ 'fail.call': 'explode' }, 'the setting fail.call is "explode"'],
    [{ 'fail.call': 'toString' }, 'the setting fail.call is "toString"'],
    [{ 'fail.call': 'assign', 'fail.fault': 'bad luck' }, 'the setting fail.fault is "bad luck"'],
    [{ 'fail.call': 'assign', 'fail.step': 4 }, 'the setting fail.step is "4"'],
  ])('refuses to work with the settings %o', async (overrides, message) => {
    const given = await sandbox();
    const calls = callsOf(given.open(overrides), given, 'dummy-none');
    for (const name of METHODS) expect((await expectFault(calls[name](), 'rejected')).message).toContain(message);
  });
});

describe('lost backups', () => {
  test('neither lists nor restores a backup that is to be lost, and has it again afterwards', async () => {
    const { open, take, restore, restoreOne, fill } = await sandbox();
    const [gone, kept, alsoGone] = [
      await open().takeBackup(take(), never),
      await open().takeBackup(take(), never),
      await open().takeBackup(take(), never),
    ];
    const forgetful = open({ lost: `${gone.externalId}, ${alsoGone.externalId}` });
    expect(await all(forgetful.listBackups(never))).toEqual([kept]);
    await expectFault(forgetful.restoreMachine(restore(gone.externalId), never), 'not_found');
    await expectFault(forgetful.restoreVolume(restoreOne(alsoGone.externalId), never), 'not_found');
    await expectFault(forgetful.fillMachine(fill(gone.externalId), never), 'not_found');
    await forgetful.restoreMachine(restore(kept.externalId), never);
    expect(await all(open().listBackups(never))).toHaveLength(3);
    await open().restoreMachine(restore(gone.externalId), never);
  });

  test('loses all backups, with no empty page', async () => {
    const { open, take, restore } = await sandbox();
    const { externalId } = await open().takeBackup(take(), never);
    const pages: unknown[] = [];
    for await (const page of open({ lost: '*' }).listBackups(never)) pages.push(page);
    expect(pages).toEqual([]);
    await expectFault(open({ lost: '*' }).restoreMachine(restore(externalId), never), 'not_found');
  });

  test('deletes a lost backup for good', async () => {
    const { open, take } = await sandbox();
    const { externalId } = await open().takeBackup(take(), never);
    await open({ lost: '*' }).deleteBackup({ ...operation(), externalId, forced: false }, never);
    expect(await all(open().listBackups(never))).toEqual([]);
  });
});

describe('size', () => {
  test('reports the size that is set of every new backup and every restored volume', async () => {
    const { open, take, restore, restoreOne } = await sandbox();
    const before = await open().takeBackup(take(), never);
    const sized = open({ 'size.bytes': 0 });
    const taken = await sized.takeBackup(take(), never);
    expect(taken).toMatchObject({ sizeBytes: 0, protectedSizeBytes: 0 });
    expect((await all(sized.listBackups(never))).find(({ externalId }) => externalId === before.externalId)).toEqual(before);
    const restored = [
      ...(await sized.restoreMachine(restore(taken.externalId), never)),
      await sized.restoreVolume(restoreOne(taken.externalId), never),
    ];
    expect(restored.map(({ sizeBytes }) => sizeBytes)).toEqual([0, 0, 0, 0]);
    const whole = await open().restoreMachine(restore(taken.externalId), never);
    expect(whole.map(({ sizeBytes }) => sizeBytes)).toEqual([8_192, 4_096, 4_096]);
  });
});
