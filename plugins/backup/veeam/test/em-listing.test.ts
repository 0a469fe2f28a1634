import { randomUUID } from 'node:crypto';
import { all, expectFault, never } from '../../../../test/kit/contract/samples.js';
import { jobNameOf } from '../naming.js';
import { emBench, type EmBench } from './em-bench.js';
import type { FakeAnswer } from './fake/server.js';

let bench: EmBench;
beforeEach(async () => {
  bench = await emBench();
});
afterEach(() => bench.close());

/** Machines with jobs of the convention, each of which has run so many times. */
function protect(machines: number, points: number): void {
  const { estate } = bench;
  for (let n = 0; n < machines; n++) {
    const { disks, ...machine } = estate.addMachine(`i-2-${n}-VM`, [{ sizeBytes: 64, slot: 0 }]);
    const { id: jobId, name, repositoryId } = estate.addJob({ name: jobNameOf({ name: machine.name, uuid: randomUUID() }) });
    const [backupId, createdAt] = [randomUUID(), estate.now()];
    estate.backups.push({ id: backupId, jobId, name, repositoryId, createdAt });
    for (let run = 0; run < points; run++) {
      const made = { id: randomUUID(), sessionId: randomUUID(), backupId, createdAt } as const;
      estate.restorePoints.push({ ...made, machine, disks, type: run === 0 ? 'Full' : 'Increment', sizeBytes: 32 });
    }
  }
}

const list = async () => all(bench.open().listBackups(never));

test('lists the restore points of a thousand machines in a handful of requests', async () => {
  protect(1000, 14);
  const backups = await list();
  expect(backups).toHaveLength(14_000);
  expect(new Set(backups.map(({ machineUuid }) => machineUuid)).size).toBe(1000);
  expect(bench.server.log).toEqual(['POST /api/sessionMngr/', 'GET /api/vmRestorePoints', 'GET /api/backupFiles']);
}, 120_000);

/** A machine with two backups that stand in a chain, and a provider that can delete them. */
async function protectOne() {
  // The server is in this process, and at work on the others meanwhile.
  const made = await bench.assigned(bench.open({ ...bench.companion, 'request.timeout': 60 }));
  const first = await made.provider.takeBackup(made.take(), never);
  const second = await made.provider.takeBackup(made.take(), never);
  return { ...made, first, second };
}

test('reads little of a machine among a thousand: only what is its own', async () => {
  protect(1000, 14);
  const { provider, machine, take, delete: remove, first } = await protectOne();
  let bytes = 0;
  const weigh = (answer: FakeAnswer) => {
    bytes += answer.body?.length ?? 0;
    return answer;
  };
  bench.server.reset();
  bench.server.faults.push({ on: /\/api\/(?!v1)/, how: weigh });
  const { externalId, dependsOn } = await provider.takeBackup(take(), never);
  expect(bench.server.log.length).toBeLessThan(25);
  expect(await provider.findBackup!(externalId, never)).toMatchObject({ type: 'INCREMENTAL', dependsOn });
  await expectFault(provider.deleteBackup(remove(first.externalId), never), 'rejected');
  await provider.deleteBackup(remove(externalId), never);
  expect(bench.estate.pointsOf(machine.name)).toHaveLength(2);
  expect(bench.server.log.filter((line) => /(vmRestorePoints|backupFiles)$/.test(line))).toEqual([]);
  expect(bytes).toBeLessThan(60_000);
}, 120_000);

test('finds a chain of many restore points in pages, and all that depend on one of them', async () => {
  const { provider, machine, take, delete: remove, first } = await protectOne();
  bench.em.dialect.longestPage = 7;
  for (let n = 0; n < 18; n++) bench.estate.startJob(bench.estate.jobs.at(-1)!);
  bench.server.reset();
  const refusal = await expectFault(provider.deleteBackup(remove(first.externalId), never), 'rejected');
  expect(refusal.message).toContain('19 later restore points');
  expect(bench.server.count(/GET .*(vmRestorePoints|backupFiles)$/)).toBe(0);
  await provider.deleteBackup({ ...remove(first.externalId), forced: true }, never);
  expect(bench.estate.pointsOf(machine.name)).toEqual([]);
  expect((await provider.takeBackup(take(), never)).type).toBe('FULL');
});

const changed = (change: (body: string) => string) => (answer: FakeAnswer) => ({ ...answer, body: change(answer.body ?? '') });

/** The answers without the elements of these names that have this id. */
const without = (id: string, ...names: readonly string[]) =>
  changed((body) => names.reduce((left, name) => left.replace(new RegExp(`<${name} (?:(?!<${name} ).)*${id}.*?</${name}>`), ''), body));

test('deletes nothing while Enterprise Manager does not show what may depend on it', async () => {
  const { provider, machine, delete: remove, first, second } = await protectOne();
  bench.server.reset();
  const collections = /(query|vmRestorePoints|backupFiles)$/;
  bench.server.faults.push({ on: collections, how: without(second.externalId, 'VmRestorePoint', 'BackupFile') });
  await expectFault(provider.deleteBackup(remove(first.externalId), never), 'temporary');
  expect([bench.server.count(/^DELETE/), bench.estate.pointsOf(machine.name).length]).toEqual([0, 2]);
});

test.each<[string, (second: string) => void]>([
  ['answers no query for restore points', () => void (bench.em.dialect.queriesPoints = false)],
  ['does not know what it is asked for', () => bench.server.faults.push({ on: /query$/, how: { status: 404 } })],
  ['finds nothing by what it is asked for', () => void (bench.em.dialect.comparesUrns = false)],
  ['leaves out one of them', (id) => bench.server.faults.push({ on: /query$/, how: without(id, 'VmRestorePoint') })],
  [
    'leaves out the very one, and its file',
    (id) => bench.server.faults.push({ on: /query$/, times: 3, how: without(id, 'VmRestorePoint', 'BackupFile') }),
  ],
])('reads the whole list where the server %s', async (_what, answer) => {
  const { provider, delete: remove, first, second } = await protectOne();
  answer(second.externalId);
  expect(await provider.findBackup!(second.externalId, never)).toMatchObject({ dependsOn: first.externalId });
  expect(bench.server.count(/GET .*vmRestorePoints$/)).toBe(1);
  await expectFault(provider.deleteBackup(remove(first.externalId), never), 'rejected');
});

test('knows what depends on a restore point also under the name that the machine had before', async () => {
  const { provider, machine, delete: remove, first } = await protectOne();
  bench.estate.rename(machine.name, 'renamed');
  bench.estate.startJob(bench.estate.jobs.at(-1)!);
  const refusal = await expectFault(provider.deleteBackup(remove(first.externalId), never), 'rejected');
  expect(refusal.message).toContain('2 later restore points');
});

test('lists only what can be restored, and is of a machine by its name', async () => {
  protect(3, 2);
  const template = bench.estate.addJob({ name: 'By hand', morefs: [bench.estate.addMachine('other', [{ sizeBytes: 64, slot: 0 }]).moref] });
  bench.estate.startJob(template);
  bench.em.script.readyAfter = 1;
  expect(await list()).toEqual([]);
  expect(await list()).toHaveLength(6);
});

test('lists those that are left when a file goes away meanwhile', async () => {
  protect(1, 3);
  const [first] = bench.estate.restorePoints;
  const forget = (answer: FakeAnswer) => {
    bench.estate.removePoints([first?.id ?? '']);
    return answer;
  };
  bench.server.faults.push({ on: /vmRestorePoints/, times: 1, how: forget });
  expect((await list()).map(({ externalId }) => externalId)).toEqual(bench.estate.restorePoints.map(({ id }) => id));
});

test('reads a server that puts a prefix before every name', async () => {
  protect(2, 2);
  const prefixed = changed((body) => body.replace(/<(\/?)(?=\w)/g, '<$1ent:').replace('xmlns=', 'xmlns:ent='));
  bench.server.faults.push({ on: /vmRestorePoints|backupFiles/, how: prefixed });
  expect(await list()).toHaveLength(4);
});

test.each<[string, RegExp, FakeAnswer | 'truncate' | ReturnType<typeof changed>]>([
  ['whose connection is cut in the middle', /vmRestorePoints/, 'truncate'],
  ['that ends in the middle', /vmRestorePoints/, changed((body) => body.slice(0, body.length / 2))],
  ['that ends between two points', /vmRestorePoints/, changed((body) => body.slice(0, body.lastIndexOf('<VmRestorePoint ')))],
  ['of which the files end in the middle', /backupFiles/, changed((body) => body.slice(0, -20))],
  ['that is empty', /vmRestorePoints/, { status: 200 }],
  ['that is the page of a proxy', /vmRestorePoints/, { status: 200, body: '<html><body>Please log in</body></html>' }],
  ['in which a time is none', /vmRestorePoints/, changed((body) => body.replace(/<CreationTimeUTC>[^<]*/, '<CreationTimeUTC>soon'))],
  ['in which a size is none', /backupFiles/, changed((body) => body.replace(/<BackupSize>\d+/, '<BackupSize>big'))],
  ['in which a point has no name', /vmRestorePoints/, changed((body) => body.replace(/ UID="[^"]*"/, ''))],
  ['that the server cannot make', /backupFiles/, { status: 500, body: '<Error Message="The database is away." />' }],
])('makes nothing of a list %s: it is an error, and not a shorter list', async (_what, on, how) => {
  protect(2, 2);
  bench.server.faults.push({ on, how });
  const { message } = await expectFault(list(), 'temporary');
  expect(message).toMatch(/cannot be read|The database is away|gave no whole answer/);
  bench.server.faults.length = 0;
  expect(await list()).toHaveLength(4);
});
