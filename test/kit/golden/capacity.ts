import { GIB, listed, NOBODY } from '../scene.js';
import { row, type Row, type Stage } from './scene.js';

/** Fills the backup storage of the stage's zone, which raises an alert; answers the zone. */
async function full(stage: Stage): Promise<string> {
  await stage.backedUp();
  await stage.set('backup.plugin.dummy.capacity.bytes', String(GIB));
  const zoneid = await stage.zone();
  await stage.server.admin.call('listCapacity', { zoneid, fetchlatest: 'true' });
  return zoneid;
}

async function alertOf(stage: Stage): Promise<string> {
  const [alert] = await listed(stage.server.admin, 'listAlerts', 'alert', { keyword: await full(stage) });
  return String(alert?.id);
}

/** How full the backup storage is, and the alerts about it. */
export const CAPACITY: readonly Row[] = [
  row('listCapacity', async (stage) => ({ zoneid: await full(stage) })),
  row('listAlerts', async (stage) => ({ id: await alertOf(stage) })),
  row('archiveAlerts', async (stage) => ({ ids: await alertOf(stage) })),
  row('deleteAlerts', async (stage) => ({ ids: await alertOf(stage) })),
];

/** What is refused of it. */
export const REFUSED_CAPACITY: readonly Row[] = [
  row('listCapacity.order', () => ({ sortby: 'name' })),
  row('listAlerts.nothing', () => ({ id: NOBODY })),
  row('listAlerts.type', () => ({ type: 'FIRE' })),
  row('archiveAlerts.nothing', () => ({ ids: NOBODY })),
  row('deleteAlerts.everything', () => ({})),
  row('updateConfiguration.too-large', () => ({ name: 'zone.backupStorage.capacity.notificationthreshold', value: '75' })),
];
