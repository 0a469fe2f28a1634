import { isTemplateName, jobNameOf, machineUuidOf } from '../em/naming.js';

const UUID = '506760dc-ed77-40d6-a91d-e0914e7a1ad8';

test.each([
  ['web', `web-CSBKP-${UUID}`],
  ['i-2-4-V', `i-2-4-V-CSBKP-${UUID}`],
  ['i-2-1036-VM', `i-2-103-CSBKP-${UUID}`],
  ['', `-CSBKP-${UUID}`],
])('names the job of %j so that 50 characters hold the whole uuid', (name, job) => {
  expect(jobNameOf(name, UUID)).toBe(job);
  expect(job.length).toBeLessThanOrEqual(50);
  expect(machineUuidOf(job)).toBe(UUID);
});

test.each([
  ['the name that CloudStack gives a job, longer than 50 characters', `i-2-1036-VM-CSBKP-${UUID}`],
  ['a backup with a chain for each machine', `i-2-4-VM-CSBKP-${UUID} - i-2-4-VM`],
  ['such a backup of a machine whose name has a dash', `a - b-CSBKP-${UUID} - a - b`],
  ['a uuid in capitals', `i-2-4-VM-CSBKP-${UUID.toUpperCase()}`],
])('tells the machine from %s', (_what, name) => {
  expect(machineUuidOf(name)).toBe(UUID);
});

test.each([
  ['a template', 'Daily'],
  ['a template with a chain for each machine', 'Daily - web'],
  ['a uuid that is cut off', `i-2-4-VM-CSBKP-${UUID.slice(0, 30)}`],
  ['something after the uuid', `i-2-4-VM-CSBKP-${UUID}_clone1`],
])('tells no machine from %s', (_what, name) => {
  expect(machineUuidOf(name)).toBeUndefined();
});

test('takes for a template whatever does not bear the mark', () => {
  expect(['Daily', 'CSBKP', `x-CSBKP-${UUID}`, 'x-CSBKP-cut'].map(isTemplateName)).toEqual([true, true, false, false]);
});
