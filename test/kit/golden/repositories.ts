import { insertBackup, insertOffering, insertVm } from '../builders.js';
import { present } from '../engines.js';
import { addRepository, NOBODY } from '../scene.js';
import { row, type Parameters, type Row, type Stage } from './scene.js';

const wish = async (stage: Stage): Promise<Parameters> => ({
  ...{ name: 'Archive', address: 'nas.example.org:/backups', type: 'nfs', provider: 'nas' },
  zoneid: await stage.zone(),
});

const added = async (stage: Stage, overrides: Parameters = {}): Promise<string> =>
  String((await addRepository(stage.server, await stage.zone(), { name: 'Archive', ...overrides })).id);

export const REPOSITORIES: readonly Row[] = [
  row('addBackupRepository', async (stage) => ({ ...(await wish(stage)), crosszoneinstancecreation: 'true' })),
  row('updateBackupRepository', async (stage) => ({ id: await added(stage), name: 'Vault', mountopts: 'vers=4.1,ro' })),
  row('listBackupRepositories', async (stage) => ({
    id: await added(stage, { type: 'cephfs', address: 'mon:6789:/x', mountopts: 'name=admin', capacitybytes: '1099511627776' }),
  })),
  row('deleteBackupRepository', async (stage) => ({ id: await added(stage) })),
];

export const REFUSED_REPOSITORIES: readonly Row[] = [
  row('addBackupRepository.type', async (stage) => ({ ...(await wish(stage)), type: 'ftp' })),
  row('addBackupRepository.address', async (stage) => ({ ...(await wish(stage)), type: 'cifs' })),
  row('addBackupRepository.provider', async (stage) => ({ ...(await wish(stage)), provider: '../nas' })),
  row('updateBackupRepository.address', async (stage) => ({ id: await added(stage), address: 'nowhere' })),
  row('listBackupRepositories.nothing', () => ({ id: NOBODY })),
  row('deleteBackupRepository.nothing', () => ({ id: NOBODY })),
  row('deleteBackupRepository.has-backups', async (stage) => {
    const id = await added(stage);
    const { daos } = stage.server.db;
    const { zoneId } = present(await daos.repositories.findByUuid(id));
    await insertBackup(daos, await insertVm(daos, { zoneId }), await insertOffering(daos, { zoneId, externalId: id }));
    return { id };
  }),
];
