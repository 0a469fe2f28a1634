import { randomUUID } from 'node:crypto';
import { diskSize, partsOf, type MachineMake } from '../../src/inventory/machine-make.js';
import { newNics, type NicWish } from '../../src/inventory/new-nics.js';
import type { Catalogue } from '../../src/provider/index.js';

const GIB = 2 ** 30;
const uuids = { fixed: randomUUID(), custom: randomUUID(), template: randomUUID(), disk: randomUUID(), network: randomUUID() };
const SIZE = { cpuNumber: 4, cpuSpeedMhz: 2000, memoryMb: 4096 };

const catalogue: Catalogue = {
  hypervisors: ['KVM'],
  serviceOfferings: [
    { uuid: uuids.fixed, name: 'fixed', description: '', size: SIZE },
    { uuid: uuids.custom, name: 'custom', description: '' },
  ],
  diskOfferings: [{ uuid: uuids.disk, name: 'disk', description: '', sizeBytes: 3 * GIB }],
  templates: [
    { uuid: uuids.template, name: 'template', description: '', hypervisor: 'KVM', format: 'QCOW2', sizeBytes: 5 * GIB, osTypeUuid: 'os' },
  ],
  osCategories: [],
  osTypes: [],
  networks: [{ uuid: uuids.network, name: 'network', description: '', type: 'Shared' }],
};

const NOTHING: MachineMake = {
  serviceOfferingUuid: undefined,
  templateUuid: undefined,
  diskOfferingUuid: undefined,
  nics: undefined,
  rootSizeBytes: undefined,
  dataSizeBytes: undefined,
  details: {},
};
const parts = (make: Partial<MachineMake>) => partsOf({ ...NOTHING, ...make }, catalogue);

describe('what a machine is made of', () => {
  test('is standard where nothing is said', () => {
    expect(parts({})).toEqual({
      ...{ cpuNumber: 1, cpuSpeedMhz: 1000, memoryMb: 512, settings: {}, rootSizeBytes: 8 * GIB, dataSizesBytes: [] },
    });
  });

  test('has the size and the ids that were chosen', () => {
    const chosen = { serviceOfferingUuid: uuids.fixed, templateUuid: uuids.template, nics: [{ networkUuid: uuids.network }] };
    const disks = { diskOfferingUuid: uuids.disk, rootSizeBytes: 6 * GIB };
    expect(parts({ ...chosen, ...disks })).toEqual({
      ...{ ...SIZE, ...chosen, settings: {}, rootSizeBytes: 6 * GIB, dataSizesBytes: [3 * GIB] },
    });
  });

  test('has a root disk as large as its template, and never a smaller one', () => {
    expect(parts({ templateUuid: uuids.template }).rootSizeBytes).toBe(5 * GIB);
    const why = `parameter rootdisksize: template ${uuids.template} needs a root disk of 5 GiB at least`;
    expect(() => parts({ templateUuid: uuids.template, rootSizeBytes: 5 * GIB - 1 })).toThrow(why);
  });

  test('takes the size out of the details, and leaves the rest as settings', () => {
    const details = { cpuNumber: '2', cpuSpeed: '3', memory: '4', 'boot.type': 'UEFI', cpunumber: '5' };
    const { settings, ...size } = parts({ serviceOfferingUuid: uuids.custom, details });
    expect(size).toMatchObject({ cpuNumber: 2, cpuSpeedMhz: 3, memoryMb: 4, serviceOfferingUuid: uuids.custom });
    expect(settings).toEqual({ 'boot.type': 'UEFI', cpunumber: '5' });
  });

  test.each(['0', '-1', '1.5', '12345678', '0x10', 'many', ''])('has no size of %j', (memory) => {
    expect(() => parts({ details: { memory } })).toThrow(`parameter details: memory "${memory}" is not a positive number`);
  });

  test('has no more settings than a hundred', () => {
    const settings = (count: number) => ({ details: Object.fromEntries(Array.from({ length: count }, (_, index) => [`s${index}`, 'x'])) });
    expect(Object.keys(parts(settings(100)).settings ?? {})).toHaveLength(100);
    expect(() => parts(settings(101))).toThrow('101 settings are more than 100');
  });

  test.each<[string, Partial<MachineMake>]>([
    ['service offering', { serviceOfferingUuid: 'gone' }],
    ['template', { templateUuid: 'gone' }],
    ['disk offering', { diskOfferingUuid: 'gone' }],
    ['network', { nics: [{ networkUuid: uuids.network }, { networkUuid: 'gone' }] }],
  ])('is nothing of a %s that there is not', (what, make) => {
    expect(() => parts(make)).toThrow(`${what} gone does not exist`);
  });
});

describe('the size of a disk', () => {
  const [offering] = catalogue.diskOfferings;
  const { sizeBytes: _, ...custom } = offering!;

  test('is that of the offering, or else the one that was chosen', () => {
    expect([diskSize(offering, undefined), diskSize(custom, GIB), diskSize(undefined, GIB)]).toEqual([3 * GIB, GIB, GIB]);
  });

  test('is said once and not more often', () => {
    expect(() => diskSize(offering, GIB)).toThrow(`disk offering ${uuids.disk} has a size of its own`);
    for (const none of [undefined, custom]) expect(() => diskSize(none, undefined)).toThrow('parameter size: is needed');
  });
});

describe('the network interfaces of a machine', () => {
  const wish = (more: Partial<NicWish>) =>
    newNics({ networkUuids: undefined, addressed: undefined, ipAddress: undefined, macAddress: undefined, ...more });

  test('are left to the source where nothing is said', () => {
    expect(wish({})).toBeUndefined();
    expect(wish({ networkUuids: [] })).toBeUndefined();
  });

  test('are one for each network, in their order and in lower case', () => {
    expect(wish({ networkUuids: ['B', 'A', 'B'] })).toEqual([{ networkUuid: 'b' }, { networkUuid: 'a' }, { networkUuid: 'b' }]);
  });

  test('have their addresses, the first one that of the machine', () => {
    expect(
      wish({
        addressed: [
          { networkid: 'A', mac: '02:00:00:00:00:0A' },
          { networkid: 'b', ip: '10.0.0.2' },
        ],
        ipAddress: '10.0.0.1',
      }),
    ).toEqual([
      { networkUuid: 'a', macAddress: '02:00:00:00:00:0a', ipAddress: '10.0.0.1' },
      { networkUuid: 'b', ipAddress: '10.0.0.2' },
    ]);
  });

  test('are 64 at most', () => {
    const networks = (count: number) => ({ networkUuids: Array.from({ length: count }, () => 'a') });
    expect(wish(networks(64))).toHaveLength(64);
    expect(() => wish(networks(65))).toThrow('65 network interfaces are more than 64');
  });
});
