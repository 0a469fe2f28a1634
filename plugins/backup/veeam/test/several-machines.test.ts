import { all, expectFault, never } from '../../../../test/kit/contract/samples.js';
import { jobNameOf } from '../naming.js';
import { vbrBench } from './bench.js';
import { emBench } from './em-bench.js';
import { hasSchedule, ROOT_ID } from './fake/em-documents.js';

type Bench = Pick<Awaited<ReturnType<typeof vbrBench>>, 'estate' | 'open' | 'machine' | 'guarded' | 'requests' | 'close'>;

/** Enterprise Manager alone, which cannot tell the disks of a restore point. */
async function em(): Promise<Bench> {
  const bench = await emBench();
  return { ...bench, guarded: () => bench.assigned() };
}

const jobOf = ({ estate }: Bench, uuid: string) => estate.jobs.find(({ name }) => name.endsWith(uuid))!;

test('a copy of a job that backs up others has the machine in it and nothing else, before it may run by itself', async () => {
  const bench = await emBench();
  const template = bench.addTemplate('Production', true);
  template.morefs = [bench.machine(), bench.machine()].map(({ machine }) => bench.estate.machine(machine.name).moref);
  template.containers = [`urn:VMware:Folder:${ROOT_ID}.group-v7`];
  const [{ morefs, containers }, { machine, assign }] = [template, bench.wanted(template)];
  const request = assign();
  bench.em.script.failing['DeleteObjectInJob'] = 'The host is busy.';
  expect((await expectFault(bench.open().assign(request, never), 'rejected')).message).toContain('The host is busy.');
  expect([hasSchedule(jobOf(bench, machine.uuid)), jobOf(bench, machine.uuid).isDisabled]).toEqual([true, true]);
  bench.em.script.failing = {};
  const { reference } = await bench.open().assign(request, never);
  const only = { morefs: [bench.estate.machine(machine.name).moref], containers: [], isDisabled: false };
  expect(bench.estate.jobs.filter(({ name }) => name === jobNameOf(machine))).toEqual([
    expect.objectContaining({ id: reference, ...only }),
  ]);
  expect(template).toMatchObject({ morefs, containers });
  // What somebody adds in Veeam goes when the machine is assigned again.
  jobOf(bench, machine.uuid).containers.push(...containers);
  await bench.open().assign(assign(), never);
  expect(jobOf(bench, machine.uuid)).toMatchObject(only);
  await bench.close();
});

describe.each([
  ['Enterprise Manager alone', em],
  ['Backup & Replication 1.1', () => vbrBench('1.1-rev0')],
  ['Backup & Replication 1.3', () => vbrBench('1.3-rev2')],
] as const)('where somebody has added a machine to the job of another one, over %s', (name, open) => {
  let bench: Bench;
  beforeEach(async () => void (bench = await open()));
  afterEach(() => bench.close());

  test('each backup is of the machine that the job is for, and no restore touches the other one', async () => {
    // Veeam comes to it first.
    const other = bench.machine();
    const { machine, take, restore } = await bench.guarded();
    jobOf(bench, machine.uuid).morefs.unshift(bench.estate.machine(other.machine.name).moref);
    const provider = bench.open();
    const content = bench.estate.contentOf(machine.name);
    const taken = [await provider.takeBackup(take(), never), await provider.takeBackup(take(), never)];
    const own = bench.estate.pointsOf(machine.name).map(({ id }) => id);
    expect(taken.map(({ externalId, dependsOn }) => [externalId, dependsOn])).toEqual([
      [own[0], undefined],
      [own[1], own[0]],
    ]);
    expect(await all(provider.listBackups(never))).toEqual(taken);

    const [foreign] = bench.estate.pointsOf(other.machine.name);
    expect(await provider.findBackup!(foreign!.id, never)).toBeUndefined();
    bench.estate.scribble(machine.name);
    bench.estate.scribble(other.machine.name);
    const untouched = bench.estate.contentOf(other.machine.name);
    await expectFault(provider.restoreMachine(restore(foreign!.id), never), 'not_found');
    await provider.restoreMachine(restore(taken[1]!.externalId), never);
    expect([bench.estate.contentOf(machine.name), bench.estate.contentOf(other.machine.name)]).toEqual([content, untouched]);
  });

  test('what its job takes of a machine by itself after that was renamed is known for its own', async () => {
    const other = bench.machine();
    const { machine, take } = await bench.guarded();
    const provider = bench.open();
    await provider.takeBackup(take(), never);
    const renamed = `${machine.name}-renamed`;
    bench.estate.rename(machine.name, renamed);
    const job = jobOf(bench, machine.uuid);
    job.morefs.unshift(bench.estate.machine(other.machine.name).moref);
    bench.estate.startJob(job);
    const own = [...bench.estate.pointsOf(machine.name), ...bench.estate.pointsOf(renamed)].map(({ id }) => id);
    expect(own).toHaveLength(2);
    expect((await provider.findBackup!(own[1]!, never))?.machineUuid).toBe(machine.uuid);
    expect((await all(bench.open().listBackups(never))).map(({ externalId }) => externalId)).toEqual(own);
    const [foreign] = bench.estate.pointsOf(other.machine.name);
    expect(await provider.findBackup!(foreign!.id, never)).toBeUndefined();
  });

  test('a machine that was never assigned is known by the name of its job', async () => {
    const [other, { machine }] = [bench.machine(), bench.machine()];
    const morefs = [other.machine, machine].map((each) => bench.estate.machine(each.name).moref);
    bench.estate.startJob(bench.estate.addJob({ name: `${machine.name}-CSBKP-${machine.uuid}`, morefs }));
    const listed = await all(bench.open().listBackups(never));
    expect(listed.map(({ externalId }) => externalId)).toEqual(bench.estate.pointsOf(machine.name).map(({ id }) => id));
  });

  test('a namesake is told apart by its identity, or the backup is refused', async () => {
    const { machine, take } = await bench.guarded();
    const [own] = bench.estate.machines.filter((each) => each.name === machine.name);
    const namesake = bench.estate.addMachine(machine.name, [{ sizeBytes: 64, slot: 0 }]);
    jobOf(bench, machine.uuid).morefs.push(namesake.moref);
    const taking = bench.open().takeBackup(take(), never);
    if (name !== 'Enterprise Manager alone') return void (await expectFault(taking, 'corrupt'));
    const { externalId } = await taking;
    expect(bench.estate.restorePoints.find(({ id }) => id === externalId)?.machine.moref).toBe(own?.moref);
  });
});
