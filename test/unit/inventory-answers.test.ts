import simulator from '../../plugins/inventory/simulator/index.js';
import { assertSoundFacts } from '../../src/plugin-host/inventory-answers.js';
import { defaultsOf, hostOn, MemoryStore, sampleVolume } from '../../src/provider-test/index.js';
import type { InventorySource } from '../../src/provider/index.js';
import { sampleFacts, sampleVolumeFacts } from '../kit/source-facts.js';

const UUID = '11111111-2222-4333-8444-555555555555';
const catalogue = await simulator
  .create(defaultsOf(simulator.settings), hostOn(new MemoryStore()))
  .readCatalogue(new AbortController().signal);
const facts = sampleFacts();
const volume = sampleVolumeFacts(1);
const nic = {
  ...{ uuid: UUID, networkUuid: UUID, networkName: 'lan', ipAddress: '10.0.0.1', macAddress: '02:00:00:00:00:01', isDefault: true },
};
const withMachine = (fields: object) => ({ ...facts, machine: { ...facts.machine, ...fields } });
const withVolume = (fields: object) => ({ ...volume, volume: { ...volume.volume, ...fields } });
const withEntry = (shelf: keyof typeof catalogue, fields: object) => ({ ...catalogue, [shelf]: [{ uuid: UUID, name: 'one', ...fields }] });

const soundMachines = [facts, { ...facts, host: 'host-1' }, withMachine({ nics: [nic], displayName: '' }), { ...facts, volumes: [] }];
const garbledMachines = [
  ...[null, [facts], 'machine', { ...facts, state: 'Fine' }, { ...facts, created: '2026' }, { ...facts, created: new Date(Number.NaN) }],
  ...[withMachine({ uuid: facts.machine.uuid.toUpperCase() }), withMachine({ uuid: 'm-1' }), withMachine({ name: '' })],
  ...[withMachine({ name: 'x'.repeat(256) }), withMachine({ hypervisor: 'x'.repeat(33) }), withMachine({ cpuNumber: 2 ** 31 })],
  ...[withMachine({ memoryMb: -1 }), withMachine({ cpuSpeedMhz: '1000' }), withMachine({ templateUuid: 'template' })],
  ...[withMachine({ settings: { 'no name': 'x' } }), withMachine({ settings: { keyboard: 1 } }), withMachine({ settings: [] })],
  ...[withMachine({ nics: [{ ...nic, isDefault: 'yes' }] }), withMachine({ nics: {} }), withMachine({ nics: [{ ...nic, uuid: '1' }] })],
  ...[
    { ...facts, host: '' },
    { ...facts, host: 'x'.repeat(256) },
    { ...facts, volumes: undefined },
  ],
  ...[
    { ...facts, volumes: [volume, volume] },
    { ...facts, volumes: [{ ...volume, machineUuid: UUID }] },
  ],
];
const soundVolumes = [volume, { ...volume, machineUuid: UUID, changed: new Date() }, withVolume({ digest: undefined, path: '' })];
const garbledVolumes = [
  ...[null, [volume], 'volume', { ...volume, state: 'Copying' }, { ...volume, machineUuid: '' }, { ...volume, changed: 0 }],
  ...[withVolume({ uuid: 'v-1' }), withVolume({ type: 'CDROM' }), withVolume({ deviceNumber: -1 }), withVolume({ sizeBytes: 0.5 })],
  ...[
    withVolume({ path: 'x'.repeat(1025) }),
    withVolume({ digest: 'x'.repeat(256) }),
    { ...volume, volume: sampleVolume(1, { name: 5 as never }) },
  ],
];

type Rows = readonly [sound: readonly unknown[], garbled: readonly unknown[], request?: unknown];
const [ofMachine, ofVolume] = [facts.machine.uuid, volume.volume.uuid];
const machine = (request: unknown = { machineUuid: ofMachine }): Rows => [soundMachines, garbledMachines, request];
const disk = (request: unknown = { volumeUuid: ofVolume }): Rows => [soundVolumes, garbledVolumes, request];
const known = ([sound, garbled, request]: Rows): Rows => [[...sound, undefined], garbled, request];

/** Of each method: what it can answer, what it cannot, and what it is asked. */
const ANSWERS: Readonly<Record<keyof InventorySource, Rows>> = {
  readCatalogue: [
    [catalogue, withEntry('diskOfferings', { description: '' }), { ...catalogue, templates: [] }],
    [
      ...[null, [], {}, { ...catalogue, networks: undefined }, { ...catalogue, hypervisors: [''] }],
      ...[withEntry('osCategories', { uuid: '1' }), withEntry('osTypes', { categoryUuid: undefined })],
      ...[withEntry('diskOfferings', { description: '', sizeBytes: -1 }), withEntry('networks', { description: '', type: 'Public' })],
      ...[withEntry('serviceOfferings', { description: '', size: { cpuNumber: 0, cpuSpeedMhz: 1, memoryMb: 1 } })],
      ...[withEntry('templates', { description: '', hypervisor: 'KVM', format: 'QCOW2', sizeBytes: 1 })],
    ],
  ],
  freeBytes: [
    [undefined, 0, 2 ** 50],
    [-1, Number.NaN, '5', null],
  ],
  listMachines: [
    [[], soundMachines],
    [facts, { 0: facts, length: 1 }, ...garbledMachines.map((each) => [facts, each])],
  ],
  findMachine: known(machine(ofMachine)),
  findVolume: known(disk(ofVolume)),
  deployMachine: machine(),
  startMachine: machine(),
  stopMachine: machine(),
  destroyMachine: machine(),
  createVolume: disk(),
  attachVolume: disk(),
  detachVolume: disk(),
  deleteVolume: [[undefined, 'whatever'], []],
  adoptRestoredMachine: machine({ machine: { uuid: ofMachine } }),
  adoptRestoredVolume: disk({ restored: { uuid: ofVolume } }),
};
const methods = Object.entries(ANSWERS);
const corrupt = (message: RegExp) => expect.objectContaining({ fault: 'corrupt', message: expect.stringMatching(message) });

test.each(methods)('%s can answer what the contract allows, and nothing else', (method, [sound, garbled, request]) => {
  for (const answer of sound) expect(() => assertSoundFacts(method, answer, request)).not.toThrow();
  const taken = garbled.filter((answer) => {
    try {
      assertSoundFacts(method, answer, request);
      return true;
    } catch (error) {
      expect(error).toEqual(corrupt(/^the inventory source answered with (a |room )/));
      return false;
    }
  });
  expect(taken).toEqual([]);
});

test.each(methods.filter(([, [, , request]]) => request !== undefined))(
  '%s cannot tell of another one than it was asked about',
  (method, rows) => {
    const other = /Volume$/.test(method) ? sampleVolumeFacts() : sampleFacts();
    expect(() => assertSoundFacts(method, other, rows[2])).toThrow(corrupt(/something else than was asked for/));
  },
);
