import { randomUUID } from 'node:crypto';
import { MIB, slotsOf, volumeOf, type InventorySubject } from './inventory-subject.js';
import { expectFault, never, operation } from './samples.js';

/** Creating, attaching, detaching and deleting volumes. */
export function describeVolumes(subject: InventorySubject): void {
  test('creates a volume that is attached to nothing, once for one operation', async () => {
    const source = await subject.source();
    const request = subject.creation({ name: 'spare', sizeBytes: 3 * MIB });
    const [facts, again] = await Promise.all([source.createVolume(request, never), source.createVolume(request, never)]);
    expect(facts.volume).toMatchObject({
      uuid: request.volumeUuid,
      name: 'spare',
      type: 'DATADISK',
      sizeBytes: 3 * MIB,
    });
    expect(['Allocated', 'Ready']).toContain(facts.state);
    expect(facts.machineUuid).toBeUndefined();
    expect(again).toEqual(facts);
    expect(await subject.volume(facts.volume)).toEqual(facts);
  });

  test('refuses to create a volume that exists', async () => {
    const { volume } = await subject.create();
    await expectFault(subject.create({ volumeUuid: volume.uuid }), 'rejected');
  });

  test('attaches a volume to the first free slot, once for one operation', async () => {
    const source = await subject.source();
    const machine = await subject.deploy({ dataSizesBytes: [] });
    const { volume } = await subject.create();
    const machineUuid = machine.machine.uuid;
    const request = { ...operation(), volumeUuid: volume.uuid, machineUuid };
    const facts = await source.attachVolume(request, never);
    expect(facts).toMatchObject({ volume: { uuid: volume.uuid, deviceNumber: 1 }, state: 'Ready', machineUuid });
    expect(await source.attachVolume(request, never)).toEqual(facts);
    expect((await subject.machine(machine)).volumes).toEqual([...machine.volumes, facts]);
  });

  test('attaches a volume to the slot that is named', async () => {
    const machine = await subject.deploy({ dataSizesBytes: [] });
    const { volume } = await subject.create();
    const request = { ...operation(), volumeUuid: volume.uuid, machineUuid: machine.machine.uuid, deviceNumber: 5 };
    await (await subject.source()).attachVolume(request, never);
    expect(slotsOf(await subject.machine(machine))[1]).toEqual([5, volume.uuid]);
  });

  test('gives different slots to volumes that are attached at the same time', async () => {
    const [first, second] = [await subject.source(), await subject.harness.open()];
    const machine = await subject.deploy({ dataSizesBytes: [] });
    const { uuid: machineUuid } = machine.machine;
    const attached = await Promise.all(
      [first, second, first].map(async (source) => {
        const { volume } = await subject.create();
        return source.attachVolume({ ...operation(), volumeUuid: volume.uuid, machineUuid }, never);
      }),
    );
    expect(new Set(attached.map(({ volume }) => volume.deviceNumber)).size).toBe(3);
    expect((await subject.machine(machine)).volumes).toHaveLength(4);
  });

  test('gives a slot that is named to one of the volumes that are attached at the same time', async () => {
    const [first, second] = [await subject.source(), await subject.harness.open()];
    const machine = await subject.deploy({ dataSizesBytes: [] });
    const { uuid: machineUuid } = machine.machine;
    const created = [await subject.create(), await subject.create()];
    const asked = created.map(({ volume }, index) => {
      const request = { ...operation(), volumeUuid: volume.uuid, machineUuid, deviceNumber: 1 };
      return (index === 0 ? first : second).attachVolume(request, never);
    });
    const refused = (await Promise.allSettled(asked)).findIndex(({ status }) => status === 'rejected');
    await expectFault(asked[refused] ?? Promise.resolve(), 'rejected');
    const [won, lost] = refused === 1 ? created : [...created].reverse();
    expect(slotsOf(await subject.machine(machine))[1]).toEqual([1, won?.volume.uuid]);
    expect((await subject.volume(lost?.volume ?? { uuid: '' })).machineUuid).toBeUndefined();
  });

  test('gives a volume to one of the machines that it is attached to at the same time', async () => {
    const source = await subject.source();
    const machines = [await subject.deploy({ dataSizesBytes: [] }), await subject.deploy({ dataSizesBytes: [] })];
    const { volume } = await subject.create();
    const asked = machines.map(({ machine }) => {
      return source.attachVolume({ ...operation(), volumeUuid: volume.uuid, machineUuid: machine.uuid }, never);
    });
    const refused = (await Promise.allSettled(asked)).findIndex(({ status }) => status === 'rejected');
    await expectFault(asked[refused] ?? Promise.resolve(), 'rejected');
    const [won, lost] = refused === 1 ? machines : [...machines].reverse();
    expect((await subject.volume(volume)).machineUuid).toBe(won?.machine.uuid);
    // The slot that the refused one might have had is free again.
    const other = await subject.create();
    const request = { ...operation(), volumeUuid: other.volume.uuid, machineUuid: lost?.machine.uuid ?? '' };
    expect((await source.attachVolume(request, never)).volume.deviceNumber).toBe(1);
  });

  test('refuses an occupied slot, and the slot of the root disk', async () => {
    const source = await subject.source();
    const machine = await subject.deploy();
    const { volume } = await subject.create();
    const request = { volumeUuid: volume.uuid, machineUuid: machine.machine.uuid };
    for (const deviceNumber of [0, volumeOf(machine, 1).deviceNumber]) {
      await expectFault(source.attachVolume({ ...operation(), ...request, deviceNumber }, never), 'rejected');
    }
    expect(await subject.machine(machine)).toEqual(machine);
    expect((await subject.volume(volume)).machineUuid).toBeUndefined();
  });

  test('refuses to attach a volume that is attached', async () => {
    const source = await subject.source();
    const [owner, other] = [await subject.deploy(), await subject.deploy()];
    const volumeUuid = volumeOf(owner, 1).uuid;
    for (const { machine } of [owner, other]) {
      const request = { ...operation(), volumeUuid, machineUuid: machine.uuid };
      await expectFault(source.attachVolume(request, never), 'rejected');
    }
    expect(await subject.machine(owner)).toEqual(owner);
    expect(await subject.machine(other)).toEqual(other);
  });

  test('refuses to attach a volume to a destroyed machine', async () => {
    const source = await subject.source();
    const { machine } = await subject.deploy();
    await source.destroyMachine({ ...operation(), machineUuid: machine.uuid, expunge: false }, never);
    const { volume } = await subject.create();
    const request = { ...operation(), volumeUuid: volume.uuid, machineUuid: machine.uuid };
    await expectFault(source.attachVolume(request, never), 'rejected');
  });

  test('says not_found when the volume or the machine does not exist', async () => {
    const source = await subject.source();
    const { machine } = await subject.deploy();
    const { volume } = await subject.create();
    const [volumeUuid, machineUuid] = [randomUUID(), randomUUID()];
    const noVolume = { ...operation(), volumeUuid, machineUuid: machine.uuid };
    await expectFault(source.attachVolume(noVolume, never), 'not_found');
    const noMachine = { ...operation(), volumeUuid: volume.uuid, machineUuid };
    await expectFault(source.attachVolume(noMachine, never), 'not_found');
    await expectFault(source.detachVolume({ ...operation(), volumeUuid }, never), 'not_found');
  });

  test('detaches a volume, which keeps its slot number, once for one operation', async () => {
    const source = await subject.source();
    const machine = await subject.deploy();
    const volume = volumeOf(machine, 2);
    const request = { ...operation(), volumeUuid: volume.uuid };
    const facts = await source.detachVolume(request, never);
    expect(facts).toMatchObject({ volume, state: 'Ready' });
    expect(facts.machineUuid).toBeUndefined();
    expect(await source.detachVolume(request, never)).toEqual(facts);
    expect(await subject.volume(volume)).toEqual(facts);
    expect((await subject.machine(machine)).volumes).toEqual(machine.volumes.slice(0, 2));
  });

  test('attaches a volume again that was detached, to another machine', async () => {
    const source = await subject.source();
    const [owner, other] = [await subject.deploy(), await subject.deploy({ dataSizesBytes: [] })];
    const volumeUuid = volumeOf(owner, 1).uuid;
    const detach = { ...operation(), volumeUuid };
    await source.detachVolume(detach, never);
    const request = { ...operation(), volumeUuid, machineUuid: other.machine.uuid };
    await source.attachVolume(request, never);
    // A detach that was overtaken takes nothing off the new machine.
    await source.detachVolume(detach, never);
    expect((await subject.volume({ uuid: volumeUuid })).machineUuid).toBe(other.machine.uuid);
    expect((await subject.machine(other)).volumes).toHaveLength(2);
  });

  test('refuses to detach a root disk', async () => {
    const machine = await subject.deploy({ start: true });
    const request = { ...operation(), volumeUuid: volumeOf(machine, 0).uuid };
    await expectFault((await subject.source()).detachVolume(request, never), 'rejected');
    expect(slotsOf(await subject.machine(machine))).toEqual(slotsOf(machine));
  });

  test('refuses to detach a volume that is attached to nothing', async () => {
    const source = await subject.source();
    const detached = volumeOf(await subject.deploy(), 1);
    await source.detachVolume({ ...operation(), volumeUuid: detached.uuid }, never);
    for (const { uuid } of [detached, (await subject.create()).volume]) {
      await expectFault(source.detachVolume({ ...operation(), volumeUuid: uuid }, never), 'rejected');
    }
  });

  test('deletes a volume that is attached to nothing, and accepts that it is asked again', async () => {
    const source = await subject.source();
    const detached = volumeOf(await subject.deploy(), 1);
    await source.detachVolume({ ...operation(), volumeUuid: detached.uuid }, never);
    for (const { uuid: volumeUuid } of [(await subject.create()).volume, detached]) {
      const request = { ...operation(), volumeUuid };
      for (let n = 0; n < 2; n++) await source.deleteVolume(request, never);
      await source.deleteVolume({ ...request, ...operation() }, never);
      expect(await source.findVolume(volumeUuid, never)).toBeUndefined();
    }
    await source.deleteVolume({ ...operation(), volumeUuid: randomUUID() }, never);
  });

  test('refuses to delete a volume that is attached', async () => {
    const source = await subject.source();
    const machine = await subject.deploy();
    for (const index of [0, 1]) {
      await expectFault(source.deleteVolume({ ...operation(), volumeUuid: volumeOf(machine, index).uuid }, never), 'rejected');
    }
    expect(await subject.machine(machine)).toEqual(machine);
  });
}
