import { NOBODY } from '../scene.js';
import { row, rowOfReader, type Row } from './scene.js';

/** Plans of restores, and what is known of those that ended. */
export const RESTORES: readonly Row[] = [
  row('planRestore', async (stage) => {
    const { vmId, backupId } = await stage.backedUp({ size: '1' });
    return { id: backupId, virtualmachineid: vmId };
  }),
  row('planRestore.volume', async (stage) => {
    const { backupId, volumeIds } = await stage.backedUp({ size: '1' });
    return { backupid: backupId, volumeid: String(volumeIds[1]), virtualmachineid: await stage.machine() };
  }),
  row('planRestore.new-machine', async (stage) => ({ id: (await stage.backedUp()).backupId, zoneid: await stage.zone() })),
  row('planRestore.not-feasible', async (stage) => {
    const { vmId, backupId } = await stage.released({ size: '1' });
    await stage.run('attachVolume', { id: await stage.volume(), virtualmachineid: vmId });
    await stage.run('startVirtualMachine', { id: vmId });
    await stage.set('backup.plugin.dummy.lost', '*');
    return { id: backupId };
  }),
  row('listRestores', async (stage) => {
    const { backupId } = await stage.backedUp({ size: '1' });
    await stage.run('restoreBackup', { id: backupId });
    return { backupid: backupId };
  }),
];

/** What is refused of it. */
export const REFUSED_RESTORES: readonly Row[] = [
  row('planRestore.nothing', () => ({ id: NOBODY })),
  rowOfReader('planRestore.denied', ({ world }) => ({ id: world.backupId })),
  row('listRestores.nothing', () => ({ id: NOBODY })),
  rowOfReader('listRestores.denied', ({ world }) => ({ backupid: world.backupId })),
  row('restoreBackup.much-wrong', async (stage) => {
    const { vmId, backupId } = await stage.released({ size: '1' });
    await stage.run('attachVolume', { id: await stage.volume(), virtualmachineid: vmId });
    await stage.run('startVirtualMachine', { id: vmId });
    return { id: backupId };
  }),
];
