import { Browser } from '../browser.js';
import { insertDomain } from '../builders.js';
import type { RawRequest } from '../raw-request.js';
import { NOBODY } from '../scene.js';
import { adminKeys } from '../signed-request.js';
import { row, rowOfReader, type Row, type Stage } from './scene.js';

/** A row whose request is sent as it stands, in both formats. */
const rawRow = (name: string, request: (stage: Stage, format: string) => RawRequest | Promise<RawRequest>): Row => ({
  name,
  send: async (stage) => stage.raw(await request(stage, stage.format)),
});

/** A row of a login with the parameters. */
const loginRow = (name: string, parameters: (stage: Stage) => Readonly<Record<string, string>>): Row =>
  rawRow(name, (stage) => ({ form: stage.formatted({ command: 'login', ...parameters(stage) }) }));

const CALLERS: readonly Row[] = [
  rawRow('listZones.unsigned', (stage) => ({ query: stage.formatted({ command: 'listZones' }) })),
  row(
    'listZones.wrong-signature',
    () => ({}),
    ({ server }) => ({ ...adminKeys(server), secretkey: 'wrong' }),
  ),
  row(
    'listZones.unknown-key',
    () => ({}),
    () => ({ apikey: 'nobody', secretkey: 'nothing' }),
  ),
  row('listZones.expired', () => ({ signatureversion: '3', expires: '2020-01-01T00:00:00+0000' })),
  {
    name: 'listZones.wrong-sessionkey',
    send: async (stage) => (await stage.browser()).send(stage.formatted({ command: 'listZones', sessionkey: 'wrong' })),
  },
  rowOfReader('createZone.not-of-the-role'),
  row('noSuchCommand.signed'),
  rowOfReader('noSuchCommand.signed-by-a-user'),
  rawRow('noSuchCommand.unsigned', (stage) => ({ query: stage.formatted({ command: 'noSuchCommand' }) })),
  { name: 'noCommand.signed', send: (stage) => stage.ask({}) },
  rawRow('noCommand.unsigned', (stage) => ({ query: stage.formatted({}) })),
  loginRow('login.wrong-password', () => ({ username: 'reader', password: 'wrong' })),
  loginRow('login.unknown-user', () => ({ username: 'nobody', password: 'wrong' })),
  loginRow('login.unknown-domain', () => ({ username: 'reader', password: 'wrong', domain: '/elsewhere' })),
  loginRow('login.unknown-domain-id', () => ({ username: 'reader', password: 'wrong', domainid: NOBODY })),
  loginRow('login.no-password', () => ({ username: 'reader' })),
  rawRow('login.disabled', async (stage) => {
    const { userId, password } = await stage.server.createUser(`disabled-${stage.format}`);
    await stage.server.db.knex('user').where({ uuid: userId }).update({ state: 'disabled' });
    return { form: stage.formatted({ command: 'login', username: `disabled-${stage.format}`, password }) };
  }),
  rawRow('login.by-get', (stage) => ({ query: stage.formatted({ command: 'login', username: 'reader', password: 'any' }) })),
  {
    name: 'logout.no-session',
    send: (stage) => new Browser(stage.server).send(stage.formatted({ command: 'logout' })),
  },
];

const SHAPES: readonly Row[] = [
  rawRow('listZones.put', (_, format) => ({ method: 'PUT', query: { command: 'listZones', response: format } })),
  rawRow('listZones.not-percent-encoded', (_, format) => ({ query: `command=listZones&response=${format}&name=%zz` })),
  rawRow('listZones.long-address', (_, format) => ({ query: `command=listZones&response=${format}&name=${'x'.repeat(8192)}` })),
  rawRow('listZones.large-form', (_, format) => ({
    query: { response: format },
    form: `command=listZones&response=${format}&x=${'x'.repeat(1_048_576)}`,
  })),
  rawRow('listZones.many-parameters', (_, format) => ({
    query: { response: format },
    form: `command=listZones&response=${format}${'&x=1'.repeat(5000)}`,
  })),
  rawRow('listZones.unreadable-form', (_, format) => ({
    query: { response: format },
    form: 'not gzip',
    headers: { 'Content-Encoding': 'gzip' },
  })),
  row('listZones.control-character', () => ({ name: 'a\tb' })),
  row('listZones.too-long', () => ({ name: 'x'.repeat(256) })),
  row('listZones.malformed-map', () => ({ 'tags[x].key': 'env' })),
  row('listZones.not-a-number', () => ({ page: 'one', pagesize: '1' })),
  row('listZones.page-without-pagesize', () => ({ page: '1' })),
  row('listZones.pagesize-without-page', () => ({ pagesize: '1' })),
  row('listZones.page-too-large', () => ({ page: '1', pagesize: '501' })),
  row('listZones.negative-pagesize', () => ({ page: '1', pagesize: '-2' })),
  row('listZones.page-of-unlimited', () => ({ page: '1', pagesize: '-1' })),
  row('listZones.not-a-uuid', () => ({ id: '42' })),
  row('cancelAsyncJob.missing', () => ({})),
  row('queryAsyncJobResult.missing', () => ({})),
  row('queryAsyncJobResult.empty', () => ({ jobid: '' })),
  row('deployVirtualMachine.plain-map', ({ world }) => ({ zoneid: world.zoneId, details: 'plain' })),
  row('createVolume.not-a-long', ({ world }) => ({ zoneid: world.zoneId, name: 'volume', size: '1.5' })),
  row('listAsyncJobs.not-a-date', () => ({ startdate: 'yesterday' })),
  row('restoreBackup.two-ids', ({ world }) => ({ id: world.backupId, backupid: NOBODY })),
  row('createVolume.not-a-job-id', ({ world }) => ({ zoneid: world.zoneId, name: 'volume', size: '1', customjobid: 'mine' })),
  row('createVolume.job-id-taken', async (stage) => {
    const wanted = { zoneid: await stage.zone(), name: 'volume', size: '1' };
    const { jobid } = await stage.server.admin.call('createVolume', wanted);
    await stage.server.admin.ended(String(jobid));
    return { ...wanted, customjobid: String(jobid) };
  }),
];

/** An id that names nothing, once for each kind of thing. */
const NOTHING: readonly Row[] = [
  row('listZones.nothing', () => ({ id: NOBODY })),
  row('listDomains.nothing', () => ({ id: NOBODY })),
  row('listAccounts.nothing', () => ({ id: NOBODY })),
  row('listUsers.nothing', () => ({ id: NOBODY })),
  row('registerUserKeys.nothing', () => ({ id: NOBODY })),
  row('cancelAsyncJob.nothing', () => ({ jobid: NOBODY })),
  row('queryAsyncJobResult.nothing', () => ({ jobid: NOBODY })),
  row('listVirtualMachines.nothing', () => ({ id: NOBODY })),
  row('listVirtualMachines.nothing-offering', () => ({ backupofferingid: NOBODY })),
  row('listVolumes.nothing', () => ({ id: NOBODY })),
  row('listVolumes.nothing-machine', () => ({ virtualmachineid: NOBODY })),
  row('listBackups.nothing', () => ({ id: NOBODY })),
  row('listBackups.nothing-machine', () => ({ virtualmachineid: NOBODY })),
  row('listBackups.nothing-offering', () => ({ backupofferingid: NOBODY })),
  row('listBackupOfferings.nothing', () => ({ id: NOBODY })),
  row('listBackupPolicies.nothing', () => ({ policyid: NOBODY })),
  row('createBackup.nothing', () => ({ virtualmachineid: NOBODY })),
  row('deleteBackup.deleted', async (stage) => {
    const { backupId } = await stage.backedUp();
    await stage.run('deleteBackup', { id: backupId });
    return { id: backupId };
  }),
];

/** What the reader asks for and may not use. */
const DENIED: readonly Row[] = [
  rowOfReader('createBackup.denied', ({ world }) => ({ virtualmachineid: world.vmId })),
  rowOfReader('deleteBackup.denied', ({ world }) => ({ id: world.backupId })),
  rowOfReader('createVMFromBackup.denied', ({ world }) => ({ zoneid: world.zoneId, backupid: world.backupId })),
  rowOfReader('attachVolume.denied', ({ world }) => ({ id: String(world.volumeIds[1]), virtualmachineid: world.vmId })),
  rowOfReader('listBackups.denied', ({ world }) => ({ virtualmachineid: world.vmId })),
  rowOfReader('listVolumes.denied-account', ({ world }) => ({ account: 'admin', domainid: world.domainId })),
  rowOfReader('deployVirtualMachine.denied-domain', async ({ server, title, world }) => {
    const { uuid } = await insertDomain(server.db.daos, { name: title });
    return { zoneid: world.zoneId, domainid: uuid };
  }),
  rowOfReader('registerUserKeys.denied', async ({ server }) => {
    const { user } = (await server.admin.call('getUser', { userapikey: adminKeys(server).apikey })) as { user: { id: string } };
    return { id: user.id };
  }),
  rowOfReader('queryAsyncJobResult.denied', async (stage) => {
    const { jobid } = await stage.server.admin.call('startVirtualMachine', { id: await stage.machine() });
    await stage.server.admin.ended(String(jobid));
    return { jobid: String(jobid) };
  }),
  rowOfReader('listBackupPolicies.denied-external', ({ world }) => ({ zoneid: world.zoneId, external: 'true' })),
  rowOfReader('getUser.denied', ({ server }) => ({ userapikey: adminKeys(server).apikey })),
];

/** What is refused before the command looks at its own things. */
export const REFUSED_REQUESTS: readonly Row[] = [...CALLERS, ...SHAPES, ...NOTHING, ...DENIED];
