import { expectFault, never } from '../../../../test/kit/contract/samples.js';
import { vbrBench } from './bench.js';

const bench = await vbrBench('1.3-rev2');
const { estate, server } = bench;
beforeEach(() => server.reset());
afterAll(() => bench.close());

const SESSION = /GET \/api\/v1\/sessions\/[^/]+$/;
const MACHINES = /GET \/api\/v1\/inventory\/vmware\/hosts\/./;
const nothing = { status: 200, body: JSON.stringify({ data: [], pagination: { total: 0, count: 0, skip: 0, limit: 200 } }) };

/** Has the job run for somebody else as soon as the session of the backup is over. */
const runAgain = (machineUuid: string, skip: number) => {
  const job = estate.jobs.find(({ name }) => name.endsWith(machineUuid))!;
  server.faults.push({
    on: SESSION,
    times: 1,
    skip,
    how: (answer) => {
      estate.advance(1000);
      estate.startJob(job);
      return answer;
    },
  });
};

test('a restore point of the next run is not taken for that of this one', async () => {
  const { machine, take } = await bench.guarded();
  runAgain(machine.uuid, 0);
  const { externalId, type } = await bench.open().takeBackup(take(), never);
  const [first, second] = estate.pointsOf(machine.name);
  expect([externalId, type, second?.type]).toEqual([first?.id, 'FULL', 'Increment']);
});

test('a backup that is given up leaves the restore point of another run alone', async () => {
  const { machine, take, ...asking } = await bench.guarded();
  const request = take();
  // Veeam has ended the session well, and kept nothing of it.
  runAgain(machine.uuid, 1);
  const doomed = { ...request, report: async () => void estate.removePoints(estate.pointsOf(machine.name).map(({ id }) => id)) };
  await expectFault(bench.open({ 'task.poll.max.retry': 1 }).takeBackup(doomed, never), 'unknown');
  const { externalId: _, ...deletion } = asking.delete('');
  const impatient = bench.open({ 'task.poll.max.retry': 1 });
  await expectFault(impatient.deleteBackup({ ...deletion, takenBy: request.operationId }, never), 'unknown');
  expect(estate.pointsOf(machine.name)).toHaveLength(1);
});

test('a machine that was made anew is followed when vCenter shows it', async () => {
  const { machine, take, restore } = await bench.guarded();
  const { externalId } = await bench.open().takeBackup(take(), never);
  estate.lose(machine.name);
  server.faults.push({ on: MACHINES, times: 4, skip: 1, how: nothing });
  await bench.open().restoreMachine(restore(externalId), never);
  expect(server.faults[0]?.times).toBe(0);
  await bench.open().takeBackup(take(), never);
  expect(bench.logged.map(({ message }) => message)).not.toContainEqual(expect.stringContaining('is not seen in vCenter'));
});

test('a machine that vCenter does not show after its restore is named in the log', async () => {
  const { machine, take, restore } = await bench.guarded();
  const { externalId } = await bench.open().takeBackup(take(), never);
  estate.lose(machine.name);
  server.faults.push({ on: MACHINES, skip: 1, how: nothing });
  await bench.open({ 'task.poll.max.retry': 2 }).restoreMachine(restore(externalId), never);
  expect(bench.logged.at(-1)).toMatchObject({ message: expect.stringContaining('is not seen'), fields: { machine: machine.uuid } });
  server.faults.length = 0;
});

test('a machine that a restore in place has given another identity is backed up under that', async () => {
  const { machine, take, restore } = await bench.guarded();
  const { externalId } = await bench.open().takeBackup(take(), never);
  const moves = { ...restore(externalId), report: async () => void (estate.machine(machine.name).moref = 'vm-anew') };
  await bench.open().restoreMachine(moves, never);
  expect(estate.jobs.find(({ name }) => name.endsWith(machine.uuid))?.morefs).toEqual(['vm-anew']);
  await bench.open().takeBackup(take(), never);
});

test('a machine that was restored is restored also when its job is gone: the next backup says so', async () => {
  const { machine, assign, take, restore } = await bench.guarded();
  const { externalId } = await bench.open().takeBackup(take(), never);
  const content = estate.contentOf(machine.name);
  estate.lose(machine.name);
  const [job] = estate.jobs.splice(
    estate.jobs.findIndex(({ name }) => name.endsWith(machine.uuid)),
    1,
  );
  await bench.open().restoreMachine(restore(externalId), never);
  expect(estate.contentOf(machine.name)).toEqual(content);
  expect(bench.logged.at(-1)).toMatchObject({
    message: expect.stringContaining('its job does not follow'),
    fields: { machine: machine.uuid },
  });
  expect((await expectFault(bench.open().takeBackup(take(), never), 'not_found')).message).toContain(job!.id);
  await bench.open().assign(assign(), never);
  await bench.open().takeBackup(take(), never);
});

test('a job that could not be changed after a restore backs up the machine that came back as soon as it can', async () => {
  const { machine, take, restore } = await bench.guarded();
  const { externalId } = await bench.open().takeBackup(take(), never);
  estate.lose(machine.name);
  server.faults.push({ on: /PUT .*\/jobs\/[^/]+$/, times: 1, how: { status: 400, body: '{"message":"The job is being edited"}' } });
  await bench.open().restoreMachine(restore(externalId), never);
  expect(server.faults[0]?.times).toBe(0);
  await bench.open().takeBackup(take(), never);
  const job = estate.jobs.find(({ name }) => name.endsWith(machine.uuid));
  expect(job?.morefs).toEqual([estate.machine(machine.name).moref]);
});

test('two machines of the name of a restored one do not undo its restore', async () => {
  const { machine, take, restore } = await bench.guarded();
  const { externalId } = await bench.open().takeBackup(take(), never);
  estate.lose(machine.name);
  const request = { ...restore(externalId), report: async () => void estate.addMachine(machine.name, []) };
  await bench.open().restoreMachine(request, never);
  expect(bench.logged.at(-1)).toMatchObject({ fields: { machine: machine.uuid, reason: expect.stringContaining('2 machines') } });
  await expectFault(bench.open().takeBackup(take(), never), 'rejected');
});
