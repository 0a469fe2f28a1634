import { NOBODY, scheduleBackup } from '../scene.js';
import { row, rowOfReader, type Parameters, type Row, type Stage } from './scene.js';

const DAILY = { intervaltype: 'daily', schedule: '15:02', timezone: 'Europe/Zurich' };

/** A machine in a policy, with a schedule. */
async function scheduled(stage: Stage): Promise<{ vmId: string; scheduleId: string }> {
  const { vmId } = await stage.inPolicy();
  const { id } = await scheduleBackup(stage.server.admin, vmId);
  return { vmId, scheduleId: String(id) };
}

export const SCHEDULES: readonly Row[] = [
  ...['createBackupSchedule', 'updateBackupSchedule'].map((name) =>
    row(name, async (stage) => ({ virtualmachineid: (await scheduled(stage)).vmId, ...DAILY, maxbackups: '7' })),
  ),
  row('createBackupSchedule.quiescing', async (stage) => {
    const { vmId } = await stage.inPolicy();
    await stage.set('backup.plugin.dummy.quiesce', 'true');
    return { virtualmachineid: vmId, intervaltype: 'WEEKLY', schedule: '0:4:1', timezone: 'Etc/UTC', quiescevm: 'true' };
  }),
  row('listBackupSchedule', async (stage) => {
    const { vmId } = await scheduled(stage);
    await scheduleBackup(stage.server.admin, vmId, { intervaltype: 'HOURLY', schedule: '30', quiescevm: 'false' });
    return { virtualmachineid: vmId };
  }),
  row('listBackupSchedule.none', async (stage) => ({ virtualmachineid: (await stage.inPolicy()).vmId })),
  row('deleteBackupSchedule', async (stage) => ({ id: (await scheduled(stage)).scheduleId })),
  row('deleteBackupSchedule.of-a-machine', async (stage) => ({ virtualmachineid: (await scheduled(stage)).vmId })),
];

const wrong = (name: string, wish: Parameters): Row => row(name, ({ world }) => ({ virtualmachineid: world.vmId, ...DAILY, ...wish }));

export const REFUSED_SCHEDULES: readonly Row[] = [
  wrong('createBackupSchedule.interval', { intervaltype: 'yearly' }),
  wrong('createBackupSchedule.form', { schedule: '15:02:1' }),
  wrong('createBackupSchedule.minute', { schedule: '75:02' }),
  wrong('createBackupSchedule.timezone', { timezone: 'Mars/Olympus' }),
  wrong('createBackupSchedule.keeps-less-than-none', { maxbackups: '-1' }),
  wrong('createBackupSchedule.cannot-quiesce', { quiescevm: 'true' }),
  row('createBackupSchedule.no-offering', async (stage) => ({ virtualmachineid: await stage.machine(), ...DAILY })),
  row('createBackupSchedule.not-user-driven', async (stage) => {
    const { vmId } = await stage.inPolicy({}, { allowuserdrivenbackups: 'false' });
    return { virtualmachineid: vmId, ...DAILY };
  }),
  row('createBackupSchedule.disabled', async (stage) => {
    const { vmId } = await stage.inPolicy();
    await stage.set('backup.framework.enabled', 'false');
    return { virtualmachineid: vmId, ...DAILY };
  }),
  rowOfReader('createBackupSchedule.denied', ({ world }) => ({ virtualmachineid: world.vmId, ...DAILY })),
  row('listBackupSchedule.nothing', () => ({ id: NOBODY })),
  rowOfReader('listBackupSchedule.denied', ({ world }) => ({ virtualmachineid: world.vmId })),
  row('deleteBackupSchedule.neither'),
  row('deleteBackupSchedule.nothing', () => ({ id: NOBODY })),
  rowOfReader('deleteBackupSchedule.denied', async (stage) => ({ id: (await scheduled(stage)).scheduleId })),
];
