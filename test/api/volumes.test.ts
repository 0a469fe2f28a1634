import type { Answer } from '../../src/client/api-client.js';
import { Clock } from '../kit/clock.js';
import { forEachEngine } from '../kit/engines.js';
import {
  backedUpMachine,
  changingVolumes,
  deploy,
  each,
  GIB,
  listed,
  makeVolume,
  makeZone,
  NOBODY,
  only,
  protectedMachine,
  uniqueName,
  volumesOf,
} from '../kit/scene.js';
import { testServer } from '../kit/server.js';
import { aDate, aUuid } from '../kit/signed-request.js';

forEachEngine((engine) => {
  const clock = new Clock();
  const server = testServer(engine, { now: clock.now });
  let zoneid = '';
  beforeAll(async () => void (zoneid = await makeZone(server)));

  const volumes = (parameters = {}) => listed(server.admin, 'listVolumes', 'volume', parameters);
  const volume = (id: string) => only(server.admin, 'listVolumes', 'volume', { id });
  const attach = async (id: string, virtualmachineid: string, more = {}) =>
    (await server.admin.run('attachVolume', { id, virtualmachineid, ...more })).volume as Answer;
  const machine = async (overrides = {}) => String((await deploy(server.admin, zoneid, overrides)).id);

  describe('createVolume', () => {
    test('answers the id of the volume at once and the volume at the end', async () => {
      const name = uniqueName('data');
      const accepted = await server.admin.call('createVolume', { zoneid, name, size: '2' });
      expect(accepted).toEqual({ id: aUuid, jobid: aUuid });
      const { jobresult } = await server.admin.ended(String(accepted.jobid));
      expect(jobresult).toEqual({ volume: await volume(String(accepted.id)) });
      expect((jobresult as Answer).volume).toEqual({
        id: accepted.id,
        name,
        type: 'DATADISK',
        size: 2 * GIB,
        state: 'Allocated',
        path: expect.any(String) as string,
        zoneid,
        zonename: expect.any(String) as string,
        account: 'admin',
        domainid: aUuid,
        domain: 'ROOT',
        created: aDate,
        isextractable: false,
        tags: [],
      });
    });

    test('makes a volume for another account when an administrator asks', async () => {
      const { account } = await server.createUser(uniqueName('tenant'));
      const id = await makeVolume(server.admin, zoneid, { account: String(account.name), domainid: String(account.domainid) });
      expect(await volume(id)).toMatchObject({ account: account.name });
    });

    test.each(['0', '-5', '65537', '9007199254740991'])('refuses a size of %s GiB', async (size) => {
      const before = await volumes({ zoneid });
      const { code, text } = await server.admin.refusal('createVolume', { zoneid, name: 'odd', size });
      expect([code, text]).toEqual([431, `parameter size: ${size} GiB is not between 1 and 65536`]);
      expect(await volumes({ zoneid })).toEqual(before);
    });

    test('refuses an account without its domain', async () => {
      const { code, text } = await server.admin.refusal('createVolume', { zoneid, name: 'odd', size: '1', account: 'admin' });
      expect([code, text]).toEqual([431, 'Account must be specified with domainId parameter']);
    });
  });

  describe('attachVolume', () => {
    test('attaches to the first free device, leaving out that of the CD', async () => {
      const vmId = await machine();
      const devices: unknown[] = [];
      for (let i = 0; i < 3; i++) devices.push((await attach(await makeVolume(server.admin, zoneid), vmId)).deviceid);
      expect(devices).toEqual([1, 2, 4]);
    });

    test('attaches to the device that is asked for, and answers the volume', async () => {
      const [vmId, id] = [await machine(), await makeVolume(server.admin, zoneid)];
      const answered = await attach(id, vmId, { deviceid: '7' });
      expect(answered).toEqual(await volume(id));
      expect(answered).toMatchObject({ id, deviceid: 7, virtualmachineid: vmId, state: 'Ready', vmstate: 'Stopped' });
    });

    test('attaches to a machine that runs', async () => {
      const vmId = await machine({ startvm: 'true' });
      expect(await attach(await makeVolume(server.admin, zoneid), vmId)).toMatchObject({ deviceid: 1, vmstate: 'Running' });
    });

    test('says since when the volume is attached, as long as it is', async () => {
      const [first, second, id] = [await machine(), await machine(), await makeVolume(server.admin, zoneid)];
      expect(await volume(id)).not.toHaveProperty('attached');
      const { attached } = await attach(id, first);
      expect(attached).toEqual(aDate);
      clock.forward(60_000);
      await server.admin.run('startVirtualMachine', { id: first });
      expect(await volume(id)).toMatchObject({ attached });
      await server.admin.run('detachVolume', { id });
      expect(await volume(id)).not.toHaveProperty('attached');
      const again = await attach(id, second);
      expect(Date.parse(String(again.attached))).toBeGreaterThan(Date.parse(String(attached)));
    });

    test.each([
      ['that of the root disk', '0'],
      ['that of the CD', '3'],
      ['beyond the last', '16'],
      ['negative', '-1'],
    ])('refuses a device %s', async (_, deviceid) => {
      const [vmId, id] = [await machine(), await makeVolume(server.admin, zoneid)];
      const { code } = await server.admin.refusal('attachVolume', { id, virtualmachineid: vmId, deviceid });
      expect(code).toBe(530);
      expect(await volume(id)).not.toHaveProperty('virtualmachineid');
    });

    test('refuses a device that is taken', async () => {
      const [vmId, id] = [await machine({ size: '1' }), await makeVolume(server.admin, zoneid)];
      expect((await server.admin.refusal('attachVolume', { id, virtualmachineid: vmId, deviceid: '1' })).code).toBe(530);
      expect(await volumesOf(server.admin, vmId)).toHaveLength(2);
    });

    test('refuses a volume that another machine has', async () => {
      const [first, second] = [await machine({ size: '1' }), await machine()];
      const [, data] = await volumesOf(server.admin, first);
      const { code, text } = await server.admin.refusal('attachVolume', { id: String(data?.id), virtualmachineid: second });
      expect([code, text]).toEqual([530, expect.stringContaining(`is attached to the machine ${first}`)]);
      expect(await volumesOf(server.admin, first)).toHaveLength(2);
    });

    test('refuses a machine of another zone', async () => {
      const id = await makeVolume(server.admin, zoneid);
      const elsewhere = String((await deploy(server.admin, await makeZone(server))).id);
      const { code, text } = await server.admin.refusal('attachVolume', { id, virtualmachineid: elsewhere });
      expect([code, text]).toEqual([431, expect.stringContaining('are in different zones')]);
    });

    test('refuses a destroyed machine', async () => {
      const [vmId, id] = [await machine(), await makeVolume(server.admin, zoneid)];
      await server.admin.run('destroyVirtualMachine', { id: vmId });
      expect((await server.admin.refusal('attachVolume', { id, virtualmachineid: vmId })).code).toBe(530);
    });
  });

  describe('detachVolume', () => {
    test('takes a data volume off and keeps it', async () => {
      const vmId = await machine({ size: '2' });
      const [root, data] = await volumesOf(server.admin, vmId);
      const answered = (await server.admin.run('detachVolume', { id: String(data?.id) })).volume as Answer;
      expect(answered).toEqual(await volume(String(data?.id)));
      expect(answered).toMatchObject({ id: data?.id, size: 2 * GIB, state: 'Ready' });
      for (const field of ['virtualmachineid', 'vmname', 'vmstate', 'deviceid']) expect(answered).not.toHaveProperty(field);
      expect(each(await volumesOf(server.admin, vmId), 'id')).toEqual([root?.id]);
    });

    test('makes a volume that can be attached elsewhere', async () => {
      const [first, second] = [await machine({ size: '1' }), await machine()];
      const [, data] = await volumesOf(server.admin, first);
      await server.admin.run('detachVolume', { id: String(data?.id) });
      expect(await attach(String(data?.id), second)).toMatchObject({ virtualmachineid: second, deviceid: 1 });
    });

    test('refuses a root disk', async () => {
      const vmId = await machine();
      const [root] = await volumesOf(server.admin, vmId);
      const { code, text } = await server.admin.refusal('detachVolume', { id: String(root?.id) });
      expect([code, text]).toEqual([530, expect.stringContaining('is a root disk')]);
      expect(await volumesOf(server.admin, vmId)).toEqual([root]);
    });

    test('refuses a volume that is attached to nothing', async () => {
      const id = await makeVolume(server.admin, zoneid);
      const { code, text } = await server.admin.refusal('detachVolume', { id });
      expect([code, text]).toEqual([530, expect.stringContaining('is not attached')]);
    });
  });

  describe('deleteVolume', () => {
    test('deletes at once a volume that is attached to nothing', async () => {
      const id = await makeVolume(server.admin, zoneid);
      expect(await server.admin.call('deleteVolume', { id })).toEqual({ success: true });
      for (const command of ['listVolumes', 'deleteVolume']) expect((await server.admin.refusal(command, { id })).code).toBe(431);
      expect((await server.admin.refusal('attachVolume', { id, virtualmachineid: await machine() })).code).toBe(431);
    });

    test('refuses a volume that a machine has', async () => {
      const vmId = await machine();
      const [root] = await volumesOf(server.admin, vmId);
      const id = String(root?.id);
      const { code, text } = await server.admin.refusal('deleteVolume', { id });
      expect([code, text]).toEqual([530, `volume ${id} is attached to virtual machine ${vmId}; detach it before it is deleted`]);
      expect(await volume(id)).toMatchObject({ state: 'Ready' });
    });

    test('refuses a volume whose machine is destroyed', async () => {
      const vmId = await machine({ size: '1' });
      const [, data] = await volumesOf(server.admin, vmId);
      await server.admin.run('destroyVirtualMachine', { id: vmId });
      expect((await server.admin.refusal('deleteVolume', { id: String(data?.id) })).code).toBe(530);
    });
  });

  describe('listVolumes', () => {
    test('finds several volumes by their ids, and volumes by their state', async () => {
      const own = await makeZone(server);
      const ids = [await makeVolume(server.admin, own), await makeVolume(server.admin, own)];
      expect(each(await volumes({ ids: ids.join(',') }), 'id')).toEqual(ids);
      for (const state of ['Allocated', 'allocated']) expect(each(await volumes({ zoneid: own, state }), 'id')).toEqual(ids);
      expect(await volumes({ zoneid: own, state: 'Ready' })).toEqual([]);
      expect(await listed(server.admin, 'listVolumesMetrics', 'volume', { ids: ids.join(',') })).toEqual(
        await volumes({ ids: ids.join(',') }),
      );
    });

    test('finds volumes by id, name, type, machine, zone and keyword', async () => {
      const own = await makeZone(server);
      const vm = await deploy(server.admin, own, { name: uniqueName('Findable'), size: '1' });
      const [root, data] = (await volumesOf(server.admin, String(vm.id))) as [Answer, Answer];
      const found = async (filter: Readonly<Record<string, string>>) => each(await volumes({ zoneid: own, ...filter }), 'id');
      expect(await found({})).toEqual([root.id, data.id]);
      expect(await found({ id: String(data.id) })).toEqual([data.id]);
      expect(await found({ name: String(data.name) })).toEqual([data.id]);
      expect(await found({ type: 'ROOT' })).toEqual([root.id]);
      expect(await found({ virtualmachineid: String(vm.id), type: 'DATADISK' })).toEqual([data.id]);
      expect(await found({ keyword: 'ROOT-findable' })).toEqual([root.id]);
    });

    test('shows one page and counts all', async () => {
      const vmId = await machine({ size: '1' });
      const [, data] = await volumesOf(server.admin, vmId);
      const page = await server.admin.call('listVolumes', { virtualmachineid: vmId, page: '2', pagesize: '1' });
      expect(page).toEqual({ count: 2, volume: [data] });
    });

    test.each(['id', 'virtualmachineid', 'zoneid'])('refuses a %s that names nothing', async (parameter) => {
      const { code, text } = await server.admin.refusal('listVolumes', { [parameter]: NOBODY });
      expect([code, text]).toEqual([431, expect.stringContaining(`Invalid parameter ${parameter} value=${NOBODY}`)]);
    });
  });

  describe('a machine in a backup offering', () => {
    test('keeps its volumes: none is attached or detached', async () => {
      const { zoneId, vmId } = await protectedMachine(server, { machine: { size: '1' } });
      const [, data] = await volumesOf(server.admin, vmId);
      const another = await makeVolume(server.admin, zoneId);
      const refusals = [
        await server.admin.refusal('attachVolume', { id: another, virtualmachineid: vmId }),
        await server.admin.refusal('detachVolume', { id: String(data?.id) }),
      ];
      const text = expect.stringContaining(`virtual machine ${vmId} is in a backup offering`) as string;
      expect(refusals).toEqual([
        { code: 431, text },
        { code: 431, text },
      ]);
      expect(await volumesOf(server.admin, vmId)).toHaveLength(2);
    });

    test('takes and gives volumes where the setting allows it, also restored ones', async () => {
      const { zoneId, vmId, backupId, backup } = await backedUpMachine(server);
      const another = await makeVolume(server.admin, zoneId);
      const [volumeid] = backup.volumeids as [string];
      await changingVolumes(server, async () => {
        await attach(another, vmId);
        await server.admin.run('restoreBackupVolume', { backupid: backupId, volumeid, virtualmachineid: vmId });
        await server.admin.run('detachVolume', { id: another });
      });
      expect(each(await volumesOf(server.admin, vmId), 'type')).toEqual(['ROOT', 'DATADISK']);
    });
  });
});
