import { expectFault, never, sampleMachine, sampleVolume } from '../../../../test/kit/contract/samples.js';
import { vbrBench } from './bench.js';

const bench = await vbrBench('1.2-rev1');
const { estate, server } = bench;
beforeEach(() => server.reset());
afterAll(() => bench.close());

/** A machine of this name with a backup. */
async function backedUp(name: string) {
  const made = { machine: { ...sampleMachine(), name }, volumes: [sampleVolume(0)] };
  bench.addMachine(made);
  const { assign, take, restore } = bench.requests(made);
  await bench.open().assign(assign(), never);
  const { externalId } = await bench.open().takeBackup(take(), never);
  return { machine: made.machine, restore: () => restore(externalId) };
}

/** Somebody else's, which is under way for a minute. */
function restoreOf(name: string): void {
  estate.sessions.script.lastsMs = 60_000;
  estate.sessions.start({ kind: 'RestoreVm', name }, () => undefined);
  estate.sessions.script.lastsMs = 0;
}

test('a restore whose start was lost is found again beside any number of other machines, under either name', async () => {
  const { machine, restore } = await backedUp('old-name');
  estate.rename(machine.name, 'new-name');
  const request = { ...restore(), machine: { ...machine, name: 'new-name' } };
  server.faults.push({ on: /POST .*vmRestore/, times: 1, how: 'drop after' });
  await expectFault(bench.open().restoreMachine(request, never), 'unknown');
  for (let n = 0; n < 101; n++) restoreOf(`other-${n}`);
  await bench.open().restoreMachine(request, never);
  expect(server.count(/POST .*vmRestore/)).toBe(1);
});

test.each(['file server', 'Büro-Östlich', 'db [old] (1)', 'plain-1', 'web.example', 'Vault 2+'])(
  'a restore of the machine %s is known by its name in a longer one',
  async (name) => {
    const { restore } = await backedUp(name);
    for (const other of [`${name}x`, `${name}-2`, `${name}.old`, `ä${name}`, `old.${name}`, `_${name}`])
      restoreOf(`Restore of ${other} to vCenter`);
    await bench.open().restoreMachine(restore(), never);
    restoreOf(`Restore of ${name}.`);
    await expectFault(bench.open().restoreMachine(restore(), never), 'temporary');
    expect(server.count(/POST .*vmRestore/)).toBe(1);
  },
);
