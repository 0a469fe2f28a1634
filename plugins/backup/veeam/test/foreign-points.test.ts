import { all, expectFault, never } from '../../../../test/kit/contract/samples.js';
import { jobNameOf } from '../naming.js';
import { vbrBench } from './bench.js';
import { emBench } from './em-bench.js';

const DISKS = /GET .*\/disks$/;

/** A machine with a job of the convention, which has run so often without this server, and which nobody has assigned here. */
async function inherited(bench: Awaited<ReturnType<typeof vbrBench>>, runs: number) {
  const made = bench.machine();
  const { moref, name } = bench.estate.machine(made.machine.name);
  const job = bench.estate.addJob({ name: `${name}-CSBKP-${made.machine.uuid}`, morefs: [moref] });
  for (let n = 0; n < runs; n++) bench.estate.startJob(job);
  return { ...made, ...bench.requests(made) };
}

/** The same, assigned since, so that its restore points are looked at. */
async function takenOver(bench: Awaited<ReturnType<typeof vbrBench>>, runs: number) {
  const made = await inherited(bench, runs);
  await bench.open().assign(made.assign(), never);
  return made;
}

const bench = await vbrBench('1.3-rev2');
beforeEach(() => bench.server.reset());
afterAll(() => bench.close());

const uuidsOf = (volumes: readonly { readonly uuid: string }[]) => volumes.map(({ uuid }) => uuid);

test('is never restored while its volumes are a guess, and has those of the machine once that is assigned', async () => {
  const { machine, volumes, assign, restore, restoreOne } = await inherited(bench, 2);
  const provider = bench.open();
  const mine = async () => (await all(provider.listBackups(never))).filter(({ machineUuid }) => machineUuid === machine.uuid);
  const [guessed] = await mine();
  expect(bench.server.count(DISKS)).toBe(0);
  const id = guessed!.externalId;
  const content = bench.estate.contentOf(machine.name);
  bench.estate.scribble(machine.name);
  const scribbled = bench.estate.contentOf(machine.name);
  const wish = { ...restore(id), volumes: guessed!.volumes };
  expect((await expectFault(provider.restoreMachine(wish, never), 'rejected')).message).toContain('assign the machine');
  await expectFault(provider.restoreVolume(restoreOne(id, guessed!.volumes[0]!), never), 'rejected');
  expect(bench.estate.contentOf(machine.name)).toEqual(scribbled);

  await provider.assign(assign(), never);
  const listed = await mine();
  expect(listed.map((backup) => uuidsOf(backup.volumes))).toEqual([uuidsOf(volumes), uuidsOf(volumes)]);
  expect(bench.server.count(DISKS)).toBe(2);
  // What they hold now is not what they held then.
  expect(listed.flatMap((backup) => backup.volumes).filter(({ digest }) => digest !== undefined)).toEqual([]);
  expect(await provider.findBackup!(id, never)).toEqual(listed[0]);
  // Whoever has recorded the guess is told before anything is written.
  await expectFault(provider.restoreMachine({ ...wish, operationId: restore(id).operationId }, never), 'rejected');
  expect(bench.estate.contentOf(machine.name)).toEqual(scribbled);
  expect(uuidsOf(await provider.restoreMachine(restore(id), never))).toEqual(uuidsOf(volumes));
  expect(bench.estate.contentOf(machine.name)).toEqual(content);
});

test('has the size of its file, and the files of a chain are looked at once', async () => {
  const { machine } = await takenOver(bench, 2);
  bench.server.reset();
  const listed = (await all(bench.open().listBackups(never))).filter(({ machineUuid }) => machineUuid === machine.uuid);
  const files = bench.estate.pointsOf(machine.name).map(({ sizeBytes }) => sizeBytes);
  expect(listed.map(({ sizeBytes }) => sizeBytes).sort()).toEqual(files.sort());
  expect(files).not.toContain(0);
  expect(bench.server.count(/GET .*\/backupFiles$/)).toBe(1);
});

test('is listed also where the list of backups leaves out its own', async () => {
  const { machine } = await inherited(bench, 2);
  bench.vbr.doubts.listsParts = false;
  const listed = await all(bench.open().listBackups(never)).finally(() => (bench.vbr.doubts.listsParts = true));
  expect(listed.filter(({ machineUuid }) => machineUuid === machine.uuid)).toHaveLength(2);
});

test('of an assigned machine has its volumes at the first look, and stays a guess where its disks are others', async () => {
  const { machine, volumes, assign, restore } = await inherited(bench, 1);
  const provider = bench.open();
  await provider.assign(assign(), never);
  const [point] = bench.estate.pointsOf(machine.name);
  expect(uuidsOf((await provider.findBackup!(point!.id, never))!.volumes)).toEqual(uuidsOf(volumes));
  const other = await inherited(bench, 1);
  await provider.assign({ ...other.assign(), volumes: other.volumes.map((volume) => ({ ...volume, sizeBytes: 512 })) }, never);
  const [grown] = bench.estate.pointsOf(other.machine.name);
  await expectFault(provider.restoreMachine(restore(grown!.id), never), 'rejected');
});

test('is claimed to hold all volumes of its machine where only Enterprise Manager is asked, and none while that has none', async () => {
  const em = await emBench();
  const { machine, volumes, assign } = em.wanted();
  const { moref } = em.estate.machine(machine.name);
  em.estate.startJob(em.estate.addJob({ name: jobNameOf(machine), morefs: [moref] }));
  const provider = em.open();
  const held = async () => (await all(provider.listBackups(never))).flatMap((backup) => uuidsOf(backup.volumes));
  expect(await held()).toHaveLength(1);
  await provider.assign(assign(), never);
  expect(await held()).toEqual(uuidsOf(volumes));
  await em.close();
});

test('is looked at with few others before a page is handed over', async () => {
  await takenOver(bench, 20);
  const looks: number[] = [];
  for await (const page of bench.open().listBackups(never)) {
    if (page.length > 0) looks.push(bench.server.count(DISKS));
  }
  expect(looks.map((count, page) => count - (looks[page - 1] ?? 0)).every((count) => count <= 8)).toBe(true);
  expect(looks.at(-1)).toBeGreaterThanOrEqual(20);
});

test('is listed with a sign of life after each page that Veeam gives', async () => {
  for (let n = 0; n < 3; n++) await inherited(bench, 2);
  bench.vbr.doubts.longestPage = 2;
  const read: number[] = [];
  for await (const _page of bench.open().listBackups(never)) read.push(bench.server.count(/GET .*\/(restorePoints|backups)$/));
  bench.vbr.doubts.longestPage = 100_000;
  expect(read.at(-1)).toBeGreaterThanOrEqual(5);
  expect(read.filter((count, page) => count - (read[page - 1] ?? 0) > 1)).toEqual([]);
});

test('that goes while it is looked at is left out, and nothing else', async () => {
  const { machine } = await takenOver(bench, 3);
  const before = (await all(bench.open().listBackups(never))).length;
  const late = await takenOver(bench, 3);
  bench.server.faults.push({ on: DISKS, times: 1, how: { status: 404, body: '{"message":"gone"}' } });
  const listed = await all(bench.open().listBackups(never));
  expect(listed).toHaveLength(before + 2);
  const of = (uuid: string) => listed.filter(({ machineUuid }) => machineUuid === uuid).length;
  expect([of(machine.uuid), of(late.machine.uuid)]).toEqual([3, 2]);
});
