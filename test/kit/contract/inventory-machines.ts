import { randomUUID } from 'node:crypto';
import type { MachineFacts } from '../../../src/provider/index.js';
import { digestsOf, slotsOf, volumeOf, type InventorySubject } from './inventory-subject.js';
import { all, expectFault, never, operation } from './samples.js';

/** Deploying and finding machines. */
export function describeDeploying(subject: InventorySubject): void {
  test('deploys the machine that is asked for, with its volumes by slot', async () => {
    const request = subject.deployment({ dataSizesBytes: [3_145_728, 1_048_576], cpuNumber: 2 });
    const facts = await (await subject.source()).deployMachine(request, never);
    const { machineUuid: uuid, name, displayName, cpuNumber, cpuSpeedMhz, memoryMb } = request;
    expect(facts.machine).toMatchObject({ uuid, name, displayName, cpuNumber, cpuSpeedMhz, memoryMb });
    expect(facts.state).toBe('Stopped');
    expect(facts.created).toBeInstanceOf(Date);
    expect(facts.volumes.map(({ volume }) => [volume.type, volume.sizeBytes])).toEqual([
      ['ROOT', request.rootSizeBytes],
      ['DATADISK', 3_145_728],
      ['DATADISK', 1_048_576],
    ]);
    const slots = facts.volumes.map(({ volume }) => volume.deviceNumber);
    expect(slots[0]).toBe(0);
    expect(slots).toEqual([...new Set(slots)].sort((a, b) => a - b));
  });

  test('describes a machine and its network cards completely', async () => {
    const { machine } = await subject.deploy();
    for (const text of [machine.hypervisor, machine.osType, machine.templateName, machine.serviceOfferingName]) {
      expect(text).not.toBe('');
    }
    for (const nic of machine.nics) {
      for (const uuid of [nic.uuid, nic.networkUuid]) expect(uuid).toMatch(UUID);
      expect(nic.ipAddress).toMatch(/^\d{1,3}(\.\d{1,3}){3}$/);
      expect(nic.macAddress).toMatch(/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/);
    }
    expect(machine.nics.filter(({ isDefault }) => isDefault).length).toBe(machine.nics.length > 0 ? 1 : 0);
  });

  test('finds a machine and its volumes, and lists the machine once', async () => {
    const facts = await subject.deploy();
    expect(await subject.machine(facts)).toEqual(facts);
    expect(await subject.listed(facts.machine.uuid)).toEqual([facts]);
    for (const volume of facts.volumes) {
      expect(volume).toMatchObject({ state: 'Ready', machineUuid: facts.machine.uuid });
      expect(volume.volume.uuid).toMatch(UUID);
      expect(volume.volume.path).not.toBe('');
      expect(await subject.volume(volume.volume)).toEqual(volume);
    }
  });

  test('lists all of many machines, each once', async () => {
    const deployed: string[] = [];
    for (let n = 0; n < 25; n++) deployed.push((await subject.deploy({ dataSizesBytes: [] })).machine.uuid);
    const machines = await all((await subject.source()).listMachines(never));
    const listed = machines.map(({ machine }) => machine.uuid).filter((uuid) => deployed.includes(uuid));
    expect(listed.sort()).toEqual(deployed.sort());
  });

  test('deploys one machine for one operation, however often and concurrently it is asked', async () => {
    const [first, second] = [await subject.source(), await subject.harness.open()];
    const request = subject.deployment();
    const asked = [first, second, first].map((source) => source.deployMachine(request, never));
    const [facts, ...others] = await Promise.all(asked);
    expect(await second.deployMachine(request, never)).toEqual(facts);
    for (const other of others) expect(other).toEqual(facts);
    expect(await subject.listed(request.machineUuid)).toEqual([facts]);
  });

  test('refuses to deploy a machine that exists', async () => {
    const facts = await subject.deploy();
    await expectFault(subject.deploy({ machineUuid: facts.machine.uuid }), 'rejected');
    expect(await subject.machine(facts)).toEqual(facts);
  });

  test('knows nothing of a machine or a volume that never was', async () => {
    const source = await subject.source();
    expect(await source.findMachine(randomUUID(), never)).toBeUndefined();
    expect(await source.findVolume(randomUUID(), never)).toBeUndefined();
    expect(await subject.listed(randomUUID())).toEqual([]);
  });
}

/** Starting, stopping and destroying machines. */
export function describeMachineStates(subject: InventorySubject): void {
  const on = ({ machine }: MachineFacts) => ({ ...operation(), machineUuid: machine.uuid });

  test('deploys a running machine when asked to', async () => {
    const facts = await subject.deploy({ start: true });
    expect(facts.state).toBe('Running');
    expect((await subject.machine(facts)).state).toBe('Running');
  });

  test('starts and stops a machine, and accepts that it is asked again', async () => {
    const source = await subject.source();
    const facts = await subject.deploy();
    for (let n = 0; n < 2; n++) expect((await source.startMachine(on(facts), never)).state).toBe('Running');
    expect((await subject.machine(facts)).state).toBe('Running');
    for (let n = 0; n < 2; n++) expect((await source.stopMachine(on(facts), never)).state).toBe('Stopped');
    expect((await subject.machine(facts)).state).toBe('Stopped');
  });

  test('does not start a machine again when an operation that was overtaken is repeated', async () => {
    const source = await subject.source();
    const facts = await subject.deploy();
    const start = on(facts);
    await source.startMachine(start, never);
    await source.stopMachine(on(facts), never);
    await source.startMachine(start, never);
    expect((await subject.machine(facts)).state).toBe('Stopped');
  });

  test('tells the content of every new volume apart, and sees that a machine writes when it starts', async () => {
    const source = await subject.source();
    const before = await subject.deploy();
    expect(new Set(digestsOf(before)).size).toBe(before.volumes.length);
    const started = await source.startMachine(on(before), never);
    for (const digest of digestsOf(started)) expect(digestsOf(before)).not.toContain(digest);
    const stopped = await source.stopMachine(on(before), never);
    expect(contentOf(stopped)).toEqual(contentOf(started));
  });

  test('destroys a machine and lists it with its volumes, and accepts that it is asked again', async () => {
    const source = await subject.source();
    const facts = await subject.deploy({ start: true });
    const request = { ...on(facts), expunge: false };
    for (let n = 0; n < 2; n++) expect((await source.destroyMachine(request, never)).state).toBe('Destroyed');
    expect((await source.destroyMachine({ ...request, ...operation() }, never)).state).toBe('Destroyed');
    const [listed] = await subject.listed(facts.machine.uuid);
    expect(listed?.volumes.map(({ volume, state }) => [volume.uuid, state])).toEqual(
      facts.volumes.map(({ volume }) => [volume.uuid, 'Destroy']),
    );
  });

  test.each([true, false])('expunges a machine with its volumes (destroyed before: %s)', async (destroyedBefore) => {
    const source = await subject.source();
    const facts = await subject.deploy();
    if (destroyedBefore) await source.destroyMachine({ ...on(facts), expunge: false }, never);
    const request = { ...on(facts), expunge: true };
    const answer = await source.destroyMachine(request, never);
    expect(await source.destroyMachine(request, never)).toEqual(answer);
    expect(answer).toMatchObject({ machine: { uuid: facts.machine.uuid }, state: 'Expunging', volumes: [] });
    expect(await subject.listed(facts.machine.uuid)).toEqual([]);
    expect(await source.findMachine(facts.machine.uuid, never)).toBeUndefined();
    for (const { volume } of facts.volumes) expect(await source.findVolume(volume.uuid, never)).toBeUndefined();
  });

  test('keeps a volume that was detached when its machine is expunged', async () => {
    const source = await subject.source();
    const facts = await subject.deploy();
    const volumeUuid = volumeOf(facts, 1).uuid;
    await source.detachVolume({ ...operation(), volumeUuid }, never);
    await source.destroyMachine({ ...on(facts), expunge: true }, never);
    expect((await subject.volume({ uuid: volumeUuid })).state).toBe('Ready');
  });

  test('refuses to start or stop a destroyed machine', async () => {
    const source = await subject.source();
    const facts = await subject.deploy();
    await source.destroyMachine({ ...on(facts), expunge: false }, never);
    await expectFault(source.startMachine(on(facts), never), 'rejected');
    await expectFault(source.stopMachine(on(facts), never), 'rejected');
    expect((await subject.machine(facts)).state).toBe('Destroyed');
  });

  test('says not_found of a machine that it does not have', async () => {
    const source = await subject.source();
    const unknown = () => ({ ...operation(), machineUuid: randomUUID() });
    await expectFault(source.startMachine(unknown(), never), 'not_found');
    await expectFault(source.stopMachine(unknown(), never), 'not_found');
    await expectFault(source.destroyMachine({ ...unknown(), expunge: true }, never), 'not_found');
  });

  test('keeps the volumes of a machine in their slots through all this', async () => {
    const source = await subject.source();
    const facts = await subject.deploy();
    for (const { volumes } of [await source.startMachine(on(facts), never), await source.stopMachine(on(facts), never)]) {
      expect(slotsOf({ ...facts, volumes })).toEqual(slotsOf(facts));
    }
  });
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const contentOf = ({ volumes }: MachineFacts) => volumes.map(({ volume }) => volume.digest);
