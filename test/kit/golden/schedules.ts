import { NOBODY, scheduleBackup } from '../scene.js';
import { row, rowOfReader, type Parameters, type Row, type Stage } from './scene.js';

const NIGHTLY = { cron: '30 2 * * mon-fri', timezone: 'Europe/Zurich' };
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
  row('createBackupSchedule.cron', async (stage) => {
    const { vmId } = await stage.inPolicy();
    return { virtualmachineid: vmId, ...NIGHTLY, window: '22:00-06:00', jitter: '30', catchup: 'false' };
  }),
  row('updateBackupSchedule.of-an-id', async (stage) => ({
    id: (await scheduled(stage)).scheduleId,
    maxbackups: '3',
    window: '22:00-06:00',
  })),
  row('listBackupSchedule', async (stage) => {
    const { vmId } = await scheduled(stage);
    await scheduleBackup(stage.server.admin, vmId, { intervaltype: 'HOURLY', schedule: '30', quiescevm: 'false' });
    return { virtualmachineid: vmId };
  }),
  row('listBackupSchedule.next-runs', async (stage) => ({ virtualmachineid: (await scheduled(stage)).vmId, nextruns: '1' })),
  row('listBackupSchedule.none', async (stage) => ({ virtualmachineid: (await stage.inPolicy()).vmId })),
  row('deleteBackupSchedule', async (stage) => ({ id: (await scheduled(stage)).scheduleId })),
  row('deleteBackupSchedule.of-a-machine', async (stage) => ({ virtualmachineid: (await scheduled(stage)).vmId })),
];

const wrong = (name: string, wish: Parameters): Row => row(name, ({ world }) => ({ virtualmachineid: world.vmId, ...DAILY, ...wish }));

const wrongCron = (name: string, wish: Parameters): Row =>
  row(name, ({ world }) => ({ virtualmachineid: world.vmId, ...NIGHTLY, ...wish }));

export const REFUSED_SCHEDULES: readonly Row[] = [
  wrong('createBackupSchedule.interval', { intervaltype: 'yearly' }),
  wrong('createBackupSchedule.form', { schedule: '15:02:1' }),
  wrong('createBackupSchedule.minute', { schedule: '75:02' }),
  wrong('createBackupSchedule.timezone', { timezone: 'Mars/Olympus' }),
  wrong('createBackupSchedule.keeps-less-than-none', { maxbackups: '-1' }),
  wrong('createBackupSchedule.cannot-quiesce', { quiescevm: 'true' }),
  wrongCron('createBackupSchedule.cron-field', { cron: '0 25 * * *' }),
  wrongCron('createBackupSchedule.cron-form', { cron: '@daily' }),
  wrongCron('createBackupSchedule.cron-never', { cron: '0 0 31 2 *' }),
  wrongCron('createBackupSchedule.window', { window: '22-6' }),
  wrongCron('createBackupSchedule.window-of-no-length', { window: '06:00-06:00' }),
  wrongCron('createBackupSchedule.jitter', { jitter: '1441' }),
  wrong('createBackupSchedule.both', { cron: '0 2 * * *' }),
  row('createBackupSchedule.neither', ({ world }) => ({ virtualmachineid: world.vmId, timezone: 'Etc/UTC' })),
  row('updateBackupSchedule.nothing', () => ({ id: NOBODY })),
  row('updateBackupSchedule.taken', async (stage) => {
    const { vmId, scheduleId } = await scheduled(stage);
    await scheduleBackup(stage.server.admin, vmId, { intervaltype: 'HOURLY', schedule: '30' });
    return { id: scheduleId, intervaltype: 'HOURLY', schedule: '15' };
  }),
  rowOfReader('updateBackupSchedule.denied', async (stage) => ({ id: (await scheduled(stage)).scheduleId })),
  row('listBackupSchedule.too-many-runs', () => ({ nextruns: '25' })),
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
