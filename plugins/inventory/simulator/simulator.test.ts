import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { all, byUuid, defaultsOf, expectFault, never, operation } from '../../../test/kit/contract/samples.js';
import { InventorySubject, restoredOf } from '../../../test/kit/contract/inventory-subject.js';
import { sweepDeaths } from '../../../test/kit/dying-store.js';
import { hostOn, MemoryStore } from '../../../test/kit/memory-store.js';
import type { InventorySource, MachineFacts, PluginStore, VolumeFacts } from '../../../src/provider/index.js';
import simulator from './index.js';
import type { StoredVolume } from './stock.js';

const openOn = (store: PluginStore) => simulator.create(defaultsOf(simulator.settings), hostOn(store));

function sandbox(store: PluginStore = new MemoryStore()) {
  const source = openOn(store);
  return { store, source, subject: new InventorySubject({ open: async () => source }) };
}

const on = ({ machine }: MachineFacts) => ({ ...operation(), machineUuid: machine.uuid });

describe('what it makes', () => {
  test('names disks after their machine and keeps them in its own place', async () => {
    const { subject } = sandbox();
    const { machine, volumes } = await subject.deploy({ name: 'web' });
    expect(volumes.map(({ volume }) => volume.name)).toEqual(['ROOT-web', 'DATA-web-1', 'DATA-web-2']);
    for (const { volume } of volumes) expect(volume.path).toBe(`simulator/${volume.uuid}`);
    expect(machine).toMatchObject({
      hypervisor: 'Simulator',
      osType: 'Other Linux (64-bit)',
      templateName: 'Simulated Linux',
      serviceOfferingName: 'Simulated custom',
      settings: {},
    });
  });

  test('gives a machine one network card in the sandbox, always the same', async () => {
    const machineUuid = randomUUID();
    const [one, again] = [await sandbox().subject.deploy({ machineUuid }), await sandbox().subject.deploy({ machineUuid })];
    expect(one.machine.nics).toEqual(again.machine.nics);
    const other = await sandbox().subject.deploy();
    expect(one.machine.nics).toHaveLength(1);
    expect(one.machine.nics[0]).toMatchObject({ networkName: 'sandbox', isDefault: true });
    expect(one.machine.nics[0]?.ipAddress).toMatch(/^10\.1\.\d+\.\d+$/);
    expect(one.machine.nics[0]?.networkUuid).toBe(other.machine.nics[0]?.networkUuid);
    expect(one.machine.nics[0]?.macAddress).not.toBe(other.machine.nics[0]?.macAddress);
  });

  test('takes the address that is asked for, if it is in the network', async () => {
    const { source, subject } = sandbox();
    const [network] = (await source.readCatalogue(never)).networks;
    const nic = (ipAddress: string) => [{ networkUuid: network?.uuid ?? '', ipAddress }];
    expect((await subject.deploy({ nics: nic('10.1.2.3') })).machine.nics[0]).toMatchObject({
      ...{ ipAddress: '10.1.2.3', netmask: '255.255.0.0', gateway: '10.1.0.1' },
    });
    await expectFault(subject.deploy({ nics: nic('10.2.2.3') }), 'rejected');
  });

  test('says of a volume that was never attached that it is only allocated', async () => {
    expect((await sandbox().subject.create()).state).toBe('Allocated');
  });

  test('keeps a restored volume in its own place, wherever the provider wrote it', async () => {
    const { source, subject } = sandbox();
    const machine = await subject.deploy();
    const restored = { uuid: randomUUID(), sizeBytes: 1, path: 'dummy/elsewhere' };
    const { volume } = await source.adoptRestoredVolume({ ...on(machine), name: 'restored', restored }, never);
    expect(volume.path).toBe(`simulator/${restored.uuid}`);
    // Whoever wrote it says nothing of its content, so neither can the simulator.
    expect(volume).not.toHaveProperty('digest');
  });
});

describe('slots', () => {
  test('leaves slot 3 to the CD-ROM drive and ends at slot 15', async () => {
    const { source, subject } = sandbox();
    const machine = await subject.deploy({ dataSizesBytes: Array.from({ length: 13 }, () => 1) });
    const { volume: last } = await subject.create();
    const attached = await source.attachVolume({ ...on(machine), volumeUuid: last.uuid }, never);
    expect((await subject.machine(machine)).volumes.map(({ volume }) => volume.deviceNumber)).toEqual([
      ...[0, 1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
    ]);
    const { volume: tooMany } = await subject.create();
    await expectFault(source.attachVolume({ ...on(machine), volumeUuid: tooMany.uuid }, never), 'capacity');
    const restored = { uuid: randomUUID(), sizeBytes: 1, path: 'x' };
    await expectFault(source.adoptRestoredVolume({ ...on(machine), name: 'x', restored }, never), 'capacity');
    expect(await source.findVolume(restored.uuid, never)).toBeUndefined();
    expect(await subject.volume(last)).toEqual(attached);
  });

  test.each([
    [3, 'rejected'],
    [-1, 'rejected'],
    [1.5, 'rejected'],
    [16, 'capacity'],
  ] as const)('refuses slot %d as %s', async (deviceNumber, fault) => {
    const { source, subject } = sandbox();
    const machine = await subject.deploy({ dataSizesBytes: [] });
    const { volume } = await subject.create();
    await expectFault(source.attachVolume({ ...on(machine), volumeUuid: volume.uuid, deviceNumber }, never), fault);
  });

  test('refuses to deploy a machine with more disks than slots', async () => {
    const { store, subject } = sandbox();
    const asked = subject.deploy({ dataSizesBytes: Array.from({ length: 15 }, () => 1) });
    await expectFault(asked, 'capacity');
    expect(await all(store.list(''))).toEqual([]);
  });

  test('moves the volumes of a running machine in and out, but none of a destroyed one', async () => {
    const { source, subject } = sandbox();
    const machine = await subject.deploy({ start: true });
    const volumeUuid = machine.volumes[1]?.volume.uuid ?? '';
    await source.detachVolume({ ...operation(), volumeUuid }, never);
    await source.attachVolume({ ...on(machine), volumeUuid }, never);
    await source.destroyMachine({ ...on(machine), expunge: false }, never);
    await expectFault(source.detachVolume({ ...operation(), volumeUuid }, never), 'rejected');
  });
});

describe('delay', () => {
  test('makes deploying, starting and stopping last as long as it is told by the clock of the server', async () => {
    const clock = { now: new Date() };
    const host = { ...hostOn(new MemoryStore()), now: () => clock.now };
    const source = simulator.create(defaultsOf(simulator.settings, { 'delay.ms': 60_000 }), host);
    const subject = new InventorySubject({ open: async () => source });
    const minute = async (asked: Promise<MachineFacts>) => {
      expect(await Promise.race([asked, sleep(120, 'still waiting')])).toBe('still waiting');
      clock.now = new Date(clock.now.getTime() + 60_000);
      return asked;
    };
    const facts = await minute(subject.deploy());
    expect((await minute(source.startMachine(on(facts), never))).state).toBe('Running');
    expect((await minute(source.stopMachine(on(facts), never))).state).toBe('Stopped');
  });

  test('neither starts nor stops a machine that is destroyed meanwhile', async () => {
    const { store, source, subject } = sandbox();
    const slow = simulator.create(defaultsOf(simulator.settings, { 'delay.ms': 300 }), hostOn(store));
    const [stopped, running] = [await subject.deploy(), await subject.deploy({ start: true })];
    const asked = [slow.startMachine(on(stopped), never), slow.stopMachine(on(running), never)];
    const refused = asked.map((answer) => expectFault(answer, 'rejected'));
    await sleep(20);
    const destroyed: MachineFacts[] = [];
    for (const facts of [stopped, running]) {
      destroyed.push(await source.destroyMachine({ ...on(facts), expunge: false }, never));
    }
    await Promise.all(refused);
    expect([await subject.machine(stopped), await subject.machine(running)]).toEqual(destroyed);
  });
});

describe('operations', () => {
  test('accepts one operation id for the different calls of one job', async () => {
    const { source, subject } = sandbox();
    const same = operation();
    const facts = await subject.deploy(same);
    const request = { ...same, machineUuid: facts.machine.uuid };
    expect((await source.startMachine(request, never)).state).toBe('Running');
    expect((await source.stopMachine(request, never)).state).toBe('Stopped');
    expect((await source.destroyMachine({ ...request, expunge: true }, never)).state).toBe('Expunging');
  });

  test('refuses an operation id that was used for something else', async () => {
    const { source, subject } = sandbox();
    const [one, other] = [await subject.deploy(), await subject.deploy()];
    const request = on(one);
    await source.startMachine(request, never);
    await expectFault(source.startMachine({ ...request, machineUuid: other.machine.uuid }, never), 'rejected');
  });
});

describe('refusals', () => {
  test('leave nothing behind', async () => {
    const { store, source, subject } = sandbox();
    const [machine, running] = [await subject.deploy(), await subject.deploy({ start: true })];
    const { volume } = await subject.create();
    const before = await all(store.list(''));
    await expectFault(subject.deploy({ machineUuid: machine.machine.uuid }), 'rejected');
    await expectFault(subject.create({ volumeUuid: volume.uuid }), 'rejected');
    const occupied = { ...on(machine), volumeUuid: volume.uuid, deviceNumber: 1 };
    await expectFault(source.attachVolume(occupied, never), 'rejected');
    await expectFault(source.detachVolume({ ...operation(), volumeUuid: volume.uuid }, never), 'rejected');
    await expectFault(source.adoptRestoredMachine({ ...operation(), machine: running.machine, volumes: [] }, never), 'rejected');
    await expectFault(source.startMachine(on(machine), AbortSignal.abort()), 'temporary');
    expect(await all(store.list(''))).toEqual(before);
  });
});

describe('many at once', () => {
  test('attach as many volumes as there are', async () => {
    const { store, source, subject } = sandbox();
    const machine = await subject.deploy({ dataSizesBytes: [] });
    const created = await Promise.all(Array.from({ length: 8 }, () => subject.create()));
    await Promise.all(
      created.map(async ({ volume }, index) => {
        // Each a little later than the one before, so that reads and writes fall between each other in many ways.
        for (let tick = 0; tick < index; tick++) await Promise.resolve();
        return source.attachVolume({ ...on(machine), volumeUuid: volume.uuid }, never);
      }),
    );
    expect((await subject.machine(machine)).volumes).toHaveLength(9);
    await expectConsistent(store, source);
  });
});

type Call = (source: InventorySource) => Promise<MachineFacts | VolumeFacts>;

const scenarios: Record<string, (subject: InventorySubject, facts: MachineFacts) => Promise<Call>> = {
  deployMachine: async (subject) => {
    const request = subject.deployment();
    return (source) => source.deployMachine(request, never);
  },
  startMachine: async (_subject, facts) => {
    const request = on(facts);
    return (source) => source.startMachine(request, never);
  },
  destroyMachine: async (_subject, facts) => {
    const request = { ...on(facts), expunge: false };
    return (source) => source.destroyMachine(request, never);
  },
  'destroyMachine with expunge': async (_subject, facts) => {
    const request = { ...on(facts), expunge: true };
    return (source) => source.destroyMachine(request, never);
  },
  attachVolume: async (subject, facts) => {
    const request = { ...on(facts), volumeUuid: (await subject.create()).volume.uuid };
    return (source) => source.attachVolume(request, never);
  },
  detachVolume: async (_subject, facts) => {
    const request = { ...operation(), volumeUuid: facts.volumes[1]?.volume.uuid ?? '' };
    return (source) => source.detachVolume(request, never);
  },
  adoptRestoredMachine: async (subject, facts) => {
    const { volume: added } = await subject.create();
    await (await subject.source()).attachVolume({ ...on(facts), volumeUuid: added.uuid }, never);
    const volumes = facts.volumes.map(({ volume }) => ({ recorded: volume, restored: restoredOf(volume) }));
    const request = { ...operation(), machine: facts.machine, volumes };
    return (source) => source.adoptRestoredMachine(request, never);
  },
  adoptRestoredVolume: async (_subject, facts) => {
    const restored = { uuid: randomUUID(), sizeBytes: 1, path: 'x' };
    const request = { ...on(facts), name: 'restored', restored };
    return (source) => source.adoptRestoredVolume(request, never);
  },
};

describe('a server that dies', () => {
  test.each(Object.entries(scenarios))('leaves nothing by halves when %s is repeated', async (_name, prepare) => {
    const runs = await sweepDeaths(async ({ store, dying }) => {
      const { source, subject } = sandbox(store);
      const call = await prepare(subject, await subject.deploy());
      await call(openOn(dying)).catch(() => undefined);
      const answer = await call(source);
      expect(await call(source)).toEqual(answer);
      if ('machine' in answer) expect(await subject.listed(answer.machine.uuid)).toEqual(present(answer));
      else expect(await subject.volume(answer.volume)).toEqual(answer);
      await expectConsistent(store, source);
    });
    expect(runs).toBeGreaterThan(8);
  });
});

test('a volume whose deletion died is attached to nothing any more, and is gone when that is repeated', async () => {
  let marked = 0;
  await sweepDeaths(async ({ store, dying }) => {
    const { source, subject } = sandbox(store);
    const machine = await subject.deploy();
    const { volume } = await subject.create();
    const request = { ...operation(), volumeUuid: volume.uuid };
    await openOn(dying)
      .deleteVolume(request, never)
      .catch(() => undefined);
    if ((await source.findVolume(volume.uuid, never))?.state === 'Destroy') {
      marked++;
      await expectFault(source.attachVolume({ ...on(machine), volumeUuid: volume.uuid }, never), 'rejected');
    }
    await source.deleteVolume(request, never);
    expect(await source.findVolume(volume.uuid, never)).toBeUndefined();
    await expectConsistent(store, source);
  });
  expect(marked).toBeGreaterThan(0);
});

test('a detachment that died and is repeated later takes nothing off the machine that has the volume by then', async () => {
  let moved = 0;
  await sweepDeaths(async ({ store, dying }) => {
    const { source, subject } = sandbox(store);
    const [owner, other] = [await subject.deploy(), await subject.deploy({ dataSizesBytes: [] })];
    const volumeUuid = owner.volumes[1]?.volume.uuid ?? '';
    const request = { ...operation(), volumeUuid };
    await openOn(dying)
      .detachVolume(request, never)
      .catch(() => undefined);
    if ((await subject.volume({ uuid: volumeUuid })).machineUuid !== undefined) return;
    moved++;
    await source.attachVolume({ ...on(other), volumeUuid }, never);
    expect((await subject.machine(owner)).volumes.map(({ volume }) => volume.uuid)).not.toContain(volumeUuid);
    await source.detachVolume(request, never);
    expect((await subject.volume({ uuid: volumeUuid })).machineUuid).toBe(other.machine.uuid);
    await expectConsistent(store, source);
  });
  expect(moved).toBeGreaterThan(2);
});

test('a volume whose detachment died can be attached again, to another slot of the same machine', async () => {
  await sweepDeaths(async ({ store, dying }) => {
    const { source, subject } = sandbox(store);
    const machine = await subject.deploy();
    const volumeUuid = machine.volumes[1]?.volume.uuid ?? '';
    await openOn(dying)
      .detachVolume({ ...operation(), volumeUuid }, never)
      .catch(() => undefined);
    if ((await subject.volume({ uuid: volumeUuid })).machineUuid !== undefined) return;
    await source.attachVolume({ ...on(machine), volumeUuid, deviceNumber: 7 }, never);
    await expectConsistent(store, source);
  });
  expect.hasAssertions();
});

test('a restored machine that died and is repeated later takes no volume away from the machine that has it by then', async () => {
  let moved = 0;
  await sweepDeaths(async ({ store, dying }) => {
    const { source, subject } = sandbox(store);
    const [owner, other] = [await subject.deploy(), await subject.deploy({ dataSizesBytes: [] })];
    const volumeUuid = owner.volumes[1]?.volume.uuid ?? '';
    await source.detachVolume({ ...operation(), volumeUuid }, never);
    const volumes = owner.volumes.map(({ volume }) => ({ recorded: volume, restored: restoredOf(volume) }));
    const request = { ...operation(), machine: owner.machine, volumes };
    await openOn(dying)
      .adoptRestoredMachine(request, never)
      .catch(() => undefined);
    if ((await subject.volume({ uuid: volumeUuid })).machineUuid !== undefined) return;
    moved++;
    await source.attachVolume({ ...on(other), volumeUuid }, never);
    await expectFault(source.adoptRestoredMachine(request, never), 'rejected');
    expect((await subject.volume({ uuid: volumeUuid })).machineUuid).toBe(other.machine.uuid);
  });
  expect(moved).toBeGreaterThan(2);
});

test('a restored machine is as old as it was, and so are its volumes', async () => {
  const clock = { now: new Date('2026-01-01') };
  const host = { ...hostOn(new MemoryStore()), now: () => clock.now };
  const source = simulator.create(defaultsOf(simulator.settings), host);
  const before = await new InventorySubject({ open: async () => source }).deploy();
  clock.now = new Date('2026-02-01');
  const volumes = before.volumes.map(({ volume }) => ({ recorded: volume, restored: restoredOf(volume) }));
  expect(await source.adoptRestoredMachine({ ...operation(), machine: before.machine, volumes }, never)).toEqual(before);
});

const present = (facts: MachineFacts) => (facts.state === 'Expunging' ? [] : [facts]);

/** Every stored volume that says it is attached is listed with that machine, and no slot is taken by anything else. */
async function expectConsistent(store: PluginStore, source: InventorySource): Promise<void> {
  const stored = (await all(store.list('volume/'))).map(({ value }) => (value as unknown as StoredVolume).volume.uuid);
  const attached: VolumeFacts[] = [];
  for (const { volumes } of await all(source.listMachines(never))) attached.push(...volumes);
  const facts = await Promise.all(stored.map((uuid) => source.findVolume(uuid, never)));
  const saying = facts.filter((volume) => volume?.machineUuid !== undefined);
  expect(byUuid(attached.map(({ volume }) => volume))).toEqual(byUuid(saying.flatMap((volume) => (volume ? [volume.volume] : []))));
  const slots = (await all(store.list('machine/'))).map(({ value }) => (value as { slots: object }).slots);
  expect(slots.flatMap((taken) => Object.values(taken)).sort()).toEqual(attached.map(({ volume }) => volume.uuid).sort());
}
