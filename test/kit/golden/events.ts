import type { Answer } from '../../../src/client/api-client.js';
import { listed, NOBODY, script } from '../scene.js';
import { row, rowOfReader, type Row, type Stage } from './scene.js';

/** What was done with a machine of the stage's own. */
async function eventsOf(stage: Stage, id: string): Promise<Answer[]> {
  return listed(stage.server.admin, 'listEvents', 'event', { resourceid: id });
}

const newestOf = async (stage: Stage): Promise<string> => String((await eventsOf(stage, await stage.machine()))[0]?.id);

/** What is told of. */
export const EVENTS: readonly Row[] = [
  row('archiveEvents', async (stage) => ({ ids: await newestOf(stage) })),
  row('deleteEvents', async (stage) => ({ ids: await newestOf(stage) })),
  row('listEvents', async (stage) => ({ resourceid: await stage.machine(), resourcetype: 'VirtualMachine' })),
  row('listEvents.failed', async (stage) => {
    const { vmId } = await stage.inPolicy();
    await script(stage.server, await stage.zone(), { 'fail.call': 'takeBackup' });
    await stage.server.admin.refusal('createBackup', { virtualmachineid: vmId });
    return { resourceid: vmId, level: 'ERROR' };
  }),
  row('listEvents.archived', async (stage) => {
    const id = await stage.machine();
    const [newest] = await eventsOf(stage, id);
    await stage.server.admin.call('archiveEvents', { ids: String(newest?.id) });
    return { resourceid: id, archived: 'true' };
  }),
  row('listEventTypes', () => ({ keyword: 'BACKUP.RESTORE' })),
];

/** What is refused of it. */
export const REFUSED_EVENTS: readonly Row[] = [
  row('archiveEvents.everything', () => ({})),
  row('deleteEvents.nothing', () => ({ ids: NOBODY })),
  rowOfReader('deleteEvents.denied', async (stage) => ({ ids: await newestOf(stage) })),
  row('listEvents.nothing', () => ({ id: NOBODY })),
  row('listEvents.negative-age', () => ({ entrytime: '-1' })),
];
