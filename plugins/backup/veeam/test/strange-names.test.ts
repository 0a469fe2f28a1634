import { all, expectFault, never } from '../../../../test/kit/contract/samples.js';
import { jobNameOf } from '../naming.js';
import { vbrBench } from './bench.js';

const MACHINES = /GET \/api\/v1\/inventory\/vmware\/hosts\/./;

const bench = await vbrBench('1.3-rev2');
afterAll(() => bench.close());

test('restore points under names that nobody knows cost one question, and while vCenter cannot answer it only they are left out', async () => {
  const { estate, server } = bench;
  const taken = new Map<string, ReturnType<typeof bench.requests>>();
  for (let n = 0; n < 3; n++) {
    const { machine, take, ...asking } = await bench.guarded();
    taken.set((await bench.open().takeBackup(take(), never)).externalId, { take, ...asking });
    estate.rename(machine.name, `${machine.name}-renamed`);
    estate.startJob(estate.jobs.find(({ name }) => name === jobNameOf(machine))!);
  }
  const listed = async () => (await all(bench.open().listBackups(never))).map(({ externalId }) => externalId);
  server.reset();
  server.faults.push({ on: MACHINES, how: { status: 400, body: '{"message":"vCenter is away"}' } });
  expect(await listed()).toEqual([...taken.keys()]);
  expect(bench.logged.at(-1)).toMatchObject({ fields: { reason: expect.stringContaining('vCenter is away') } });
  const [[first, asking] = []] = taken;
  expect(await bench.open().findBackup!(first!, never)).toMatchObject({ externalId: first });
  // One of them may depend on it.
  expect((await expectFault(bench.open().deleteBackup(asking!.delete(first!), never), 'rejected')).message).toContain('vCenter is away');
  expect(server.count(/^DELETE/)).toBe(0);
  server.reset();
  expect(await listed()).toHaveLength(6);
  expect(server.count(MACHINES)).toBe(1);
});
