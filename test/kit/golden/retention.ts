import { NOBODY, scheduleBackup, takeBackup } from '../scene.js';
import { row, rowOfReader, type Row, type Stage } from './scene.js';

/** A machine in a policy, with a backup on hold. */
async function held(stage: Stage): Promise<string> {
  const { backupId } = await stage.backedUp();
  await stage.run('updateBackup', { id: backupId, hold: 'true', holdreason: 'case 7' });
  return backupId;
}

/** What is kept for how long: rules, holds, and what comes of them. */
export const RETENTION: readonly Row[] = [
  row('updateBackup', async (stage) => ({ id: (await stage.backedUp()).backupId, hold: 'true', holdreason: 'case 7' })),
  row('updateBackup.release', async (stage) => ({ id: await held(stage), hold: 'false' })),
  row('listBackups.on-hold', async (stage) => ({ id: await held(stage) })),
  row('createBackupSchedule.keeping', async (stage) => {
    const daily = { intervaltype: 'DAILY', schedule: '15:02', timezone: 'Europe/Zurich' };
    const keeping = { keepdays: '14', keephourly: '24', keepdaily: '7', keepweekly: '4', keepmonthly: '12', keepyearly: '2' };
    return { virtualmachineid: (await stage.inPolicy()).vmId, ...daily, ...keeping };
  }),
  row('updateBackupOffering.keeping', async (stage) => {
    const keeping = { keeplast: '3', keepdays: '30', keepmonthly: '12', keeptimezone: 'Europe/Zurich', keepmanual: 'true' };
    return { id: await stage.policy(), ...keeping };
  }),
  row('previewBackupRetention', async (stage) => {
    const { vmId } = await stage.backedUp();
    await stage.set('backup.plugin.dummy.full.every', '2');
    for (let taken = 0; taken < 2; taken++) await takeBackup(stage.server.admin, vmId);
    return { virtualmachineid: vmId };
  }),
  row('previewBackupRetention.tried', async (stage) => {
    const { vmId, policyId } = await stage.backedUp();
    await takeBackup(stage.server.admin, vmId);
    await scheduleBackup(stage.server.admin, vmId);
    return { virtualmachineid: vmId, backupofferingid: policyId, maxbackups: '1', keepmanual: 'true' };
  }),
  row('previewBackupRetention.none', async (stage) => ({ backupofferingid: await stage.policy() })),
];

/** What is refused of it. */
export const REFUSED_RETENTION: readonly Row[] = [
  row('updateBackup.nothing', () => ({ id: NOBODY, hold: 'true' })),
  rowOfReader('updateBackup.denied', ({ world }) => ({ id: world.backupId, hold: 'true' })),
  row('deleteBackup.on-hold', async (stage) => ({ id: await held(stage), forced: 'true' })),
  row('deleteBackup.needed', async (stage) => {
    const { vmId } = await stage.inPolicy();
    await stage.set('backup.plugin.dummy.full.every', '2');
    const { id } = await takeBackup(stage.server.admin, vmId);
    await takeBackup(stage.server.admin, vmId);
    return { id: String(id) };
  }),
  row('updateBackupOffering.keeps-too-long', ({ world }) => ({ id: world.goldId, keepdays: '36501' })),
  row('updateBackupOffering.timezone', ({ world }) => ({ id: world.goldId, keeptimezone: 'Mars/Olympus' })),
  row('previewBackupRetention.of-nothing'),
  row('previewBackupRetention.nothing', () => ({ scheduleid: NOBODY })),
  row('previewBackupRetention.whose', ({ world }) => ({ virtualmachineid: world.vmId, keepdays: '1' })),
  rowOfReader('previewBackupRetention.denied', ({ world }) => ({ virtualmachineid: world.vmId })),
];
