import { all, expectFault, never } from '../../../../test/kit/contract/samples.js';
import { jobNameOf } from '../naming.js';
import { VCENTER } from './fake/estate.js';
import { vbrBench } from './bench.js';

type Bench = Awaited<ReturnType<typeof vbrBench>>;

/** The content of the machine's disks in their slots, of which there are fewer than the controller's unit. */
const contentOf = ({ estate }: Bench, name: string) => new Map(estate.contentOf(name));

describe.each(['1.1-rev0', '1.2-rev1', '1.3-rev2'])('over revision %s', (revision) => {
  let bench: Bench;
  beforeAll(async () => void (bench = await vbrBench(revision)));
  beforeEach(() => {
    bench.server.reset();
    Object.assign(bench.estate.sessions.script, {
      lastsMs: 0,
      neverStarts: false,
      result: 'Success',
      message: '',
      errors: [],
      only: undefined,
    });
    Object.assign(bench.vbr.doubts, {
      tellsUnits: true,
      mountsDisks: true,
      keepsFailedMounts: true,
      namesMachines: false,
      describesItself: true,
      hasUnknownFields: true,
    });
  });
  afterAll(() => bench.close());

  test('puts back the bytes of the backup that is named, and no others', async () => {
    const { machine, take, restore } = await bench.guarded();
    const { name } = machine;
    const provider = bench.open();
    const content: Map<number, string>[] = [];
    const taken: string[] = [];
    for (let n = 0; n < 2; n++) {
      content.push(contentOf(bench, name));
      taken.push((await provider.takeBackup(take(), never)).externalId);
      bench.estate.scribble(name);
    }
    for (const n of [0, 1, 0]) {
      const restored = await provider.restoreMachine(restore(taken[n]!), never);
      expect(contentOf(bench, name)).toEqual(content[n]);
      // Veeam tells none: that of the record would prove nothing.
      expect(restored.map(({ digest }) => digest)).toEqual([undefined, undefined, undefined]);
    }
  });

  test('makes a lost machine anew, and backs it up again under its new identity', async () => {
    const { machine, take, restore } = await bench.guarded();
    const { name } = machine;
    const provider = bench.open();
    const content = contentOf(bench, name);
    const before = bench.estate.machine(name).moref;
    const { externalId } = await provider.takeBackup(take(), never);
    bench.estate.lose(name);
    await expectFault(provider.takeBackup(take(), never), 'not_found');
    await provider.restoreMachine(restore(externalId), never);
    expect(contentOf(bench, name)).toEqual(content);
    expect(bench.estate.machine(name).moref).not.toBe(before);
    bench.estate.scribble(name);
    const later = contentOf(bench, name);
    const { externalId: second } = await provider.takeBackup(take(), never);
    bench.estate.scribble(name);
    await provider.restoreMachine(restore(second), never);
    expect(contentOf(bench, name)).toEqual(later);
  });

  test('knows a machine by its identity when it has another name, also where a new machine has the old one', async () => {
    const { machine, take, restore } = await bench.guarded();
    const provider = bench.open();
    const content = contentOf(bench, machine.name);
    const { moref } = bench.estate.machine(machine.name);
    const { externalId } = await provider.takeBackup(take(), never);
    const renamed = `${machine.name}-renamed`;
    bench.estate.rename(machine.name, renamed);
    for (let n = 0; n < 2; n++) {
      bench.estate.scribble(renamed);
      // With the name in the backup.
      await bench.open({ 'task.poll.max.retry': 1 }).restoreMachine(restore(externalId), never);
      expect(contentOf(bench, renamed)).toEqual(content);
      expect(bench.estate.machines.filter(({ name }) => name === machine.name)).toHaveLength(n);
      bench.estate.addMachine(machine.name, [{ sizeBytes: 1, slot: 0 }]);
    }
    await provider.takeBackup({ ...take(), machine: { ...machine, name: renamed } }, never);
    expect(bench.estate.machine(renamed).moref).toBe(moref);
    expect(bench.logged.map(({ message }) => message)).not.toContainEqual(expect.stringContaining('is not seen in vCenter'));
  });

  test('finds a restore again whose start was lost, also of a machine that has had another name in the backup', async () => {
    const { machine, take, restore } = await bench.guarded();
    const { externalId } = await bench.open().takeBackup(take(), never);
    const renamed = `${machine.name}-renamed`;
    bench.estate.rename(machine.name, renamed);
    const request = { ...restore(externalId), machine: { ...machine, name: renamed } };
    bench.server.faults.push({ on: /POST .*vmRestore/, times: 1, how: 'drop after' });
    await expectFault(bench.open().restoreMachine(request, never), 'unknown');
    await bench.open().restoreMachine(request, never);
    expect(bench.estate.sessions.all.filter(({ kind, name }) => kind === 'RestoreVm' && name === machine.name)).toHaveLength(1);
  });

  test('does not take a namesake for the machine that was assigned', async () => {
    const { machine, take, restore } = await bench.guarded();
    const provider = bench.open();
    const { externalId } = await provider.takeBackup(take(), never);
    bench.estate.lose(machine.name);
    bench.estate.addMachine(machine.name, [{ sizeBytes: 1, slot: 0 }]);
    const content = contentOf(bench, machine.name);
    await expectFault(provider.takeBackup(take(), never), 'rejected');
    await expectFault(provider.restoreMachine(restore(externalId), never), 'rejected');
    expect(contentOf(bench, machine.name)).toEqual(content);
  });

  test('restores one disk as a disk of its own, the right one of two that are alike', async () => {
    const { machine, volumes, take, restoreOne } = await bench.guarded();
    const provider = bench.open();
    const content = contentOf(bench, machine.name);
    const { externalId } = await provider.takeBackup(take(), never);
    bench.estate.scribble(machine.name);
    const scribbled = contentOf(bench, machine.name);
    for (const volume of volumes) {
      const request = restoreOne(externalId, volume);
      const restored = await provider.restoreVolume(request, never);
      const disk = bench.estate.firstClassDisks.find(({ name }) => name === request.newVolumeUuid);
      expect([restored.path, disk?.datastore]).toEqual([`fcd/${disk?.id ?? ''}`, 'datastore-1']);
      expect(disk?.bytes.toString('hex')).toBe(content.get(volume.deviceNumber));
    }
    expect(contentOf(bench, machine.name)).toEqual(scribbled);
  });

  test('refuses to guess which of two disks is the one, where Veeam does not tell their places', async () => {
    bench.vbr.doubts.tellsUnits = false;
    const { machine, volumes, take, restore, restoreOne } = await bench.guarded();
    const provider = bench.open();
    const content = contentOf(bench, machine.name);
    const { externalId } = await provider.takeBackup(take(), never);
    await expectFault(provider.restoreVolume(restoreOne(externalId, volumes[1]!), never), 'rejected');
    const request = restoreOne(externalId, volumes[0]!);
    await provider.restoreVolume(request, never);
    const disk = bench.estate.firstClassDisks.find(({ name }) => name === request.newVolumeUuid);
    expect(disk?.bytes.toString('hex')).toBe(content.get(0));
    bench.estate.scribble(machine.name);
    await provider.restoreMachine(restore(externalId), never);
    expect(contentOf(bench, machine.name)).toEqual(content);
  });

  test('claims no volume that the restore point leaves out', async () => {
    const { machine, volumes, take } = await bench.guarded();
    bench.estate.machine(machine.name).disks = bench.estate.machine(machine.name).disks.filter(({ unitNumber }) => unitNumber !== 1);
    const taken = await bench.open().takeBackup(take(), never);
    expect(taken.volumes).toEqual([volumes[0], volumes[2]]);
    expect(bench.logged.at(-1)).toMatchObject({ fields: { volume: volumes[1]?.uuid } });
  });

  test('makes a job after a template, with everything but its name and machine, and one for a repository that runs on demand', async () => {
    const settings = {
      guestProcessing: { appAwareProcessing: { isEnabled: true } },
      schedule: { runAutomatically: true, daily: { localTime: '22:00' } },
    };
    const template = bench.estate.addJob({
      name: `Gold of ${revision}`,
      settings: { ...settings, storage: { retentionPolicy: { quantity: 30 } } },
    });
    const offerings = await bench.open().listOfferings(never);
    expect(offerings.map(({ externalId }) => externalId)).toContain(`urn:veeam:Job:${template.id}`);
    const gold = await bench.guarded(`urn:veeam:Job:${template.id}`);
    const made = bench.estate.jobs.find(({ name }) => name === jobNameOf(gold.machine));
    expect(made).toMatchObject({ repositoryId: template.repositoryId, morefs: [bench.estate.machine(gold.machine.name).moref] });
    expect(made?.settings).toMatchObject({ ...settings, storage: { retentionPolicy: { quantity: 30 } } });
    const plain = await bench.guarded();
    const other = bench.estate.jobs.find(({ name }) => name === jobNameOf(plain.machine));
    expect(other?.settings).toMatchObject({ schedule: { runAutomatically: false } });
    // Jobs of machines are no templates.
    expect((await bench.open().listOfferings(never)).length).toBe(offerings.length);
  });

  test('removes the job of a machine that leaves its offering, and lists and restores what it took', async () => {
    const { machine, take, assign, restore } = await bench.guarded();
    const provider = bench.open();
    const content = contentOf(bench, machine.name);
    const taken = await provider.takeBackup(take(), never);
    await provider.unassign(assign(), never);
    expect(bench.estate.jobs.map(({ name }) => name)).not.toContain(jobNameOf(machine));
    expect(await all(provider.listBackups(never))).toContainEqual(taken);
    bench.estate.scribble(machine.name);
    await provider.restoreMachine(restore(taken.externalId), never);
    expect(contentOf(bench, machine.name)).toEqual(content);
  });

  test.each([false, true])('takes over what CloudStack has made, with machines in the names of backups: %p', async (namesMachines) => {
    bench.vbr.doubts.namesMachines = namesMachines;
    const made = bench.machine();
    const { machine, volumes } = made;
    const { moref } = bench.estate.machine(machine.name);
    const job = bench.estate.addJob({ name: `${machine.name}-CSBKP-${machine.uuid}`, morefs: [moref] });
    for (let n = 0; n < 3; n++) bench.estate.startJob(job);
    const provider = bench.open();
    const mine = async () => (await all(provider.listBackups(never))).filter(({ machineUuid }) => machineUuid === machine.uuid);
    const listed = await mine();
    expect(listed.map(({ externalId }) => externalId)).toEqual(bench.estate.pointsOf(machine.name).map(({ id }) => id));
    // It is found, and no second job made.
    const { assign, take, restore } = bench.requests(made);
    expect(await provider.assign(assign(), never)).toEqual({ reference: job.id });
    const known = await mine();
    expect(known.map((backup) => backup.volumes.map(({ uuid }) => uuid))).toEqual(listed.map(() => volumes.map(({ uuid }) => uuid)));
    bench.server.reset();
    expect(await mine()).toEqual(known);
    expect(bench.server.count(/disks$/)).toBe(0);
    const content = contentOf(bench, machine.name);
    const { externalId } = await provider.takeBackup(take(), never);
    bench.estate.scribble(machine.name);
    await provider.restoreMachine(restore(externalId), never);
    expect(contentOf(bench, machine.name)).toEqual(content);
    expect(bench.estate.backups.filter(({ jobId }) => jobId === job.id)).toHaveLength(1);
  });

  test('takes a warning for a success, and says it in the log', async () => {
    const { take } = await bench.guarded();
    Object.assign(bench.estate.sessions.script, { result: 'Warning', message: 'vCenter is newer than tested' });
    await bench.open().takeBackup(take(), never);
    expect(bench.logged.at(-1)).toMatchObject({ fields: { warning: 'vCenter is newer than tested' } });
  });

  test('says what Veeam and its log say of a failure, again whenever it is asked, and starts nothing again', async () => {
    const { machine, take } = await bench.guarded();
    Object.assign(bench.estate.sessions.script, {
      result: 'Failed',
      message: 'Job finished with error',
      errors: ['Error: no space left in the repository'],
    });
    const request = take();
    const provider = bench.open();
    const { message } = await expectFault(provider.takeBackup(request, never), 'rejected');
    expect(message).toContain('Job finished with error; Error: no space left in the repository');
    await expectFault(provider.takeBackup(request, never), 'rejected');
    expect(bench.server.count(/POST .*\/start$/)).toBe(1);
    expect(bench.estate.pointsOf(machine.name)).toEqual([]);
  });

  test('gives up a session that does not leave Starting, and has it stop', async () => {
    const { take } = await bench.guarded();
    bench.estate.sessions.script.neverStarts = true;
    const request = { ...take(), report: async () => void bench.estate.advance(130_000) };
    const { message } = await expectFault(bench.open().takeBackup(request, never), 'rejected');
    expect(message).toContain('did not start within 120 s');
    expect(bench.estate.sessions.active()).toEqual([]);
  });

  test('judges a restore that was told to stop by its end, which may be a good one', async () => {
    const { machine, take, restore } = await bench.guarded();
    const { externalId } = await bench.open().takeBackup(take(), never);
    const content = contentOf(bench, machine.name);
    bench.estate.scribble(machine.name);
    bench.estate.sessions.script.neverStarts = true;
    const STOP = /POST .*\/stop$/;
    bench.server.faults.push({ on: STOP, how: { status: 200, body: '{}' } });
    const report = async () => {
      bench.estate.advance(130_000);
      if (bench.server.count(STOP) > 0) bench.estate.sessions.goOn();
    };
    await bench.open().restoreMachine({ ...restore(externalId), report }, never);
    expect(contentOf(bench, machine.name)).toEqual(content);
    expect(bench.server.count(STOP)).toBe(1);
  });

  test('says after a long standstill that nobody knows, and joins the session when it is asked again', async () => {
    const { take } = await bench.guarded();
    bench.estate.sessions.script.lastsMs = 10 ** 9;
    const request = take();
    const still = { ...request, report: async () => void bench.estate.advance(70_000) };
    await expectFault(bench.open({ 'restore.timeout': 60 }).takeBackup(still, never), 'unknown');
    bench.estate.advance(10 ** 9);
    const { operationId } = await bench.open().takeBackup(request, never);
    expect(operationId).toBe(request.operationId);
    expect(bench.server.count(/POST .*\/start$/)).toBe(1);
  });

  test('goes on for as long as something advances', async () => {
    const { take } = await bench.guarded();
    bench.estate.sessions.script.lastsMs = 1_000_000;
    const advancing = { ...take(), report: async () => void bench.estate.advance(300_000) };
    await bench.open({ 'restore.timeout': 400 }).takeBackup(advancing, never);
    expect(bench.server.count(/POST .*\/start$/)).toBe(1);
  });

  test('logs on once for everything, and again only as the token ends', async () => {
    const provider = bench.open();
    const before = { logons: bench.vbr.logons, refreshes: bench.vbr.refreshes };
    const made = bench.machine();
    const { assign, take, restore } = bench.requests(made);
    await Promise.all([provider.listOfferings(never), provider.capacity(never), all(provider.listBackups(never))]);
    await provider.assign(assign(), never);
    const { externalId } = await provider.takeBackup(take(), never);
    await provider.restoreMachine(restore(externalId), never);
    expect(bench.vbr.logons - before.logons).toBe(1);
    // In the middle of a restore.
    bench.estate.sessions.script.lastsMs = 2_000_000;
    const long = { ...restore(externalId), report: async () => void bench.estate.advance(890_000) };
    await provider.restoreMachine(long, never);
    expect([bench.vbr.logons - before.logons, bench.vbr.refreshes > before.refreshes]).toEqual([1, true]);
    // The service has forgotten all of them.
    bench.vbr.endTokens();
    await Promise.all([provider.listOfferings(never), provider.capacity(never), provider.findBackup?.(externalId, never)]);
    expect(bench.vbr.logons - before.logons).toBe(2);
  });

  test('tells in bytes how full the repositories are', async () => {
    expect(await bench.open().capacity(never)).toEqual({ totalBytes: 1000 * 2 ** 30, usedBytes: 400 * 2 ** 30 });
  });

  test('cannot restore a single volume where it is not set where to', async () => {
    expect(await bench.open().capabilities(never)).toMatchObject({ restoreVolume: true });
    for (const missing of [{ 'restore.cluster': '' }, { 'restore.datastore': '' }]) {
      expect(await bench.open(missing).capabilities(never)).toMatchObject({ restoreVolume: false });
    }
  });

  test('cannot where the server mounts no disks', async () => {
    bench.vbr.doubts.mountsDisks = false;
    expect(await bench.open().capabilities(never)).toMatchObject({ restoreVolume: false });
  });

  test('lets a mounted disk go that cannot be moved', async () => {
    const { volumes, take, restoreOne } = await bench.guarded();
    const provider = bench.open();
    const { externalId } = await provider.takeBackup(take(), never);
    Object.assign(bench.estate.sessions.script, { result: 'Failed', message: 'no room', only: 'QuickMigration' });
    const request = restoreOne(externalId, volumes[0]!);
    await expectFault(provider.restoreVolume(request, never), 'rejected');
    expect(bench.estate.firstClassDisks.map(({ name }) => name)).not.toContain(request.newVolumeUuid);
    expect(bench.server.count(/^POST .*\/dismount$/)).toBe(1);
  });

  test.each([true, false])('says why a disk could not be mounted, be the mount still shown or not: %s', async (keepsFailedMounts) => {
    const { volumes, take, restoreOne } = await bench.guarded();
    const provider = bench.open();
    const { externalId } = await provider.takeBackup(take(), never);
    bench.vbr.doubts.keepsFailedMounts = keepsFailedMounts;
    Object.assign(bench.estate.sessions.script, { result: 'Failed', errors: ['no such cluster'], only: 'FirstClassDiskInstantRestore' });
    await expect(provider.restoreVolume(restoreOne(externalId, volumes[0]!), never)).rejects.toMatchObject({
      fault: 'rejected',
      message: expect.stringContaining('no such cluster'),
    });
  });

  test('passes every step of the way, and stops at the first that fails', async () => {
    const steps = async (overrides: Parameters<typeof bench.open>[0]) =>
      (await bench.open(overrides).checkConnection!(never)).map(({ name, isPassed, detail }) => [name, isPassed ? 'passed' : detail]);
    expect(await steps({})).toEqual(
      ['address', 'certificate', 'version', 'login', 'repositories', 'vcenter', 'restore.cluster', 'restore.datastore'].map((name) => [
        name,
        'passed',
      ]),
    );
    expect((await steps({ 'restore.cluster': '', 'restore.datastore': '' })).at(-1)).toEqual(['vcenter', 'passed']);
    const last = async (overrides: Parameters<typeof bench.open>[0]) => (await steps(overrides)).at(-1);
    expect(await last({ 'vbr.url': 'http://127.0.0.1' })).toEqual(['settings', expect.stringContaining('vbr.url')]);
    expect(await last({ 'vbr.url': 'https://127.0.0.1:1' })).toEqual(['address', expect.stringContaining('ECONNREFUSED')]);
    expect(await last({ 'ca.file': '' })).toEqual(['certificate', expect.stringContaining('ca.file')]);
    expect(await last({ version: '9.9-rev9' })).toEqual(['version', expect.stringContaining('9.9-rev9')]);
    expect(await last({ password: 'wr0ng' })).toEqual(['login', expect.not.stringContaining('wr0ng')]);
    expect(await last({ vcenter: 'elsewhere' })).toEqual(['vcenter', expect.stringContaining(VCENTER)]);
    expect(await last({ 'restore.cluster': 'none' })).toEqual(['restore.cluster', expect.stringContaining('no cluster none')]);
    expect(await last({ 'restore.datastore': 'none' })).toEqual(['restore.datastore', expect.stringContaining('no datastore none')]);
  });

  test('works with the table where the server does not describe itself', async () => {
    bench.vbr.doubts.describesItself = false;
    const { machine, take, restore } = await bench.guarded();
    const provider = bench.open();
    const content = contentOf(bench, machine.name);
    const { externalId } = await provider.takeBackup(take(), never);
    bench.estate.scribble(machine.name);
    await provider.restoreMachine(restore(externalId), never);
    expect(contentOf(bench, machine.name)).toEqual(content);
    expect(await provider.capabilities(never)).toMatchObject({ deleteBackup: false });
  });

  test('deletes a single restore point only where that is possible, and else the backup if it holds no other', async () => {
    const canDelete = revision !== '1.1-rev0';
    expect(await bench.open().capabilities(never)).toMatchObject({ deleteBackup: canDelete });
    bench.vbr.doubts.deletesRestorePoints = false;
    const { machine, take, ...asking } = await bench.guarded();
    const provider = bench.open();
    expect(await provider.capabilities(never)).toMatchObject({ deleteBackup: false });
    const [first, second] = [await provider.takeBackup(take(), never), await provider.takeBackup(take(), never)];
    await expectFault(provider.deleteBackup(asking.delete(first.externalId), never), 'unsupported');
    expect(bench.estate.pointsOf(machine.name)).toHaveLength(2);
    bench.estate.removePoints([first.externalId]);
    const deletion = provider.deleteBackup(asking.delete(second.externalId), never);
    if (canDelete) await deletion;
    else await expectFault(deletion, 'unsupported');
    expect(bench.estate.pointsOf(machine.name)).toHaveLength(canDelete ? 0 : 1);
    bench.vbr.doubts.deletesRestorePoints = true;
  });
});
