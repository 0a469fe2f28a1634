import { ABSENT } from '../absent.js';
import { GUARDS } from './guards.js';
import { IDENTITY } from './identity.js';
import { LIMITS } from './limits.js';
import { MACHINES } from './machines.js';
import { RESTORES } from './restores.js';
import { RETENTION } from './retention.js';
import { ROLES } from './roles.js';
import { REPOSITORIES } from './repositories.js';
import { WEBHOOKS } from './webhooks.js';
import { row, type Row } from './scene.js';
import { SCHEDULES } from './schedules.js';

const SYSTEM: readonly Row[] = [
  row('createZone', ({ title }) => ({ name: title, networktype: 'Basic', dns1: '10.0.0.1', internaldns1: '10.0.0.2' })),
  ...['listZones', 'listZonesMetrics'].map((name) => row(name, ({ world }) => ({ id: world.zoneId }))),
  row('listZones.empty', () => ({ name: 'nowhere' })),
  row('listZones.past-the-end', ({ world }) => ({ id: world.zoneId, page: '2', pagesize: '1' })),
  row('listInfrastructure'),
  row('listApis', () => ({ name: 'restoreBackup' })),
  row('listCapabilities'),
  row('listConfigurations', () => ({ name: 'backup.framework' })),
  row('listConfigurations.in-zone', ({ world }) => ({ name: 'backup.framework', zoneid: world.zoneId })),
  row('listConfigurations.to-choose', () => ({ name: 'api.sessionkey' })),
  row('listConfigurationGroups', () => ({ group: 'Access' })),
  row('resetConfiguration', () => ({ name: 'session.timeout' })),
  row('resetConfiguration.in-zone', async (stage) => ({ name: 'backup.framework.enabled', zoneid: await stage.zone() })),
  row('updateConfiguration', () => ({ name: 'session.timeout', value: '30' })),
  row('updateConfiguration.in-zone', async (stage) => ({
    name: 'backup.framework.enabled',
    value: 'TRUE',
    zoneid: await stage.zone(),
  })),
  row('listAsyncJobs', async (stage) => {
    await stage.hold('createBackup', { virtualmachineid: (await stage.inPolicy()).vmId });
    return { keyword: 'createBackup' };
  }),
  row('cancelAsyncJob', async (stage) => {
    const { jobId } = await stage.hold('createBackup', { virtualmachineid: (await stage.inPolicy()).vmId });
    return { jobid: jobId };
  }),
  row('queryAsyncJobResult', async (stage) => {
    const { jobid } = await stage.server.admin.call('startVirtualMachine', { id: await stage.machine() });
    await stage.server.admin.ended(String(jobid));
    return { jobid: String(jobid) };
  }),
  row('queryAsyncJobResult.pending', async (stage) => {
    const { jobId } = await stage.hold('createBackup', { virtualmachineid: (await stage.inPolicy()).vmId });
    return { jobid: jobId };
  }),
  {
    name: 'login',
    send: (stage) => stage.raw({ form: stage.formatted({ command: 'login', username: 'reader', password: stage.world.reader.password }) }),
  },
  {
    name: 'login.administrator',
    send: (stage) => {
      const { username, password } = stage.server.firstAdmin;
      return stage.raw({ form: stage.formatted({ command: 'login', username, password, domain: '/' }) });
    },
  },
  {
    name: 'logout',
    send: async (stage) => {
      const browser = await stage.browser();
      return browser.send(stage.formatted({ command: 'logout', sessionkey: browser.sessionKey }));
    },
  },
];

const BACKUPS: readonly Row[] = [
  ...['createBackup', 'createVMBackup', 'startVMBackup'].map((name) =>
    row(name, async (stage) => ({ virtualmachineid: (await stage.inPolicy()).vmId })),
  ),
  row('createVMFromBackup', async (stage) => ({
    zoneid: await stage.zone(),
    backupid: (await stage.backedUp({ size: '1' })).backupId,
    name: 'copy',
    displayname: 'Copy',
  })),
  ...['deleteBackup', 'deleteVMBackup'].map((name) => row(name, async (stage) => ({ id: (await stage.backedUp()).backupId }))),
  ...['listBackups', 'listVMBackups'].map((name) => row(name, ({ world }) => ({ virtualmachineid: world.vmId }))),
  row('listBackups.with-the-machine', ({ world }) => ({ id: world.backupId, listvmdetails: 'true' })),
  row('listBackups.of-no-offering', async (stage) => ({ id: (await stage.released()).backupId })),
  row('listBackups.failed', async (stage) => {
    const { vmId } = await stage.inPolicy();
    await stage.set('backup.plugin.dummy.fail.call', 'takeBackup');
    await stage.server.admin.refusal('createBackup', { virtualmachineid: vmId });
    return { virtualmachineid: vmId };
  }),
  ...['restoreBackup', 'restoreVMBackup', 'restoreVMFromBackup'].map((name) =>
    row(name, async (stage) => ({ id: (await stage.backedUp()).backupId })),
  ),
  ...['restoreBackupVolume', 'restoreBackupVolumeAndAttachToVM', 'restoreVolumeFromBackupAndAttachToVM'].map((name) =>
    row(name, async (stage) => {
      const { backupId, volumeIds } = await stage.backedUp();
      return { backupid: backupId, volumeid: String(volumeIds[0]), virtualmachineid: await stage.machine() };
    }),
  ),
];

const SYNC: readonly Row[] = [
  row('syncBackups', async (stage) => {
    await stage.backedUp();
    return { zoneid: await stage.zone() };
  }),
  row('syncBackups.listing-fails', async (stage) => {
    const zoneid = await stage.zone();
    await stage.set('backup.plugin.dummy.fail.call', 'listBackups');
    return { zoneid };
  }),
];

const OFFERINGS: readonly Row[] = [
  row('importBackupPolicy', async (stage) => ({ zoneid: await stage.zone(), name: 'gold', externalid: 'gold-policy' })),
  row('importBackupOffering', async (stage) => ({
    zoneid: await stage.zone(),
    name: 'silver',
    description: 'less often',
    externalid: 'silver-policy',
    allowuserdrivenbackups: 'false',
  })),
  row('listBackupPolicies', ({ world }) => ({ zoneid: world.zoneId })),
  row('listBackupPolicies.external', ({ world }) => ({ zoneid: world.zoneId, external: 'true' })),
  row('listBackupOfferings', ({ world }) => ({ zoneid: world.zoneId })),
  row('listBackupProviderOfferings', ({ world }) => ({ zoneid: world.zoneId })),
  row('listBackupProviders', () => ({ name: 'dummy' })),
  row('listBackupProviders.zone', ({ world }) => ({ name: 'dummy', zoneid: world.zoneId })),
  row('checkBackupProvider', ({ world }) => ({ zoneid: world.zoneId })),
  row('updateBackupOffering', async (stage) => ({ id: await stage.policy(), name: 'renamed', allowuserdrivenbackups: 'false' })),
  row('deleteBackupPolicy', async (stage) => ({ backuppolicyid: await stage.policy() })),
  row('deleteBackupOffering', async (stage) => ({ id: await stage.policy() })),
  ...['assignBackupPolicy', 'addVMToBackupPolicy'].map((name) =>
    row(name, async (stage) => ({ virtualmachineid: await stage.machine(), policyid: await stage.policy() })),
  ),
  row('assignBackupPolicy.again', async (stage) => {
    const { vmId, policyId } = await stage.inPolicy();
    return { virtualmachineid: vmId, backuppolicyid: policyId };
  }),
  row('assignVirtualMachineToBackupOffering', async (stage) => ({
    virtualmachineid: await stage.machine(),
    backupofferingid: await stage.policy(),
  })),
  ...['removeVirtualMachineFromBackupOffering', 'removeVMFromBackupPolicy'].map((name) =>
    row(name, async (stage) => ({ virtualmachineid: (await stage.inPolicy()).vmId })),
  ),
];

/** Every command's success at least once. */
export const SUCCESSES: readonly Row[] = [
  ...ABSENT.map((name) => row(name)),
  ...GUARDS,
  ...IDENTITY,
  ...SYSTEM,
  ...MACHINES,
  ...BACKUPS,
  ...SYNC,
  ...OFFERINGS,
  ...LIMITS,
  ...ROLES,
  ...REPOSITORIES,
  ...RESTORES,
  ...RETENTION,
  ...SCHEDULES,
  ...WEBHOOKS,
];
