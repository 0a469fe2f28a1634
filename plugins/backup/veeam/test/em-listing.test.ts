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

const changed = (change: (body: string) => string) => (answer: FakeAnswer) => ({ ...answer, body: change(answer.body ?? '') });

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
