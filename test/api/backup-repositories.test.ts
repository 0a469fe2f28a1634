import type { Answer } from '../../src/client/api-client.js';
import { insertBackup, insertOffering, insertVm } from '../kit/builders.js';
import { forEachEngine, present } from '../kit/engines.js';
import { addRepository, importPolicy, listed, makeZone, only, uniqueName } from '../kit/scene.js';
import { testServer } from '../kit/server.js';
import { aDate, aUuid } from '../kit/signed-request.js';

type Parameters = Readonly<Record<string, string>>;

const MOUNT_OPTIONS = 'vers=3.0,username=backup,password=hush-hush';

forEachEngine((engine) => {
  const server = testServer(engine);
  const repositories = (parameters: Parameters = {}) => listed(server.admin, 'listBackupRepositories', 'backuprepository', parameters);
  const add = async (overrides: Parameters = {}) => addRepository(server, overrides.zoneid ?? (await makeZone(server)), overrides);
  const update = async ({ id }: Answer, changes: Parameters) =>
    (await server.admin.call('updateBackupRepository', { id: String(id), ...changes })).backuprepository as Answer;

  describe('addBackupRepository', () => {
    test('answers the repository, which listBackupRepositories then shows', async () => {
      const zoneid = await makeZone(server);
      const { name: zonename } = await only(server.admin, 'listZones', 'zone', { id: zoneid });
      const wish = { name: uniqueName('archive'), address: 'nas:/y', type: 'nfs', provider: 'nas', zoneid };
      const added = (await server.admin.call('addBackupRepository', wish)).backuprepository;
      expect(added).toEqual({ id: aUuid, ...wish, zonename, crosszoneinstancecreation: false, created: aDate });
      expect(await repositories({ zoneid })).toEqual([added]);
    });

    test('takes what else can be said, and a provider that is not loaded', async () => {
      const more = { mountopts: MOUNT_OPTIONS, capacitybytes: '1099511627776', crosszoneinstancecreation: 'true', provider: 'Special' };
      const added = await add(more);
      const told = { mountopts: MOUNT_OPTIONS, capacitybytes: 1_099_511_627_776, crosszoneinstancecreation: true, provider: 'special' };
      expect(added).toMatchObject(told);
      expect(await repositories({ id: String(added.id) })).toEqual([added]);
    });

    test('makes it one of the nas provider unless another is named', async () => {
      expect(await add()).toMatchObject({ provider: 'nas' });
    });

    test.each([
      ['NFS', 'nas.example.org:/backups', 'nfs'],
      ['nfs', '[2001:db8::1]:/backups', 'nfs'],
      ['cifs', '//nas.example.org/backups', 'cifs'],
      ['ceph', 'mon1:6789,mon2:6789:/backups', 'ceph'],
      ['CephFS', 'admin@0d0d0d0d.fs=/backups', 'ceph'],
      ['ceph', ':/backups', 'ceph'],
    ])('takes a repository of type %s at %s as %s', async (type, address, stored) => {
      expect(await add({ type, address })).toMatchObject({ type: stored, address });
    });

    test.each<[Parameters, string]>([
      [{ type: 'ftp' }, 'parameter type: "ftp" is none of nfs, cifs, ceph'],
      [{ address: '/x' }, 'parameter address: "/x" is no address of a repository of type nfs, such as nas.example.org:/backups'],
      [{ address: '-o=x:/y' }, 'parameter address: "-o=x:/y" is no address'],
      [{ type: 'cifs', address: '\\\\nas\\backups' }, 'is no address of a repository of type cifs, such as //nas.example.org/backups'],
      [{ type: 'ceph', address: '//nas/backups' }, 'is no address of a repository of type ceph'],
      [{ provider: '../nas' }, 'parameter provider: "../nas" is not the name of a backup provider'],
      [{ capacitybytes: '-1' }, 'parameter capacitybytes: -1 is negative'],
    ])('refuses %j', async (wish, why) => {
      const zoneid = await makeZone(server);
      const good = { zoneid, name: 'archive', address: 'nas:/x', type: 'nfs' };
      const { code, text } = await server.admin.refusal('addBackupRepository', { ...good, ...wish });
      expect([code, text]).toEqual([431, expect.stringContaining(why)]);
      expect(await repositories({ zoneid })).toEqual([]);
    });
  });

  describe('mount options', () => {
    test('are unreadable in the database, and neither in the log nor in events', async () => {
      const { id } = await add({ mountopts: MOUNT_OPTIONS });
      await update({ id }, { mountopts: `${MOUNT_OPTIONS},ro` });
      const row = present(await server.db.daos.repositories.findByUuid(String(id)));
      const told = [row, server.log, await listed(server.admin, 'listEvents', 'event', { resourceid: String(id) })];
      expect(JSON.stringify(told)).not.toContain('hush-hush');
      expect(await only(server.admin, 'listBackupRepositories', 'backuprepository', { id: String(id) })).toMatchObject({
        mountopts: `${MOUNT_OPTIONS},ro`,
      });
    });

    test('stay when nothing is said of them, and go when they are emptied', async () => {
      const repository = await add({ mountopts: MOUNT_OPTIONS });
      expect(await update(repository, { name: 'renamed' })).toEqual({ ...repository, name: 'renamed' });
      const { mountopts: _gone, ...without } = repository;
      expect(await update(repository, { mountopts: '' })).toEqual({ ...without, name: 'renamed' });
    });
  });

  describe('updateBackupRepository', () => {
    test('changes what is given and nothing else', async () => {
      const repository = await add();
      expect(await update(repository, {})).toEqual(repository);
      expect(await update(repository, { name: '', address: '' })).toEqual(repository);
      const changes = { name: 'renamed', address: '10.0.0.2:/y' };
      const changed = await update(repository, { ...changes, crosszoneinstancecreation: 'true' });
      expect(changed).toEqual({ ...repository, ...changes, crosszoneinstancecreation: true });
      expect(await repositories({ id: String(repository.id) })).toEqual([changed]);
    });

    test('refuses an address of another type', async () => {
      const repository = await add({ type: 'cifs', address: '//nas/backups' });
      const wish = { id: String(repository.id), name: 'renamed', address: '10.0.0.1:/x' };
      expect((await server.admin.refusal('updateBackupRepository', wish)).code).toBe(431);
      expect(await repositories({ id: String(repository.id) })).toEqual([repository]);
    });
  });

  test('listBackupRepositories finds them by name, zone, provider and a part of either, page by page', async () => {
    const zoneid = await makeZone(server);
    const [first, second] = [await add({ zoneid, name: uniqueName('Needle') }), await add({ zoneid, provider: 'haystack' })];
    expect(await repositories({ zoneid })).toEqual([first, second]);
    expect(await repositories({ name: String(first.name) })).toEqual([first]);
    expect(await repositories({ name: 'Needle' })).toEqual([]);
    expect(await repositories({ provider: 'haystack', zoneid })).toEqual([second]);
    expect(await repositories({ keyword: String(first.name).toUpperCase() })).toEqual([first]);
    expect(await repositories({ keyword: 'hayst', zoneid })).toEqual([second]);
    const page = await server.admin.call('listBackupRepositories', { zoneid, page: '2', pagesize: '1' });
    expect(page).toEqual({ count: 2, backuprepository: [second] });
  });

  describe('deleteBackupRepository', () => {
    test('forgets a repository, also one that is an offering without backups', async () => {
      const repository = await add();
      const id = String(repository.id);
      const { zoneId } = present(await server.db.daos.repositories.findByUuid(id));
      await insertOffering(server.db.daos, { zoneId, externalId: id });
      expect(await server.admin.call('deleteBackupRepository', { id })).toEqual({ success: true });
      expect((await server.admin.refusal('deleteBackupRepository', { id })).code).toBe(431);
      expect((await server.admin.refusal('listBackupRepositories', { id })).code).toBe(431);
    });

    test('is refused while there are backups of an offering that is the repository, be it deleted', async () => {
      const repository = await add();
      const id = String(repository.id);
      const { daos } = server.db;
      const { zoneId } = present(await daos.repositories.findByUuid(id));
      const offering = await insertOffering(daos, { zoneId, externalId: id });
      const backup = await insertBackup(daos, await insertVm(daos, { zoneId }), offering);
      await daos.offerings.remove(offering.id, new Date());
      const { code, text } = await server.admin.refusal('deleteBackupRepository', { id });
      expect([code, text]).toEqual([530, `backup repository ${id} has backups; delete them first`]);
      expect(await repositories({ id })).toEqual([repository]);
      await daos.backups.remove(backup.id, 'BackedUp', new Date());
      expect(await server.admin.call('deleteBackupRepository', { id })).toEqual({ success: true });
    });
  });

  test('an offering that is a repository says whether machines may be created in other zones', async () => {
    const repository = await add({ crosszoneinstancecreation: 'true' });
    const zoneid = String(repository.zoneid);
    const policyId = await importPolicy(server, zoneid);
    await server.db.knex('backup_policy').where({ uuid: policyId }).update({ externalId: repository.id });
    const offering = () => only(server.admin, 'listBackupOfferings', 'backupoffering', { zoneid });
    expect(await offering()).toMatchObject({ crosszoneinstancecreation: true });
    const { backupoffering } = await server.admin.call('updateBackupOffering', { id: policyId, name: uniqueName('renamed') });
    expect(backupoffering).toEqual(await offering());
    await update(repository, { crosszoneinstancecreation: 'false' });
    expect(await offering()).not.toHaveProperty('crosszoneinstancecreation');
    await update(repository, { crosszoneinstancecreation: 'true' });
    await server.admin.call('deleteBackupRepository', { id: String(repository.id) });
    expect(await offering()).not.toHaveProperty('crosszoneinstancecreation');
  });
});
