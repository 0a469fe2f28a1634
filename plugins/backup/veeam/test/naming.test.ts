import { jobNameOf, machineUuidOf, readUrn, urnOf } from '../naming.js';

const uuid = '0a1b2c3d-0000-4000-8000-00000000beef';

test.each([
  ['i-2-5-VM', `i-2-5-V-CSBKP-${uuid}`],
  ['db-1', `db-1-CSBKP-${uuid}`],
  ['', `-CSBKP-${uuid}`],
])('the job of the machine "%s" is %s', (name, job) => {
  expect(jobNameOf({ name, uuid })).toBe(job);
  expect(job.length).toBeLessThanOrEqual(50);
  expect(machineUuidOf(job)).toBe(uuid);
});

test.each([
  ['a backup named after job and machine', `i-2-5-VM-CSBKP-${uuid} - i-2-5-VM`, uuid],
  ['capitals', `X-CSBKP-${uuid.toUpperCase()}`, uuid],
  ['another job', 'Daily backup', undefined],
  ['a uuid that is cut off', `i-2-5-VM-CSBKP-${uuid.slice(0, 35)}`, undefined],
])('knows the machine of %s', (_what, name, machine) => {
  expect(machineUuidOf(name)).toBe(machine);
});

test('reads back what it writes as an external id, and nothing else', () => {
  expect(readUrn(urnOf('Job', uuid))).toEqual({ kind: 'Job', uuid });
  expect(readUrn(urnOf('Repository', uuid.toUpperCase()))).toEqual({ kind: 'Repository', uuid });
  for (const other of ['gold-policy', `urn:veeam:Vm:${uuid}`, `urn:veeam:Job:${uuid}0`, '']) expect(readUrn(other)).toBeUndefined();
});
