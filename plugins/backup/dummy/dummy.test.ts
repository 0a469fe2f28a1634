import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { all, defaultsOf, expectFault, never, operation, sampleMachine } from '../../../test/kit/contract/samples.js';
import { sandbox } from '../../../test/kit/dummy-sandbox.js';
import { sweepDeaths } from '../../../test/kit/dying-store.js';
import { ProviderError, type PluginSettings, type Progress } from '../../../src/provider/index.js';
import dummy from './index.js';

describe('what it is', () => {
  test('offers the policies of the dummy provider of CloudStack', async () => {
    const { open } = await sandbox();
    expect(await open().listOfferings(never)).toEqual([
      { externalId: 'gold-policy', name: 'Golden Policy', description: 'Gold description' },
      { externalId: 'silver-policy', name: 'Silver Policy', description: 'Silver description' },
    ]);
  });

  test('describes every setting, with a default that changes nothing', async () => {
    const settings: PluginSettings = dummy.settings;
    for (const { description, secret } of Object.values(settings)) {
      expect(description).not.toBe('');
      expect(secret).toBeUndefined();
    }
    expect(defaultsOf(dummy.settings)).toEqual({
      'capacity.bytes': 2 ** 40,
      ...{
        'delay.ms': 0,
        'fail.call': '',
        'fail.step': 1,
        'fail.fault': 'rejected',
        'full.every': 1,
        lost: '',
        quiesce: false,
        'size.bytes': -1,
      },
    });
  });

  test('names a backup after the operation, and gives it the size of the volumes', async () => {
    const { open, take, clock } = await sandbox();
    const request = take();
    expect(await open().takeBackup(request, never)).toMatchObject({
      externalId: `dummy-${request.operationId}`,
      takenAt: clock.now,
      type: 'FULL',
      sizeBytes: 16_384,
      protectedSizeBytes: 16_384,
    });
  });

  test('holds the guest still when its setting says that it can', async () => {
    const { open, take, recorded } = await sandbox();
    const provider = open({ quiesce: true });
    expect(await provider.capabilities(never)).toMatchObject({ quiesce: true });
    await provider.takeBackup({ ...take(), quiesce: true }, never);
    expect(await recorded('backup/')).toMatchObject([{ quiesced: true }]);
  });

  test('restores a volume with the digest that was recorded, to a path of its own', async () => {
    const { open, take, restoreOne, volumes } = await sandbox();
    const { externalId } = await open().takeBackup(take(), never);
    const request = restoreOne(externalId);
    expect(await open().restoreVolume(request, never)).toEqual({
      uuid: request.newVolumeUuid,
      sizeBytes: 4_096,
      path: `dummy/${request.newVolumeUuid}`,
      digest: volumes[1]?.digest,
    });
  });

  test('restores a machine to the paths and digests that were recorded', async () => {
    const { open, take, restore, volumes } = await sandbox();
    const { externalId } = await open().takeBackup(take(), never);
    const expected = volumes.map(({ uuid, sizeBytes, path, digest }) => ({ uuid, sizeBytes, path, digest }));
    expect(await open().restoreMachine(restore(externalId), never)).toEqual(expected);
  });

  test('refuses to put the backup of one machine onto another', async () => {
    const { open, take, restore } = await sandbox();
    const { externalId } = await open().takeBackup(take(), never);
    const request = { ...restore(externalId), machine: sampleMachine() };
    await expectFault(open().restoreMachine(request, never), 'rejected');
  });

  test('fills a machine where its volumes are, and knows the content of those that are as large as the recorded ones', async () => {
    const { open, take, fill } = await sandbox();
    const { externalId } = await open().takeBackup(take(), never);
    const { volumes, ...request } = fill(externalId);
    const [root, ...data] = volumes.map(({ recorded, target }) => ({ recorded, target }));
    const larger = { recorded: root!.recorded, target: { ...root!.target, sizeBytes: 10_000 } };
    const expected = [{ ...larger, recorded: { ...larger.recorded, digest: undefined } }, ...data].map(({ recorded, target }) => ({
      ...{ uuid: target.uuid, sizeBytes: target.sizeBytes, path: target.path, digest: recorded.digest },
    }));
    expect(await open().fillMachine({ ...request, volumes: [larger, ...data] }, never)).toEqual(expected);
  });

  test('moves a machine from one offering to another', async () => {
    const { open, assign, take } = await sandbox();
    const silver = { offeringExternalId: 'silver-policy' };
    await open().assign({ ...assign, ...operation(), ...silver }, never);
    await expectFault(open().takeBackup(take(), never), 'rejected');
    await open().takeBackup({ ...take(), ...silver }, never);
    await open().unassign({ ...assign, ...operation() }, never);
    await open().takeBackup({ ...take(), ...silver }, never);
  });
});

describe('operations', () => {
  test('counts each restore operation once, however often and concurrently it is asked', async () => {
    const { open, take, restore, restoreOne, fill, recorded } = await sandbox();
    const { externalId } = await open().takeBackup(take(), never);
    const [whole, one, other] = [restore(externalId), restoreOne(externalId), fill(externalId)];
    const providers = [open(), open(), open()];
    await Promise.all(providers.map((provider) => provider.restoreMachine(whole, never)));
    expect(await recorded('backup/')).toMatchObject([{ restores: 1, restoredBy: [whole.operationId] }]);
    await Promise.all(providers.map((provider) => provider.restoreVolume(one, never)));
    await open().restoreMachine(whole, never);
    expect(await recorded('backup/')).toMatchObject([{ restores: 2 }]);
    await Promise.all(providers.map((provider) => provider.fillMachine(other, never)));
    expect(await recorded('backup/')).toMatchObject([{ restores: 3 }]);
  });

  test('accepts one operation id for the different calls of one job', async () => {
    const { open, take, restore, assign, recorded } = await sandbox();
    const same = operation();
    const { externalId } = await open().takeBackup({ ...take(), ...same }, never);
    await open().restoreMachine({ ...restore(externalId), ...same }, never);
    await open().unassign({ ...assign, ...same }, never);
    await open().deleteBackup({ ...same, externalId, forced: false }, never);
    expect(await all(open().listBackups(never))).toEqual([]);
    expect(await recorded(`operation/${same.operationId}/`)).toHaveLength(3);
  });

  test('refuses an operation id that was used for something else', async () => {
    const { open, take, restoreOne } = await sandbox();
    const request = take();
    const { externalId } = await open().takeBackup(request, never);
    await expectFault(open().takeBackup({ ...request, machine: sampleMachine() }, never), 'rejected');
    const restore = restoreOne(externalId);
    await open().restoreVolume(restore, never);
    await expectFault(open().restoreVolume({ ...restore, newVolumeUuid: randomUUID() }, never), 'rejected');
  });

  test('says that a backup which was deleted is gone when its operation is repeated', async () => {
    const { open, take } = await sandbox();
    const request = take();
    const { externalId } = await open().takeBackup(request, never);
    await open().deleteBackup({ ...operation(), externalId, forced: false }, never);
    await expectFault(open().takeBackup(request, never), 'not_found');
  });

  test('fails a restore whose backup is deleted while it lasts', async () => {
    const { open, clock, take, restore } = await sandbox();
    const { externalId } = await open().takeBackup(take(), never);
    const asked = expectFault(open({ 'delay.ms': 60_000 }).restoreMachine(restore(externalId), never), 'not_found');
    await sleep(20);
    await open().deleteBackup({ ...operation(), externalId, forced: false }, never);
    clock.now = new Date(clock.now.getTime() + 60_000);
    await asked;
  });

  test('counts every one of many restores at once', async () => {
    const { open, take, restore, recorded } = await sandbox();
    const { externalId } = await open().takeBackup(take(), never);
    const restores = Array.from({ length: 8 }, async (_, index) => {
      // Each a little later than the one before, so that reads and writes fall between each other in many ways.
      for (let tick = 0; tick < index; tick++) await Promise.resolve();
      return open().restoreMachine(restore(externalId), never);
    });
    await Promise.all(restores);
    expect(await recorded('backup/')).toMatchObject([{ restores: 8 }]);
  });

  test('records nothing of a call that it refuses', async () => {
    const { store, open, assign, take, restore } = await sandbox();
    const before = await all(store.list(''));
    await expectFault(open().assign({ ...assign, ...operation(), offeringExternalId: 'none' }, never), 'not_found');
    await expectFault(open().takeBackup({ ...take(), machine: sampleMachine() }, never), 'rejected');
    await expectFault(open().takeBackup(take(), AbortSignal.abort()), 'temporary');
    await expectFault(open().restoreMachine(restore('none'), never), 'not_found');
    expect(await all(store.list(''))).toEqual(before);
  });

  test('refuses to delete nothing in particular', async () => {
    const { open } = await sandbox();
    await expectFault(open().deleteBackup({ ...operation(), forced: true }, never), 'rejected');
  });
});

describe('a server that dies', () => {
  test('takes one backup in the end, at whatever moment it died', async () => {
    const runs = await sweepDeaths(async ({ store, dying }) => {
      const { open, take } = await sandbox(store);
      const request = take();
      await open({}, dying)
        .takeBackup(request, never)
        .catch(() => undefined);
      const taken = await open().takeBackup(request, never);
      expect(await all(open().listBackups(never))).toEqual([taken]);
    });
    expect(runs).toBeGreaterThan(8);
  });

  test('restores once in the end, at whatever moment it died', async () => {
    const runs = await sweepDeaths(async ({ store, dying }) => {
      const { open, take, restore, recorded } = await sandbox(store);
      const { externalId } = await open().takeBackup(take(), never);
      const request = restore(externalId);
      await open({}, dying)
        .restoreMachine(request, never)
        .catch(() => undefined);
      await open().restoreMachine(request, never);
      expect(await recorded('backup/')).toMatchObject([{ restores: 1, restoredBy: [request.operationId] }]);
    });
    expect(runs).toBeGreaterThan(8);
  });

  test('leaves no backup when it is deleted by the operation that was taking it', async () => {
    await sweepDeaths(async ({ store, dying }) => {
      const { open, take } = await sandbox(store);
      const request = take();
      await open({}, dying)
        .takeBackup(request, never)
        .catch(() => undefined);
      await open().deleteBackup({ ...operation(), takenBy: request.operationId, forced: false }, never);
      await expectFault(open().takeBackup(request, never), 'not_found');
      expect(await all(open().listBackups(never))).toEqual([]);
    });
    expect.hasAssertions();
  });
});

describe('delay', () => {
  test('lasts as long as it is told by the clock of the server, and says how far it has come', async () => {
    const { open, clock, take, recorded } = await sandbox();
    const started = clock.now.getTime();
    const reports: Progress[] = [];
    const request = { ...take(), report: async (progress: Progress) => void reports.push(progress) };
    const asked = open({ 'delay.ms': 60_000 }).takeBackup(request, never);
    for (const percent of [0, 50, 99]) {
      clock.now = new Date(started + 600 * percent);
      while (reports.at(-1)?.percent !== percent) await sleep(10);
      await sleep(120);
      expect(await recorded('backup/')).toEqual([]);
    }
    clock.now = new Date(started + 60_000);
    expect(await asked).toMatchObject({ takenAt: new Date(started) });
    const reference = `${request.operationId}/takeBackup`;
    const bytes = { stage: 'copying volumes', totalBytes: 16_384 };
    const told = (percent: number, doneBytes: number) => ({ reference, percent, doneBytes, ...bytes });
    expect(reports).toEqual([told(0, 0), told(50, 8192), told(99, 16_220), told(100, 16_384)]);
  });

  test('makes a call that joins wait for the end of the first call, and no longer', async () => {
    const { open, clock, take, recorded } = await sandbox();
    const controller = new AbortController();
    const request = take();
    const first = expectFault(open({ 'delay.ms': 60_000 }).takeBackup(request, controller.signal), 'temporary');
    await sleep(20);
    controller.abort();
    await first;
    const joined = open({ 'delay.ms': 90_000 }).takeBackup(request, never);
    expect(await Promise.race([joined, sleep(150, 'still waiting')])).toBe('still waiting');
    clock.now = new Date(clock.now.getTime() + 60_000);
    await joined;
    expect(await recorded(`operation/${request.operationId}/`)).toMatchObject([{ outcome: { machineUuid: request.machine.uuid } }]);
  });

  test('leaves an abandoned operation to be finished and not undone', async () => {
    const { open, take, recorded } = await sandbox();
    const request = take();
    const signal = AbortSignal.timeout(20);
    await expectFault(open({ 'delay.ms': 60_000 }).takeBackup(request, signal), 'temporary');
    expect(await recorded(`operation/${request.operationId}/`)).toEqual([expect.not.objectContaining({ outcome: expect.anything() })]);
    expect(await recorded('backup/')).toEqual([]);
  });
});

test('makes chains as long as is set, and removes a link only with those that depend on it, or when there are none', async () => {
  const { open, take, clock } = await sandbox();
  const provider = open({ 'full.every': 3 });
  const names: string[] = [];
  const bases: (string | undefined)[] = [];
  for (let taken = 0; taken < 4; taken++) {
    clock.now = new Date(clock.now.getTime() + 1000);
    const { externalId, type, dependsOn } = await provider.takeBackup(take(), never);
    expect(type).toBe(dependsOn === undefined ? 'FULL' : 'INCREMENTAL');
    names.push(externalId);
    bases.push(dependsOn);
  }
  const [first, second, third, fourth] = names;
  expect(bases).toEqual([undefined, first, second, undefined]);
  const remove = (externalId: string | undefined, forced: boolean) =>
    provider.deleteBackup({ ...operation(), externalId: String(externalId), forced }, never);
  await expectFault(remove(second, false), 'rejected');
  await remove(third, false);
  expect(await provider.takeBackup(take(), never)).toMatchObject({ type: 'INCREMENTAL', dependsOn: fourth });
  await remove(first, true);
  const left = (await all(provider.listBackups(never))).map(({ externalId }) => externalId);
  expect(left).toHaveLength(2);
  expect(left).toContain(fourth);
});

test('has as much storage as is set, and uses what its backups occupy', async () => {
  const { open, take } = await sandbox();
  const { externalId } = await open().takeBackup(take(), never);
  await open({ 'size.bytes': 5 }).takeBackup(take(), never);
  expect(await open().capacity(never)).toEqual({ usedBytes: 16_389, totalBytes: 2 ** 40 });
  await open().deleteBackup({ ...operation(), externalId, forced: false }, never);
  expect(await open({ 'capacity.bytes': 10, lost: '*' }).capacity(never)).toEqual({ usedBytes: 5, totalBytes: 10 });
});

test('carries the reason of an abort as the cause', async () => {
  const { open, take } = await sandbox();
  const reason = new Error('the server stops');
  const error = await open()
    .takeBackup(take(), AbortSignal.abort(reason))
    .catch((cause: unknown) => cause);
  expect(error).toBeInstanceOf(ProviderError);
  expect((error as ProviderError).cause).toBe(reason);
});
