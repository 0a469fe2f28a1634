import type { Answer } from '../../src/client/api-client.js';
import { insertRepository } from '../kit/builders.js';
import { Clock, hold } from '../kit/clock.js';
import { digestsOf } from '../kit/digests.js';
import { forEachEngine } from '../kit/engines.js';
import {
  backedUpMachine,
  configure,
  each,
  GIB,
  listed,
  makeZone,
  NOBODY,
  only,
  protectedMachine,
  script,
  uniqueName,
  volumesOf,
} from '../kit/scene.js';
import { testServer } from '../kit/server.js';
import { ask, aUuid } from '../kit/signed-request.js';

type Parameters = Readonly<Record<string, string>>;

forEachEngine((engine) => {
  const clock = new Clock();
  const server = testServer(engine, { now: clock.now });
  const machines = (parameters = {}) => listed(server.admin, 'listVirtualMachines', 'virtualmachine', { listall: 'true', ...parameters });
  const volumes = () => listed(server.admin, 'listVolumes', 'volume', { listall: 'true' });

  /** A backup of a machine with a data volume of 2 GiB, and what is needed to make another of it. */
  const scene = async (machine: Parameters = {}) => {
    const backedUp = await backedUpMachine(server, { machine: { size: '2', ...machine } });
    return { ...backedUp, order: { zoneid: backedUp.zoneId, backupid: backedUp.backupId } };
  };
  const create = async (order: Parameters) => (await server.admin.run('createVMFromBackup', order)).virtualmachine as Answer;
  const idOf = async (command: string, object: string, filter: Parameters) =>
    String((await only(server.admin, command, object, filter)).id);

  describe('createVMFromBackup', () => {
    test('answers in the envelope of a deployment the id of the machine at once, and the machine at the end', async () => {
      const { order } = await scene();
      const { body } = await ask(server, { command: 'createVMFromBackup', response: 'json', ...order, displayname: 'Copy' });
      const { deployvirtualmachineresponse: accepted } = body as { deployvirtualmachineresponse: Answer };
      expect(body).toEqual({ deployvirtualmachineresponse: { id: aUuid, jobid: aUuid } });
      const { jobresult } = await server.admin.ended(String(accepted.jobid));
      const { restoredvolumes, ...virtualmachine } = (jobresult as { virtualmachine: Answer }).virtualmachine;
      expect(virtualmachine).toEqual(await only(server.admin, 'listVirtualMachines', 'virtualmachine', { id: String(accepted.id) }));
      expect(restoredvolumes).toMatchObject([{ verdict: 'Matches' }, { verdict: 'Matches' }]);
      expect((jobresult as Answer).virtualmachine).toMatchObject({ id: accepted.id, displayname: 'Copy', state: 'Running' });
    });

    test('makes another machine of the same parts, with addresses of its own', async () => {
      const { vmId, order } = await scene();
      const [before] = await machines({ id: vmId });
      const copy = await create({ ...order, name: 'copy' });
      const { id, name, displayname, nic } = copy;
      expect([name, displayname]).toEqual(['copy', 'copy']);
      const same = [
        'serviceofferingid',
        'templateid',
        'ostypeid',
        'cpunumber',
        'cpuspeed',
        'memory',
        'zoneid',
        'account',
        'hypervisor',
        'details',
      ];
      for (const field of same) expect([field, copy[field]]).toEqual([field, before?.[field]]);
      const [own] = nic as Answer[];
      const [original] = before?.nic as Answer[];
      expect(own).toMatchObject({ networkid: original?.networkid, isdefault: true });
      expect([own?.ipaddress, own?.macaddress]).not.toEqual([original?.ipaddress, original?.macaddress]);
      expect(id).not.toBe(vmId);
      expect((await machines({ id: vmId }))[0]).toEqual(before);
      expect(copy).not.toHaveProperty('backupofferingid');
    });

    test('gives the machine the content that was backed up, in volumes of its own', async () => {
      const { vmId, order } = await scene();
      const recorded = Object.values(await digestsOf(server, vmId));
      await server.admin.run('startVirtualMachine', { id: vmId });
      const id = String((await create({ ...order, startvm: 'false' })).id);
      const made = await volumesOf(server.admin, id);
      expect(made.map(({ type, size, deviceid, state }) => [type, size, deviceid, state])).toEqual([
        ['ROOT', GIB, 0, 'Ready'],
        ['DATADISK', 2 * GIB, 1, 'Ready'],
      ]);
      expect(Object.values(await digestsOf(server, id)).sort()).toEqual(recorded.sort());
      const theirs = each(await volumesOf(server.admin, vmId), 'id');
      expect(each(made, 'id').filter((volume) => theirs.includes(volume))).toEqual([]);
    });

    test('puts each disk at the device at which it was backed up', async () => {
      const { zoneId, vmId, policyId } = await protectedMachine(server);
      await server.admin.run('removeVirtualMachineFromBackupOffering', { virtualmachineid: vmId });
      const { volume } = await server.admin.run('createVolume', { zoneid: zoneId, name: 'far', size: '3' });
      await server.admin.run('attachVolume', { id: String((volume as Answer).id), virtualmachineid: vmId, deviceid: '7' });
      await server.admin.run('assignBackupPolicy', { virtualmachineid: vmId, backuppolicyid: policyId });
      await server.admin.run('createBackup', { virtualmachineid: vmId });
      const { id: backupid } = await only(server.admin, 'listBackups', 'backup', { virtualmachineid: vmId });
      const { id } = await create({ zoneid: zoneId, backupid: String(backupid) });
      expect(each(await volumesOf(server.admin, String(id)), 'deviceid')).toEqual(['0', '7']);
    });

    test('leaves the machine stopped if it is to be', async () => {
      const { order } = await scene();
      const { id, state } = await create({ ...order, startvm: 'false' });
      expect(state).toBe('Stopped');
      expect((await server.admin.run('startVirtualMachine', { id: String(id) })).virtualmachine).toMatchObject({ state: 'Running' });
    });

    test('keeps the addresses if they are to be kept', async () => {
      const { vmId, order } = await scene();
      const addresses = ({ nic }: Answer) => (nic as Answer[]).map(({ ipaddress, macaddress }) => [ipaddress, macaddress]);
      const [before] = await machines({ id: vmId });
      expect(addresses(await create({ ...order, preserveip: 'true' }))).toEqual(addresses(before!));
    });

    test('makes what is asked for instead of what was backed up', async () => {
      const { zoneId: zoneid, order } = await scene();
      const { account } = await server.createUser(uniqueName('tenant'));
      const serviceofferingid = await idOf('listServiceOfferings', 'serviceoffering', { zoneid, name: 'Simulated medium' });
      const diskofferingid = await idOf('listDiskOfferings', 'diskoffering', { zoneid, name: 'Simulated small disk' });
      const networkid = await idOf('listNetworks', 'network', { zoneid });
      const vm = await create({
        ...order,
        serviceofferingid,
        rootdisksize: '4',
        'datadisksdetails[0].diskOfferingId': diskofferingid,
        // That of the offering counts; the web UI sends a size with every offering.
        'datadisksdetails[0].size': '7',
        networkids: `${networkid},${networkid}`,
        ipaddress: '10.1.7.7',
        'details[0].boot.type': 'UEFI',
        account: String(account.name),
        domainid: String(account.domainid),
      });
      expect(vm).toMatchObject({ serviceofferingid, memory: 2048, account: account.name, details: { 'boot.type': 'UEFI' } });
      expect(vm.nic).toMatchObject([
        { ipaddress: '10.1.7.7', isdefault: true },
        { networkid, isdefault: false },
      ]);
      expect(each(await volumesOf(server.admin, String(vm.id)), 'size')).toEqual([4 * GIB, 5 * GIB].map(String));
    });

    test('makes a machine of a backup whose machine has been expunged, which brings that back under another id', async () => {
      const { vmId, order } = await scene();
      await server.admin.run('removeVirtualMachineFromBackupOffering', { virtualmachineid: vmId });
      await server.admin.run('destroyVirtualMachine', { id: vmId, expunge: 'true' });
      expect(await create(order)).toMatchObject({ state: 'Running' });
    });

    test('makes a machine in another zone', async () => {
      const { order } = await scene();
      const zoneid = await makeZone(server);
      const vm = await create({ ...order, zoneid });
      expect(vm).toMatchObject({ zoneid, state: 'Running' });
      expect(each(await volumesOf(server.admin, String(vm.id)), 'zoneid')).toEqual([zoneid, zoneid]);
    });

    test('makes as many machines of a backup as are asked for', async () => {
      const { order } = await scene();
      const made = await Promise.all([create(order), create(order), create(order)]);
      expect(new Set(made.map(({ id }) => id)).size).toBe(3);
      expect(each(made, 'state')).toEqual(['Running', 'Running', 'Running']);
    });

    test('lets a user make machines of the own backups', async () => {
      const { client, account } = await server.createUser(uniqueName('tenant'));
      const { zoneId: zoneid, backupId: backupid } = await backedUpMachine(server, { client });
      const { virtualmachine } = await client.run('createVMFromBackup', { zoneid, backupid });
      expect(virtualmachine).toMatchObject({ account: account.name });
    });

    test('shows the machine and its volumes as Restoring until they are there, and deletes no backup that it reads', async () => {
      const { zoneId, backupId, order } = await scene();
      const job = await hold(server, clock, zoneId, 'createVMFromBackup', { ...order, name: 'waiting' });
      const vm = await only(server.admin, 'listVirtualMachines', 'virtualmachine', { zoneid: zoneId, name: 'waiting' });
      const disks = await volumesOf(server.admin, String(vm.id));
      const { text } = await server.admin.refusal('deleteBackup', { id: backupId });
      const { jobstatus } = await job.letGo();
      expect([vm.state, ...each(disks, 'state')]).toEqual(['Restoring', 'Restoring', 'Restoring']);
      expect(text).toBe(`backup ${backupId} is being restored; delete it afterwards`);
      expect(jobstatus).toBe(1);
      expect((await machines({ id: String(vm.id) }))[0]).toMatchObject({ state: 'Running' });
      expect(each(await volumesOf(server.admin, String(vm.id)), 'state')).toEqual(['Ready', 'Ready']);
      await server.admin.run('deleteBackup', { id: backupId });
    });
  });

  describe('createVMFromBackup refuses', () => {
    /** The refusal, after which there is no machine and no volume more. */
    const refusalOf = async (order: Parameters) => {
      const before = [await machines(), await volumes()];
      const refusal = await server.admin.refusal('createVMFromBackup', order);
      expect([await machines(), await volumes()]).toEqual(before);
      return refusal;
    };
    let shared!: Awaited<ReturnType<typeof scene>>;
    beforeAll(async () => void (shared = await scene()));

    test.each<[string, Parameters, number, string]>([
      ['a smaller root disk', { rootdisksize: '0' }, 431, 'parameter rootdisksize: 0 GiB is not between'],
      [
        'fewer data disks',
        { 'datadisksdetails[0].size': '2', 'datadisksdetails[1].size': '2' },
        530,
        'the backup holds 1 data disks; 2 are',
      ],
      ['a smaller data disk', { 'datadisksdetails[0].size': '1' }, 431, 'parameter datadisksdetails: the data disk 1 in the backup has'],
      [
        'a data disk whose size is no number',
        { 'datadisksdetails[0].size': 'big' },
        431,
        'parameter datadisksdetails: size "big" is not a number',
      ],
      [
        'a disk offering that there is not',
        { 'datadisksdetails[0].diskofferingid': NOBODY },
        431,
        `disk offering ${NOBODY} does not exist`,
      ],
      ['a template that there is not', { templateid: NOBODY }, 431, `Invalid parameter templateid value=${NOBODY}`],
      ['a service offering that there is not', { serviceofferingid: NOBODY }, 431, `Invalid parameter serviceofferingid value=${NOBODY}`],
      ['a network that there is not', { networkids: NOBODY }, 431, `Invalid parameter networkids value=${NOBODY}`],
      ['a zone that there is not', { zoneid: NOBODY }, 431, `Invalid parameter zoneid value=${NOBODY}`],
      ['a backup that there is not', { backupid: NOBODY }, 431, `Invalid parameter backupid value=${NOBODY}`],
      ['a name that is none', { name: 'not a name' }, 431, 'is not a host name'],
      ['an account without its domain', { account: 'admin' }, 431, 'Account must be specified with domainId parameter'],
      ['an address of no network', { networkids: '', ipaddress: '10.1.1.1' }, 431, 'parameter networkids: is needed'],
    ])('%s', async (_, more, expected, why) => {
      const { code, text } = await refusalOf({ ...shared.order, ...more });
      expect([code, text]).toEqual([expected, expect.stringContaining(why)]);
    });

    test('a root disk smaller than the one that was backed up', async () => {
      const { order } = await scene({ rootdisksize: '2' });
      const { code, text } = await refusalOf({ ...order, rootdisksize: '1' });
      expect([code, text]).toEqual([431, expect.stringContaining('parameter rootdisksize: the root disk in the backup has')]);
    });

    test.each([
      ['service offering', 'serviceofferingid'],
      ['template', 'templateid'],
    ])('a machine whose %s the zone no longer has, unless another is named', async (what, parameter) => {
      const { zoneId, vmId } = await protectedMachine(server);
      const machine = await server.db.daos.pluginStore.find(`inventory/simulator/${zoneId}`, `machine/${vmId}`);
      const [vm] = await machines({ id: vmId });
      const gone = (machine?.value ?? '').replaceAll(String(vm?.[parameter]), NOBODY);
      await server.db
        .knex('plugin_store')
        .where({ entryKey: `machine/${vmId}` })
        .update({ value: gone });
      await server.admin.run('createBackup', { virtualmachineid: vmId });
      const { id: backupid } = await only(server.admin, 'listBackups', 'backup', { virtualmachineid: vmId });
      const order = { zoneid: zoneId, backupid: String(backupid) };
      const { code, text } = await refusalOf(order);
      expect([code, text]).toEqual([
        530,
        `the zone has no ${what} ${NOBODY}, which the backed up machine had; name another one with ${parameter}`,
      ]);
      expect(await create({ ...order, [parameter]: String(vm?.[parameter]) })).toMatchObject({ state: 'Running' });
    });

    test('a machine in another zone, if the repository of the backup does not allow it', async () => {
      const { order, policyId, zoneId } = await scene();
      const { id: repositoryZone } = (await server.db.daos.zones.listAll()).find(({ uuid }) => uuid === zoneId) ?? { id: 0 };
      const { id, uuid } = await insertRepository(server.db.daos, { zoneId: repositoryZone, crossZone: false });
      await server.db.knex('backup_policy').where({ uuid: policyId }).update({ externalId: uuid });
      const elsewhere = { ...order, zoneid: await makeZone(server) };
      const { code, text } = await refusalOf(elsewhere);
      expect([code, text]).toEqual([530, expect.stringContaining(`backup repository ${uuid} does not allow machines in other zones`)]);
      expect(await create(order)).toMatchObject({ zoneid: zoneId });
      await server.db.knex('backup_repository').where({ id }).update({ crossZone: true });
      expect(await create(elsewhere)).toMatchObject({ zoneid: elsewhere.zoneid });
    });

    test('a backup that was never finished', async () => {
      const { zoneId, vmId } = await protectedMachine(server);
      await script(server, zoneId, { 'fail.call': 'takeBackup' });
      await server.admin.refusal('createBackup', { virtualmachineid: vmId });
      const { id: backupid } = await only(server.admin, 'listBackups', 'backup', { virtualmachineid: vmId });
      const { code, text } = await refusalOf({ zoneid: zoneId, backupid: String(backupid) });
      expect([code, text]).toEqual([530, expect.stringContaining('is Error; only one that is BackedUp can be restored')]);
    });

    test('a backup of a zone in which backups are off', async () => {
      const { zoneId, order } = await scene();
      await configure(server, 'backup.framework.enabled', 'false', zoneId);
      expect((await refusalOf(order)).code).toBe(530);
    });

    test("somebody else's backup, and another's account", async () => {
      const { client, account } = await server.createUser(uniqueName('stranger'));
      expect((await client.refusal('createVMFromBackup', shared.order)).code).toBe(531);
      const own = await backedUpMachine(server, { client });
      const theirs = { account: 'admin', domainid: String(account.domainid) };
      expect((await client.refusal('createVMFromBackup', { zoneid: own.zoneId, backupid: own.backupId, ...theirs })).code).toBe(531);
    });

    test('to keep a machine when the provider has lost the backup', async () => {
      const { zoneId, order, backup } = await scene();
      await script(server, zoneId, { lost: '*' });
      const { code, text } = await refusalOf(order);
      expect([code, text]).toEqual([530, expect.stringContaining(`there is no backup ${String(backup.externalid)}`)]);
    });

    test('to keep a machine whose volumes came back with an odd size', async () => {
      const { zoneId, order } = await scene();
      await script(server, zoneId, { 'size.bytes': '4711' });
      const { code, text } = await refusalOf(order);
      expect([code, text]).toEqual([530, expect.stringContaining('came back with 4711 bytes')]);
    });

    test.each(['1', '2', '3'])('to keep a machine whose filling fails at step %s', async (step) => {
      const { zoneId, order } = await scene();
      await script(server, zoneId, { 'fail.call': 'fillMachine', 'fail.step': step });
      const before = [await machines(), await volumes()];
      const { id, jobid } = await server.admin.call('createVMFromBackup', order);
      expect(await server.admin.ended(String(jobid))).toMatchObject({
        jobstatus: 2,
        jobresult: { errorcode: 530, errortext: expect.stringContaining('scripted fault: fillMachine') as string },
      });
      expect([await machines(), await volumes()]).toEqual(before);
      expect((await server.admin.refusal('listVirtualMachines', { id: String(id) })).code).toBe(431);
      await script(server, zoneId, { 'fail.call': '' });
      expect(await create(order)).toMatchObject({ state: 'Running' });
    });
  });
});
