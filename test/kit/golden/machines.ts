import { makeVolume, NOBODY, only } from '../scene.js';
import { row, type Parameters, type Row, type Stage } from './scene.js';

/** The id of what the stage's zone has in its catalogue. */
const found = async (stage: Stage, command: string, object: string, parameters: Parameters = {}): Promise<string> =>
  String((await only(stage.server.admin, command, object, { zoneid: await stage.zone(), ...parameters })).id);

/** A machine that has been destroyed, and not for good. */
async function destroyed(stage: Stage): Promise<string> {
  const id = await stage.machine();
  await stage.run('destroyVirtualMachine', { id });
  return id;
}

/** Machines, volumes, and what they are made of. */
export const MACHINES: readonly Row[] = [
  row('deployVirtualMachine', async (stage) => ({
    zoneid: await stage.zone(),
    name: 'db',
    displayname: 'Data & more',
    rootdisksize: '1',
    size: '1',
    'details[0].cpuNumber': '2',
  })),
  row('deployVirtualMachine.of-the-catalogue', async (stage) => ({
    zoneid: await stage.zone(),
    name: 'db',
    serviceofferingid: await found(stage, 'listServiceOfferings', 'serviceoffering', { name: 'Simulated medium' }),
    templateid: await found(stage, 'listTemplates', 'template', { templatefilter: 'executable' }),
    networkids: await found(stage, 'listNetworks', 'network'),
    diskofferingid: await found(stage, 'listDiskOfferings', 'diskoffering', { name: 'Simulated small disk' }),
    'details[0].boot.type': 'UEFI',
    startvm: 'false',
  })),
  row('destroyVirtualMachine', async (stage) => ({ id: await stage.machine() })),
  row('destroyVirtualMachine.expunge', async (stage) => ({ id: await stage.machine(), expunge: 'true' })),
  row('destroyVirtualMachine.in-an-offering', async (stage) => ({ id: (await stage.inPolicy()).vmId, expunge: 'true' })),
  row('expungeVirtualMachine', async (stage) => ({ id: await destroyed(stage) })),
  row('rebootVirtualMachine', async (stage) => ({ id: await stage.machine({ startvm: 'true' }) })),
  row('recoverVirtualMachine', async (stage) => ({ id: await destroyed(stage) })),
  ...['listVirtualMachines', 'listVirtualMachinesMetrics'].map((name) => row(name, ({ world }) => ({ id: world.vmId }))),
  row('listNics', ({ world }) => ({ virtualmachineid: world.vmId })),
  row('startVirtualMachine', async (stage) => ({ id: await stage.machine() })),
  row('stopVirtualMachine', async (stage) => ({ id: await stage.machine({ startvm: 'true' }) })),
  row('attachVolume', async (stage) => ({ id: await stage.volume(), virtualmachineid: await stage.machine() })),
  row('createVolume', async (stage) => ({ zoneid: await stage.zone(), name: 'new', size: '1' })),
  row('createVolume.of-an-offering', async (stage) => ({
    zoneid: await stage.zone(),
    name: 'new',
    diskofferingid: await found(stage, 'listDiskOfferings', 'diskoffering', { name: 'Simulated small disk' }),
  })),
  row('deleteVolume', async (stage) => ({ id: await stage.volume() })),
  row('detachVolume', async (stage) => {
    const id = await stage.volume();
    await stage.run('attachVolume', { id, virtualmachineid: await stage.machine() });
    return { id };
  }),
  ...['listVolumes', 'listVolumesMetrics'].map((name) => row(name, ({ world }) => ({ virtualmachineid: world.vmId }))),
  row('listServiceOfferings', ({ world }) => ({ zoneid: world.zoneId })),
  row('listDiskOfferings', ({ world }) => ({ zoneid: world.zoneId })),
  row('listTemplates', ({ world }) => ({ zoneid: world.zoneId, templatefilter: 'executable' })),
  row('listTemplates.none', ({ world }) => ({ zoneid: world.zoneId, templatefilter: 'self' })),
  row('listOsTypes', ({ world }) => ({ zoneid: world.zoneId })),
  row('listOsCategories', ({ world }) => ({ zoneid: world.zoneId })),
  row('listNetworks', ({ world }) => ({ zoneid: world.zoneId })),
  row('listHypervisors', ({ world }) => ({ zoneid: world.zoneId })),
];

const deployed = (name: string, parameters: Readonly<Record<string, string>>) =>
  row(name, ({ world }) => ({ zoneid: world.zoneId, ...parameters }));

/** What is refused of them. */
export const REFUSED_MACHINES: readonly Row[] = [
  deployed('deployVirtualMachine.name', { name: 'not a host' }),
  deployed('deployVirtualMachine.size', { rootdisksize: '0' }),
  deployed('deployVirtualMachine.details', { 'details[0].cpuNumber': 'many' }),
  deployed('deployVirtualMachine.account-without-domain', { account: 'reader' }),
  deployed('deployVirtualMachine.nothing-offering', { serviceofferingid: NOBODY }),
  deployed('deployVirtualMachine.nothing-network', { networkids: NOBODY }),
  deployed('deployVirtualMachine.address', { ipaddress: '10.1.1.1' }),
  row('deployVirtualMachine.size-twice', async (stage) => ({
    zoneid: await stage.zone(),
    serviceofferingid: await found(stage, 'listServiceOfferings', 'serviceoffering', { name: 'Simulated small' }),
    'details[0].memory': '64',
  })),
  row('deployVirtualMachine.no-account', ({ world }) => ({ zoneid: world.zoneId, account: 'nobody', domainid: world.domainId })),
  row('startVirtualMachine.destroyed', async (stage) => {
    const id = await stage.machine();
    await stage.run('destroyVirtualMachine', { id });
    return { id };
  }),
  row('stopVirtualMachine.expunged', async (stage) => {
    const id = await stage.machine();
    await stage.run('destroyVirtualMachine', { id, expunge: 'true' });
    return { id };
  }),
  row('destroyVirtualMachine.has-backups', async (stage) => ({ id: (await stage.backedUp()).vmId, expunge: 'true' })),
  row('expungeVirtualMachine.not-destroyed', async (stage) => ({ id: await stage.machine() })),
  row('rebootVirtualMachine.stopped', async (stage) => ({ id: await stage.machine() })),
  row('recoverVirtualMachine.not-destroyed', async (stage) => ({ id: await stage.machine() })),
  row('deleteVolume.attached', ({ world }) => ({ id: String(world.volumeIds[0]) })),
  row('listNics.nothing', ({ world }) => ({ virtualmachineid: world.vmId, nicid: NOBODY })),
  row('listTemplates.filter', () => ({ templatefilter: 'mine' })),
  row('listNetworks.nothing', () => ({ id: NOBODY })),
  row('createVolume.no-size', ({ world }) => ({ zoneid: world.zoneId, name: 'volume' })),
  row('createVolume.size', ({ world }) => ({ zoneid: world.zoneId, name: 'volume', size: '0' })),
  row('attachVolume.other-zone', async (stage) => ({
    id: await makeVolume(stage.server.admin, await stage.otherZone(), { name: 'volume' }),
    virtualmachineid: await stage.machine(),
  })),
  row('attachVolume.attached', async (stage) => {
    const id = await stage.volume();
    await stage.run('attachVolume', { id, virtualmachineid: await stage.machine() });
    return { id, virtualmachineid: await stage.machine() };
  }),
  row('attachVolume.no-such-slot', async (stage) => ({
    id: await stage.volume(),
    virtualmachineid: await stage.machine(),
    deviceid: '0',
  })),
  row('attachVolume.being-restored', async (stage) => {
    const { backupId, volumeIds } = await stage.released({ size: '1' });
    const virtualmachineid = await stage.machine();
    await stage.hold('restoreBackup', { id: backupId });
    return { id: String(volumeIds[1]), virtualmachineid };
  }),
  row('detachVolume.not-attached', async (stage) => ({ id: await stage.volume() })),
  row('detachVolume.root', async (stage) => ({ id: String((await stage.released()).volumeIds[0]) })),
];
