import { NOBODY } from '../scene.js';
import { REFUSED_ENTRY } from './guards.js';
import { REFUSED_IDENTITY } from './identity.js';
import { REFUSED_LIMITS } from './limits.js';
import { REFUSED_MACHINES } from './machines.js';
import { REFUSED_RESTORES } from './restores.js';
import { REFUSED_RETENTION } from './retention.js';
import { REFUSED_ROLES } from './roles.js';
import { REFUSED_REPOSITORIES } from './repositories.js';
import { REFUSED_WEBHOOKS } from './webhooks.js';
import { row, type Row, type Stage } from './scene.js';
import { REFUSED_SCHEDULES } from './schedules.js';

const SYSTEM: readonly Row[] = [
  row('createZone.exists', () => ({ name: 'golden', networktype: 'Basic', dns1: '10.0.0.1', internaldns1: '10.0.0.2' })),
  row('createZone.networktype', () => ({ name: 'new', networktype: 'Flat', dns1: '10.0.0.1', internaldns1: '10.0.0.2' })),
  row('listApis.nothing', () => ({ name: 'noSuchCommand' })),
  row('listConfigurations.two-scopes', ({ world }) => ({ zoneid: world.zoneId, domainid: world.domainId })),
  row('listConfigurations.part-of-no-group', () => ({ subgroup: 'Logins' })),
  row('resetConfiguration.nothing', () => ({ name: 'no.such.setting' })),
  row('resetConfiguration.not-of-zones', ({ world }) => ({ name: 'session.timeout', zoneid: world.zoneId })),
  row('updateConfiguration.nothing', () => ({ name: 'no.such.setting', value: '1' })),
  row('updateConfiguration.not-of-zones', ({ world }) => ({ name: 'session.timeout', value: '1', zoneid: world.zoneId })),
  row('updateConfiguration.not-a-boolean', () => ({ name: 'backup.framework.enabled', value: 'maybe' })),
  row('updateConfiguration.not-an-integer', () => ({ name: 'session.timeout', value: 'long' })),
  row('updateConfiguration.too-small', () => ({ name: 'session.timeout', value: '0' })),
  row('updateConfiguration.not-a-choice', () => ({ name: 'api.sessionkey.check.locations', value: 'Anywhere' })),
  row('updateConfiguration.not-a-plugin', () => ({ name: 'backup.framework.provider.plugin', value: 'none' })),
];

const off = (stage: Stage) => stage.set('backup.framework.enabled', 'false');

const OFFERINGS: readonly Row[] = [
  row('listBackupPolicies.external-without-zone', () => ({ external: 'true' })),
  row('listBackupProviderOfferings.disabled', async (stage) => {
    await off(stage);
    return { zoneid: await stage.zone() };
  }),
  row('listBackupProviderOfferings.provider-fails', async (stage) => {
    await stage.set('backup.plugin.dummy.fail.call', 'listOfferings');
    return { zoneid: await stage.zone() };
  }),
  row('importBackupPolicy.no-such-offering', async (stage) => ({ zoneid: await stage.zone(), name: 'lead', externalid: 'lead-policy' })),
  row('importBackupPolicy.name-taken', ({ world }) => ({ zoneid: world.zoneId, name: 'gold', externalid: 'bronze-policy' })),
  row('importBackupPolicy.imported', ({ world }) => ({ zoneid: world.zoneId, name: 'new', externalid: 'gold-policy' })),
  row('importBackupOffering.disabled', async (stage) => {
    await off(stage);
    const about = { name: 'gold', description: 'gold', externalid: 'gold-policy', allowuserdrivenbackups: 'true' };
    return { ...about, zoneid: await stage.zone() };
  }),
  row('updateBackupOffering.nothing-to-change', ({ world }) => ({ id: world.goldId, name: '' })),
  row('updateBackupOffering.name-taken', ({ world }) => ({ id: world.goldId, name: 'sla' })),
  row('deleteBackupOffering.has-machines', async (stage) => ({ id: (await stage.inPolicy()).policyId })),
  row('deleteBackupOffering.has-backups', async (stage) => ({ id: (await stage.released()).policyId })),
  row('deleteBackupPolicy.has-machines', async (stage) => ({ policyid: (await stage.inPolicy()).policyId })),
  row('deleteBackupPolicy.disabled', async (stage) => {
    const id = await stage.policy();
    await off(stage);
    return { id };
  }),
];

const ASSIGNMENTS: readonly Row[] = [
  row('assignBackupPolicy.other-zone', async (stage) => ({
    virtualmachineid: await stage.machine(),
    backuppolicyid: await stage.policy(),
    zoneid: await stage.otherZone(),
  })),
  row('assignBackupPolicy.policy-of-other-zone', async (stage) => ({
    virtualmachineid: await stage.machine(),
    backuppolicyid: stage.world.goldId,
  })),
  row('assignBackupPolicy.destroyed', async (stage) => {
    const id = await stage.machine();
    await stage.run('destroyVirtualMachine', { id });
    return { virtualmachineid: id, backuppolicyid: await stage.policy() };
  }),
  row('assignBackupPolicy.in-another', async (stage) => ({
    virtualmachineid: (await stage.inPolicy()).vmId,
    backuppolicyid: await stage.policy({ name: 'silver', externalid: 'silver-policy' }),
  })),
  row('assignBackupPolicy.disabled', async (stage) => {
    const wanted = { virtualmachineid: await stage.machine(), backuppolicyid: await stage.policy() };
    await off(stage);
    return wanted;
  }),
  row('assignVirtualMachineToBackupOffering.again', async (stage) => {
    const { vmId, policyId } = await stage.inPolicy();
    return { virtualmachineid: vmId, backupofferingid: policyId };
  }),
  row('assignVirtualMachineToBackupOffering.offering-of-other-zone', async (stage) => ({
    virtualmachineid: await stage.machine(),
    backupofferingid: stage.world.goldId,
  })),
  row('removeVirtualMachineFromBackupOffering.in-none', async (stage) => ({ virtualmachineid: await stage.machine() })),
  row('removeVirtualMachineFromBackupOffering.in-another', async (stage) => ({
    virtualmachineid: (await stage.inPolicy()).vmId,
    backupofferingid: stage.world.goldId,
  })),
  row('removeVirtualMachineFromBackupOffering.provider-fails', async (stage) => {
    const { vmId } = await stage.inPolicy();
    await stage.set('backup.plugin.dummy.fail.call', 'unassign');
    return { virtualmachineid: vmId };
  }),
];

const failing = (name: string, fault: string) =>
  row(name, async (stage) => {
    const { vmId } = await stage.inPolicy();
    await stage.set('backup.plugin.dummy.fail.fault', fault);
    await stage.set('backup.plugin.dummy.fail.call', 'takeBackup');
    await stage.set('jobs.retries', '0');
    return { virtualmachineid: vmId };
  });

const BACKUPS: readonly Row[] = [
  row('cancelAsyncJob.ended', async (stage) => {
    const { jobid } = await stage.server.admin.call('startVirtualMachine', { id: await stage.machine() });
    await stage.server.admin.ended(String(jobid));
    return { jobid: String(jobid) };
  }),
  row('cancelAsyncJob.restoring', async (stage) => {
    const { jobId } = await stage.hold('restoreBackup', { id: (await stage.backedUp()).backupId });
    return { jobid: jobId };
  }),
  row('listBackups.status', () => ({ status: 'Removed' })),
  row('createBackup.cannot-quiesce', async (stage) => ({ virtualmachineid: (await stage.inPolicy()).vmId, quiescevm: 'true' })),
  row('createBackup.no-offering', async (stage) => ({ virtualmachineid: await stage.machine() })),
  row('createBackup.not-user-driven', async (stage) => {
    const { vmId } = await stage.inPolicy({}, { allowuserdrivenbackups: 'false' });
    return { virtualmachineid: vmId };
  }),
  row('createBackup.disabled', async (stage) => {
    const { vmId } = await stage.inPolicy();
    await off(stage);
    return { virtualmachineid: vmId };
  }),
  row('createBackup.source-lost-it', async (stage) => {
    const { vmId } = await stage.inPolicy();
    await stage.server.db.knex('plugin_store').where('entryKey', `machine/${vmId}`).delete();
    return { virtualmachineid: vmId };
  }),
  failing('createBackup.provider-refuses', 'rejected'),
  failing('createBackup.provider-is-away', 'temporary'),
  row('checkBackupProvider.no-such-provider', ({ world }) => ({ zoneid: world.zoneId, provider: 'none' })),
  row('syncBackups.disabled', async (stage) => {
    await off(stage);
    return { zoneid: await stage.zone() };
  }),
  row('syncBackups.no-such-provider', () => ({ provider: 'none' })),
  row('deleteBackup.disabled', async (stage) => {
    const { backupId } = await stage.backedUp();
    await off(stage);
    return { id: backupId };
  }),
  row('deleteBackup.being-restored', async (stage) => {
    const { backupId, volumeIds } = await stage.backedUp();
    const target = await stage.machine();
    await stage.hold('restoreBackupVolume', { backupid: backupId, volumeid: String(volumeIds[0]), virtualmachineid: target });
    return { id: backupId };
  }),
];

const RESTORES: readonly Row[] = [
  row('restoreBackup.running', async (stage) => {
    const { vmId, backupId } = await stage.backedUp();
    await stage.run('startVirtualMachine', { id: vmId });
    return { id: backupId };
  }),
  row('restoreBackup.fewer-volumes', async (stage) => {
    const { backupId, volumeIds } = await stage.released({ size: '1' });
    await stage.run('detachVolume', { id: String(volumeIds[1]) });
    return { id: backupId };
  }),
  row('restoreBackup.volume-elsewhere', async (stage) => {
    const { vmId, backupId, volumeIds } = await stage.released({ size: '1' });
    await stage.run('detachVolume', { id: String(volumeIds[1]) });
    await stage.run('attachVolume', { id: String(volumeIds[1]), virtualmachineid: await stage.machine() });
    await stage.run('attachVolume', { id: await stage.volume(), virtualmachineid: vmId });
    return { id: backupId };
  }),
  row('restoreBackup.failed-backup', async (stage) => {
    const { vmId } = await stage.inPolicy();
    await stage.set('backup.plugin.dummy.fail.call', 'takeBackup');
    await stage.server.admin.refusal('createBackup', { virtualmachineid: vmId });
    const { backup } = (await stage.server.admin.call('listBackups', { virtualmachineid: vmId })) as { backup: { id: string }[] };
    return { id: String(backup[0]?.id) };
  }),
  row('restoreBackup.other-machine', async (stage) => ({ id: stage.world.backupId, virtualmachineid: await stage.machine() })),
  row('restoreBackup.other-zone', async (stage) => ({ id: stage.world.backupId, zoneid: await stage.zone() })),
  row('restoreBackup.disabled', async (stage) => {
    const { backupId } = await stage.backedUp();
    await off(stage);
    return { id: backupId };
  }),
  row('restoreBackup.provider-lost-it', async (stage) => {
    const { backupId } = await stage.backedUp();
    await stage.set('backup.plugin.dummy.lost', '*');
    return { id: backupId };
  }),
  row('createVMFromBackup.smaller-disk', async (stage) => ({
    zoneid: await stage.zone(),
    backupid: (await stage.backedUp({ rootdisksize: '2' })).backupId,
    rootdisksize: '1',
  })),
  row('createVMFromBackup.fewer-disks', ({ world }) => ({
    zoneid: world.zoneId,
    backupid: world.backupId,
    'datadisksdetails[0].size': '2',
    'datadisksdetails[1].size': '2',
  })),
  row('createVMFromBackup.provider-fails', async (stage) => {
    const { backupId } = await stage.backedUp();
    await stage.set('backup.plugin.dummy.fail.call', 'fillMachine');
    return { zoneid: await stage.zone(), backupid: backupId };
  }),
  row('createVMFromBackup.nothing-template', ({ world }) => ({ zoneid: world.zoneId, backupid: world.backupId, templateid: NOBODY })),
  row('restoreBackupVolume.not-in-the-backup', async (stage) => ({
    backupid: stage.world.backupId,
    volumeid: NOBODY,
    virtualmachineid: await stage.machine(),
  })),
  row('restoreBackupVolume.other-zone', async (stage) => ({
    backupid: stage.world.backupId,
    volumeid: String(stage.world.volumeIds[0]),
    virtualmachineid: stage.world.vmId,
    zoneid: await stage.zone(),
  })),
  row('restoreBackupVolume.target-in-other-zone', async (stage) => ({
    backupid: stage.world.backupId,
    volumeid: String(stage.world.volumeIds[0]),
    virtualmachineid: await stage.machine(),
  })),
  row('restoreBackupVolume.target-in-an-offering', ({ world }) => ({
    backupid: world.backupId,
    volumeid: String(world.volumeIds[0]),
    virtualmachineid: world.vmId,
  })),
];

/** What the commands themselves refuse, at once or as the end of a job. */
export const REFUSED_WORK: readonly Row[] = [
  ...REFUSED_ENTRY,
  ...REFUSED_IDENTITY,
  ...SYSTEM,
  ...REFUSED_MACHINES,
  ...OFFERINGS,
  ...ASSIGNMENTS,
  ...BACKUPS,
  ...RESTORES,
  ...REFUSED_LIMITS,
  ...REFUSED_ROLES,
  ...REFUSED_REPOSITORIES,
  ...REFUSED_RESTORES,
  ...REFUSED_RETENTION,
  ...REFUSED_SCHEDULES,
  ...REFUSED_WEBHOOKS,
];
