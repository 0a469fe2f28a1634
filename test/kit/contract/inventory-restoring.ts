import { randomUUID } from 'node:crypto';
import type { AdoptRestoredMachine, MachineFacts, VolumeFacts } from '../../../src/provider/index.js';
import { MIB, restoredOf, slotsOf, volumeOf, type InventorySubject } from './inventory-subject.js';
import { expectFault, never, operation } from './samples.js';

/** Taking over a machine that a provider has put back. */
export function describeAdoptingMachines(subject: InventorySubject): void {
  test('makes a machine consist of what was restored, and keeps the volume that was added since', async () => {
    const source = await subject.source();
    const before = await subject.deploy();
    const { volume: added } = await attachNew(subject, before);
    const facts = await source.adoptRestoredMachine(adoption(before), never);
    expect(facts).toMatchObject({ machine: before.machine, state: 'Stopped' });
    expect(slotsOf(facts)).toEqual(slotsOf(before));
    expect(await subject.machine(before)).toEqual(facts);
    const kept = await subject.volume(added);
    expect(kept).toMatchObject({ state: 'Ready', volume: { uuid: added.uuid } });
    expect(kept.machineUuid).toBeUndefined();
  });

  test('has the content that was restored, and not what the machine wrote since', async () => {
    const source = await subject.source();
    const before = await subject.deploy();
    const on = () => ({ ...operation(), machineUuid: before.machine.uuid });
    await source.startMachine(on(), never);
    await source.stopMachine(on(), never);
    const facts = await source.adoptRestoredMachine(adoption(before), never);
    expect(facts.volumes.map(({ volume }) => volume.digest)).toEqual(before.volumes.map(({ volume }) => volume.digest));
  });

  test('takes one restored machine over for one operation, however often it is asked', async () => {
    const source = await subject.source();
    const before = await subject.deploy();
    const request = adoption(before);
    const facts = await source.adoptRestoredMachine(request, never);
    await source.startMachine({ ...operation(), machineUuid: before.machine.uuid }, never);
    expect(await source.adoptRestoredMachine(request, never)).toEqual(facts);
    expect((await subject.machine(before)).state).toBe('Running');
  });

  test('puts a detached volume back in its slot, where another one is now', async () => {
    const source = await subject.source();
    const before = await subject.deploy();
    const { uuid: volumeUuid, deviceNumber } = volumeOf(before, 1);
    await source.detachVolume({ ...operation(), volumeUuid }, never);
    const { volume: other } = await attachNew(subject, before);
    expect(other.deviceNumber).toBe(deviceNumber);
    const facts = await source.adoptRestoredMachine(adoption(before), never);
    expect(slotsOf(facts)).toEqual(slotsOf(before));
    expect((await subject.volume(other)).machineUuid).toBeUndefined();
  });

  test('brings a destroyed machine back', async () => {
    const source = await subject.source();
    const before = await subject.deploy({ start: true });
    await source.destroyMachine({ ...operation(), machineUuid: before.machine.uuid, expunge: false }, never);
    const facts = await source.adoptRestoredMachine(adoption(before), never);
    expect(facts).toMatchObject({ state: 'Stopped', machine: before.machine });
    expect(facts.volumes.map(({ state }) => state)).toEqual(['Ready', 'Ready', 'Ready']);
    const started = await source.startMachine({ ...operation(), machineUuid: before.machine.uuid }, never);
    expect(started.state).toBe('Running');
  });

  test('brings an expunged machine back', async () => {
    const source = await subject.source();
    const before = await subject.deploy();
    await source.destroyMachine({ ...operation(), machineUuid: before.machine.uuid, expunge: true }, never);
    const facts = await source.adoptRestoredMachine(adoption(before), never);
    expect(facts).toMatchObject({ state: 'Stopped', machine: before.machine });
    expect(slotsOf(facts)).toEqual(slotsOf(before));
    expect(await subject.listed(before.machine.uuid)).toEqual([facts]);
    for (const { volume } of facts.volumes) expect((await subject.volume(volume)).state).toBe('Ready');
  });

  test('refuses a running machine', async () => {
    const running = await subject.deploy({ start: true });
    await expectFault((await subject.source()).adoptRestoredMachine(adoption(running), never), 'rejected');
    expect(await subject.machine(running)).toEqual(running);
  });

  test('refuses to take a volume away from another machine', async () => {
    const source = await subject.source();
    const [before, other] = [await subject.deploy(), await subject.deploy({ dataSizesBytes: [] })];
    const volumeUuid = volumeOf(before, 1).uuid;
    await source.detachVolume({ ...operation(), volumeUuid }, never);
    await source.attachVolume({ ...operation(), volumeUuid, machineUuid: other.machine.uuid }, never);
    const on = () => ({ ...operation(), machineUuid: before.machine.uuid });
    await source.startMachine(on(), never);
    const stopped = await source.stopMachine(on(), never);
    await expectFault(source.adoptRestoredMachine(adoption(before), never), 'rejected');
    expect((await subject.volume({ uuid: volumeUuid })).machineUuid).toBe(other.machine.uuid);
    expect(await subject.machine(before)).toEqual(stopped);
  });

  test('refuses two volumes for one slot', async () => {
    const before = await subject.deploy();
    const { volumes, ...request } = adoption(before);
    const recorded = volumes.map((each) => ({ ...each, recorded: { ...each.recorded, deviceNumber: 1 } }));
    const wrong = { ...request, volumes: recorded };
    await expectFault((await subject.source()).adoptRestoredMachine(wrong, never), 'rejected');
    expect(await subject.machine(before)).toEqual(before);
  });
}

/** Taking over a volume that a provider has written. */
export function describeAdoptingVolumes(subject: InventorySubject): void {
  const restored = () => ({
    uuid: randomUUID(),
    sizeBytes: MIB,
    path: 'restored/1',
    digest: randomUUID().replaceAll('-', ''),
  });

  test('attaches a restored volume to the first free slot, once for one operation', async () => {
    const source = await subject.source();
    const before = await subject.deploy({ dataSizesBytes: [MIB], start: true });
    const { uuid: machineUuid } = before.machine;
    const volume = restored();
    const request = { ...operation(), machineUuid, name: 'RestoredVol', restored: volume };
    const [facts, again] = await Promise.all([1, 2].map(async () => source.adoptRestoredVolume(request, never)));
    const { uuid, sizeBytes, digest } = volume;
    expect(facts).toMatchObject({ state: 'Ready', machineUuid, volume: { uuid, sizeBytes, name: 'RestoredVol' } });
    expect(facts?.volume).toMatchObject({ type: 'DATADISK', deviceNumber: 2 });
    if (facts?.volume.digest !== undefined) expect(facts.volume.digest).toBe(digest);
    expect(again).toEqual(facts);
    expect((await subject.machine(before)).volumes).toEqual([...before.volumes, facts]);
  });

  test('refuses a restored volume that exists already', async () => {
    const machine = await subject.deploy();
    const request = { ...operation(), machineUuid: machine.machine.uuid, name: 'twice' };
    const existing = { ...restored(), uuid: volumeOf(machine, 1).uuid };
    await expectFault((await subject.source()).adoptRestoredVolume({ ...request, restored: existing }, never), 'rejected');
    expect(await subject.machine(machine)).toEqual(machine);
  });

  test('refuses a restored volume for a machine that is gone, and does not keep it', async () => {
    const source = await subject.source();
    const { machine } = await subject.deploy();
    await source.destroyMachine({ ...operation(), machineUuid: machine.uuid, expunge: false }, never);
    const volume = restored();
    const request = { machineUuid: machine.uuid, name: 'late', restored: volume };
    await expectFault(source.adoptRestoredVolume({ ...operation(), ...request }, never), 'rejected');
    await expectFault(source.adoptRestoredVolume({ ...operation(), ...request, machineUuid: randomUUID() }, never), 'not_found');
    expect(await source.findVolume(volume.uuid, never)).toBeUndefined();
  });
}

const adoption = ({ machine, volumes }: MachineFacts): AdoptRestoredMachine => ({
  ...operation(),
  machine,
  volumes: volumes.map(({ volume }) => ({ recorded: volume, restored: restoredOf(volume) })),
});

async function attachNew(subject: InventorySubject, { machine }: MachineFacts): Promise<VolumeFacts> {
  const { volume } = await subject.create();
  const request = { ...operation(), volumeUuid: volume.uuid, machineUuid: machine.uuid };
  return (await subject.source()).attachVolume(request, never);
}
