import type { Answer } from '../../src/client/api-client.js';
import { digestsOf } from '../kit/digests.js';
import { forEachEngine } from '../kit/engines.js';
import { deploy, each, GIB, listed, makeZone, NOBODY, only, uniqueName, volumesOf } from '../kit/scene.js';
import { testServer } from '../kit/server.js';
import { aDate, aUuid } from '../kit/signed-request.js';

forEachEngine((engine) => {
  const server = testServer(engine);
  let zoneid = '';
  beforeAll(async () => void (zoneid = await makeZone(server)));

  const machines = (parameters = {}) => listed(server.admin, 'listVirtualMachines', 'virtualmachine', parameters);
  const machine = (id: string) => only(server.admin, 'listVirtualMachines', 'virtualmachine', { id });
  const act = async (command: string, id: string, more = {}) => (await server.admin.run(command, { id, ...more })).virtualmachine as Answer;

  describe('deployVirtualMachine', () => {
    test('answers the id of the machine at once and the machine at the end', async () => {
      const name = uniqueName('web');
      const accepted = await server.admin.call('deployVirtualMachine', { zoneid, name, displayname: 'The web', rootdisksize: '3' });
      expect(accepted).toEqual({ id: aUuid, jobid: aUuid });
      const { jobresult } = await server.admin.ended(String(accepted.jobid));
      expect(jobresult).toEqual({ virtualmachine: await machine(String(accepted.id)) });
      expect((jobresult as Answer).virtualmachine).toEqual({
        id: accepted.id,
        name,
        displayname: 'The web',
        instancename: name,
        account: 'admin',
        userid: aUuid,
        username: 'admin',
        domainid: aUuid,
        domain: 'ROOT',
        created: aDate,
        state: 'Running',
        haenable: false,
        zoneid,
        zonename: expect.any(String) as string,
        templateid: aUuid,
        templatename: 'Simulated Linux',
        templatedisplaytext: 'Simulated Linux',
        passwordenabled: false,
        serviceofferingid: aUuid,
        serviceofferingname: 'Simulated custom',
        cpunumber: 1,
        cpuspeed: 1000,
        memory: 512,
        hypervisor: 'Simulator',
        ostypeid: aUuid,
        guestosid: aUuid,
        osdisplayname: 'Other Linux (64-bit)',
        isdynamicallyscalable: false,
        displayvm: true,
        details: {},
        nic: [
          {
            id: aUuid,
            networkid: aUuid,
            networkname: 'sandbox',
            ipaddress: expect.stringMatching(/^10\.1\./) as string,
            netmask: '255.255.0.0',
            gateway: '10.1.0.1',
            macaddress: expect.stringMatching(/^02:00(:[0-9a-f]{2}){4}$/) as string,
            isdefault: true,
            type: 'Shared',
            traffictype: 'Guest',
          },
        ],
        securitygroup: [],
        affinitygroup: [],
        tags: [],
      });
    });

    test('makes the disks that are asked for', async () => {
      const { id, name } = await deploy(server.admin, zoneid, { rootdisksize: '3', size: '5' });
      const disks = (await volumesOf(server.admin, String(id))).map(({ name: disk, type, size, deviceid }) => [disk, type, size, deviceid]);
      expect(disks).toEqual([
        [`ROOT-${String(name)}`, 'ROOT', 3 * GIB, 0],
        [`DATA-${String(name)}-1`, 'DATADISK', 5 * GIB, 1],
      ]);
    });

    test('takes processors and memory from the details, whose fields keep their case', async () => {
      const details = { 'details[0].cpuNumber': '2', 'Details[0].cpuSpeed': '1500', 'details[1].memory': '1024' };
      expect(await deploy(server.admin, zoneid, details)).toMatchObject({ cpunumber: 2, cpuspeed: 1500, memory: 1024 });
      expect(await deploy(server.admin, zoneid, { 'details[0].cpunumber': '2' })).toMatchObject({ cpunumber: 1 });
    });

    test('names a machine that is given no name after its id', async () => {
      const { virtualmachine } = await server.admin.run('deployVirtualMachine', { zoneid, rootdisksize: '1' });
      const { id, name, displayname } = virtualmachine as Answer;
      expect([name, displayname]).toEqual([`VM-${String(id)}`, `VM-${String(id)}`]);
    });

    test('deploys for another account when an administrator asks', async () => {
      const { account } = await server.createUser(uniqueName('tenant'));
      const { id } = await deploy(server.admin, zoneid, { account: String(account.name), domainid: String(account.domainid) });
      expect(await machine(String(id))).toMatchObject({ account: account.name });
    });
  });

  describe('deployVirtualMachine refuses', () => {
    test.each([
      [{ name: 'not a host name' }, 'parameter name: "not a host name" is not a host name'],
      [{ name: `a${'b'.repeat(63)}` }, 'is not a host name'],
      [{ rootdisksize: '0' }, 'parameter rootdisksize: 0 GiB is not between 1 and 65536'],
      [{ rootdisksize: '65537' }, 'parameter rootdisksize: 65537 GiB is not between'],
      [{ size: '-1' }, 'parameter size: -1 GiB is not between'],
      [{ 'details[0].cpuNumber': 'two' }, 'parameter details: cpuNumber "two" is not a positive number'],
      [{ 'details[0].memory': '0' }, 'parameter details: memory "0" is not a positive number'],
      [{ account: 'admin' }, 'Account must be specified with domainId parameter'],
    ])('%j', async (parameters, why) => {
      const before = await machines({ zoneid, listall: 'true' });
      const { code, text } = await server.admin.refusal('deployVirtualMachine', { zoneid, ...parameters });
      expect([code, text]).toEqual([431, expect.stringContaining(why)]);
      expect(await machines({ zoneid, listall: 'true' })).toEqual(before);
    });

    test.each([{ 'details[0]': 'x' }, { 'details[a].memory': '512' }, { 'details[0]memory': '512' }, { 'details[0][1].memory': '1' }])(
      'an object array like %j with 430',
      async (parameters: Readonly<Record<string, string>>) => {
        const { code, text } = await server.admin.refusal('deployVirtualMachine', { zoneid, ...parameters });
        expect([code, text]).toEqual([430, expect.stringContaining(`Unable to decode parameter ${String(Object.keys(parameters)[0])}`)]);
      },
    );

    test('an account that there is not', async () => {
      const { domainid } = await only(server.admin, 'listUsers', 'user', { username: 'admin' });
      const { code, text } = await server.admin.refusal('deployVirtualMachine', { zoneid, account: 'nobody', domainid: String(domainid) });
      expect([code, text]).toEqual([431, expect.stringContaining('Unable to find account nobody')]);
    });
  });

  describe('the life of a machine', () => {
    test('goes from Stopped to Running and back', async () => {
      const id = String((await deploy(server.admin, zoneid)).id);
      const states = [await act('startVirtualMachine', id), await act('stopVirtualMachine', id, { forced: 'true' })].map(
        ({ state }) => state,
      );
      expect(states).toEqual(['Running', 'Stopped']);
      expect((await machine(id)).state).toBe('Stopped');
    });

    test('writes to the disks when it starts', async () => {
      const id = String((await deploy(server.admin, zoneid)).id);
      const before = await digestsOf(server, id);
      await act('startVirtualMachine', id);
      expect(await digestsOf(server, id)).not.toEqual(before);
    });

    test('goes on after a reboot, with other content on the disks', async () => {
      const id = String((await deploy(server.admin, zoneid, { startvm: 'true' })).id);
      const before = await digestsOf(server, id);
      expect(await act('rebootVirtualMachine', id)).toMatchObject({ id, state: 'Running' });
      expect(await digestsOf(server, id)).not.toEqual(before);
    });

    test('is not begun by a reboot', async () => {
      const id = String((await deploy(server.admin, zoneid)).id);
      const { code, text } = await server.admin.refusal('rebootVirtualMachine', { id });
      expect([code, text]).toEqual([530, `virtual machine ${id} is Stopped; only one that is Running can be rebooted`]);
      expect((await machine(id)).state).toBe('Stopped');
    });

    test('ends Destroyed, with its volumes still there', async () => {
      const id = String((await deploy(server.admin, zoneid)).id);
      expect(await act('destroyVirtualMachine', id)).toMatchObject({ state: 'Destroyed' });
      expect(await volumesOf(server.admin, id)).toMatchObject([{ state: 'Destroy' }]);
    });

    test('does not begin again for a destroyed machine', async () => {
      const id = String((await deploy(server.admin, zoneid)).id);
      await act('destroyVirtualMachine', id);
      expect((await server.admin.refusal('startVirtualMachine', { id })).code).toBe(530);
      expect((await machine(id)).state).toBe('Destroyed');
    });

    test.each(['startVirtualMachine', 'stopVirtualMachine', 'rebootVirtualMachine', 'destroyVirtualMachine'])(
      '%s refuses the id of no machine',
      async (command) => {
        const { code, text } = await server.admin.refusal(command, { id: NOBODY });
        expect([code, text]).toEqual([
          431,
          expect.stringContaining(`Invalid parameter id value=${NOBODY} due to incorrect long value format`),
        ]);
      },
    );
  });

  describe('listVirtualMachines', () => {
    test('finds machines by id, name, keyword, state and zone', async () => {
      const own = await makeZone(server);
      const { id, name } = await deploy(server.admin, own, { name: uniqueName('Findable'), displayname: 'Display Name' });
      const filters = [{ id: String(id) }, { name: String(name) }, { keyword: 'findabl' }, { keyword: 'DISPLAY' }, { zoneid: own }];
      for (const filter of filters) expect(each(await machines({ ...filter, zoneid: own }), 'id')).toEqual([id]);
      expect(each(await machines({ zoneid: own, state: 'Stopped' }), 'id')).toEqual([id]);
      expect(each(await machines({ zoneid: own, state: 'stopped' }), 'id')).toEqual([id]);
      expect(await machines({ zoneid: own, state: 'Running' })).toEqual([]);
    });

    test('finds several machines by their ids, whoever owns them', async () => {
      const { client } = await server.createUser(uniqueName('tenant'));
      const ids = [await deploy(server.admin, zoneid), await deploy(client, zoneid)].map(({ id }) => String(id));
      expect(each(await machines({ ids: [...ids, NOBODY].join(',') }), 'id')).toEqual(ids);
      expect(each(await listed(client, 'listVirtualMachines', 'virtualmachine', { ids: ids.join(',') }), 'id')).toEqual(ids.slice(1));
    });

    test('answers the same under the name of the metrics', async () => {
      const { id } = await deploy(server.admin, zoneid);
      expect(await listed(server.admin, 'listVirtualMachinesMetrics', 'virtualmachine', { id: String(id) })).toEqual(
        await machines({ id: String(id) }),
      );
    });

    test('takes the signs of patterns in a keyword as they are', async () => {
      await deploy(server.admin, zoneid, { displayname: '100% sure_thing' });
      const found = await Promise.all(['100%', 'sure_thing', '100_', '%sure%', '!'].map((keyword) => machines({ keyword })));
      expect(found.map(({ length }) => length)).toEqual([1, 1, 0, 0, 0]);
    });

    test('shows the oldest first, page by page', async () => {
      const own = await makeZone(server);
      const ids = [await deploy(server.admin, own), await deploy(server.admin, own)].map(({ id }) => id);
      expect(each(await machines({ zoneid: own }), 'id')).toEqual(ids);
      const page = await server.admin.call('listVirtualMachines', { zoneid: own, page: '2', pagesize: '1' });
      expect(page).toEqual({ count: 2, virtualmachine: [expect.objectContaining({ id: ids[1] })] });
    });
  });
});
