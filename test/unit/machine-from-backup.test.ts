import { randomUUID } from 'node:crypto';
import { refusalOf, type Finding } from '../../src/backup/finding.js';
import { disksOf, partsFromBackup, type DataDiskWish, type MachineFromBackupMake } from '../../src/backup/machine-from-backup.js';
import type { Catalogue, Machine, Volume } from '../../src/provider/index.js';
import { sampleMachine, sampleVolume } from '../kit/contract/samples.js';
import { present } from '../kit/engines.js';

const SIZE = { cpuNumber: 4, cpuSpeedMhz: 2000, memoryMb: 4096 };
const uuids = { fixed: randomUUID(), custom: randomUUID(), template: randomUUID(), disk: randomUUID(), network: randomUUID() };

const catalogue: Catalogue = {
  hypervisors: ['KVM'],
  serviceOfferings: [
    { uuid: uuids.fixed, name: 'fixed', description: '', size: SIZE },
    { uuid: uuids.custom, name: 'custom', description: '' },
  ],
  diskOfferings: [{ uuid: uuids.disk, name: 'disk', description: '', sizeBytes: 3_000 }],
  templates: [
    { uuid: uuids.template, name: 'template', description: '', hypervisor: 'KVM', format: 'RAW', sizeBytes: 1_000, osTypeUuid: 'os' },
  ],
  osCategories: [],
  osTypes: [],
  networks: [{ uuid: uuids.network, name: 'network', description: '', type: 'Shared' }],
};

const NIC = { uuid: randomUUID(), networkName: 'network', ipAddress: '10.0.0.1', macAddress: '02:00:00:00:00:01', isDefault: true };
const MADE_OF = { serviceOfferingUuid: uuids.custom, templateUuid: uuids.template, nics: [{ ...NIC, networkUuid: uuids.network }] };
// Not in the order of their devices: nothing is told by the order of a list.
const VOLUMES = [
  sampleVolume(4, { sizeBytes: 2_500 }),
  sampleVolume(0, { sizeBytes: 8_000 }),
  sampleVolume(1, { sizeBytes: 2_000 }),
] as const;

const NOTHING: MachineFromBackupMake = {
  serviceOfferingUuid: undefined,
  templateUuid: undefined,
  nics: undefined,
  rootSizeBytes: undefined,
  details: {},
  dataDisks: undefined,
  preservesAddresses: false,
};
const parts = (make: Partial<MachineFromBackupMake> = {}, machine: Partial<Machine> = MADE_OF, volumes: readonly Volume[] = VOLUMES) => {
  const findings: Finding[] = [];
  const made = partsFromBackup({ ...NOTHING, ...make }, { machine: sampleMachine(machine), volumes }, catalogue, findings);
  const refusal = refusalOf(findings);
  if (refusal) throw refusal;
  return present(made);
};
const disk = (wish: Partial<DataDiskWish>): DataDiskWish => ({
  ...{ diskOfferingUuid: undefined, sizeBytes: undefined, deviceNumber: undefined },
  ...wish,
});

describe('a machine made from a backup', () => {
  test('is as the one that was backed up, with other addresses', () => {
    expect(parts()).toEqual({
      ...{ cpuNumber: 1, cpuSpeedMhz: 1000, memoryMb: 512, serviceOfferingUuid: uuids.custom, templateUuid: uuids.template },
      nics: [{ networkUuid: uuids.network }],
      settings: { 'boot.type': 'BIOS' },
      rootSizeBytes: 8_000,
      dataSizesBytes: [2_000, 2_500],
    });
  });

  test('has the addresses of the one that was backed up, if that is wished', () => {
    const { ipAddress, macAddress } = NIC;
    expect(parts({ preservesAddresses: true }).nics).toEqual([{ networkUuid: uuids.network, ipAddress, macAddress }]);
    const nics = [{ networkUuid: uuids.network }];
    expect(parts({ preservesAddresses: true, nics }).nics).toEqual(nics);
  });

  test('has the default network first', () => {
    const other = { ...NIC, networkUuid: uuids.network, isDefault: false, macAddress: '02:00:00:00:00:02' };
    const nics = [other, { ...NIC, networkUuid: uuids.network }];
    const made = parts({ preservesAddresses: true }, { ...MADE_OF, nics }).nics;
    expect(made?.map(({ macAddress }) => macAddress)).toEqual([NIC.macAddress, other.macAddress]);
  });

  test('is what is wished instead', () => {
    const wish = { serviceOfferingUuid: uuids.fixed, rootSizeBytes: 9_000, details: { 'boot.type': 'UEFI', keyboard: 'de' } };
    const gone = { serviceOfferingUuid: randomUUID(), templateUuid: uuids.template };
    expect(parts(wish, gone)).toMatchObject({
      ...{ ...SIZE, serviceOfferingUuid: uuids.fixed, rootSizeBytes: 9_000, settings: { 'boot.type': 'UEFI', keyboard: 'de' } },
    });
    expect(parts({ details: { memory: '1024' } })).toMatchObject({ cpuNumber: 1, memoryMb: 1024 });
  });

  test('has the size that was backed up where no offering is known', () => {
    const made = parts({}, { nics: [] });
    expect(made).toMatchObject({ cpuNumber: 1, cpuSpeedMhz: 1000, memoryMb: 512, nics: [] });
    expect(made).not.toHaveProperty('serviceOfferingUuid');
  });

  test.each<[string, Partial<Machine>, string]>([
    ['service offering', { ...MADE_OF, serviceOfferingUuid: 'gone' }, 'serviceofferingid'],
    ['template', { ...MADE_OF, templateUuid: 'gone' }, 'templateid'],
    ['network', { ...MADE_OF, nics: [{ ...NIC, networkUuid: 'gone' }] }, 'networkids'],
  ])('is not made where its %s is gone and no other is named', (what, machine, parameter) => {
    expect(() => parts({}, machine)).toThrow(
      `the zone has no ${what} gone, which the backed up machine had; name another one with ${parameter}`,
    );
  });

  test.each<[string, Partial<MachineFromBackupMake>]>([
    ['service offering', { serviceOfferingUuid: 'gone' }],
    ['template', { templateUuid: 'gone' }],
    ['network', { nics: [{ networkUuid: 'gone' }] }],
    ['disk offering', { dataDisks: [disk({ diskOfferingUuid: 'gone' }), disk({})] }],
  ])('is not made of a %s that is named and not there', (what, make) => {
    expect(() => parts(make)).toThrow(`${what} gone does not exist`);
  });

  test('never has a smaller root disk', () => {
    expect(() => parts({ rootSizeBytes: 7_999 })).toThrow('parameter rootdisksize: the root disk in the backup has 8000 bytes');
  });
});

describe('the data disks', () => {
  test('are as large as wished, in the order of the list', () => {
    expect(parts({ dataDisks: [disk({ sizeBytes: 2_001 }), disk({})] }).dataSizesBytes).toEqual([2_001, 2_500]);
    expect(parts({ dataDisks: [disk({ diskOfferingUuid: uuids.disk }), disk({ sizeBytes: 4_000 })] }).dataSizesBytes).toEqual([
      3_000, 4_000,
    ]);
  });

  test('are those of the devices that are named', () => {
    const dataDisks = [disk({ deviceNumber: 4, sizeBytes: 5_000 }), disk({ deviceNumber: 1, sizeBytes: 6_000 })];
    expect(parts({ dataDisks }).dataSizesBytes).toEqual([6_000, 5_000]);
    const odd = [disk({ deviceNumber: 4 }), disk({})];
    expect(() => parts({ dataDisks: odd })).toThrow('datadisksdetails does not describe the data disk 1 that the backup holds');
  });

  test('are as many as the backup holds', () => {
    expect(() => parts({ dataDisks: [disk({})] })).toThrow('the backup holds 2 data disks; 1 are described in datadisksdetails');
    expect(() => parts({ dataDisks: [] })).toThrow('the backup holds 2 data disks; 0 are described');
  });

  test('are never smaller than in the backup', () => {
    expect(() => parts({ dataDisks: [disk({}), disk({ sizeBytes: 2_499 })] })).toThrow(
      'parameter datadisksdetails: the data disk 4 in the backup has 2500 bytes, more than the 2499 for it',
    );
  });

  test('belong to one root disk', () => {
    expect(disksOf({ volumes: VOLUMES })).toEqual({ root: VOLUMES[1], data: [VOLUMES[2], VOLUMES[0]] });
    expect(() => parts({}, MADE_OF, [sampleVolume(1)])).toThrow('the backup holds 0 root disks; a machine has one');
    expect(() => parts({}, MADE_OF, [sampleVolume(0), sampleVolume(0)])).toThrow('the backup holds 2 root disks');
  });
});
