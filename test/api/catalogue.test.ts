import type { Answer } from '../../src/client/api-client.js';
import { forEachEngine } from '../kit/engines.js';
import { configure, deploy, each, GIB, listed, makeZone, NOBODY, only, uniqueName, volumesOf } from '../kit/scene.js';
import { testServer } from '../kit/server.js';
import { aUuid } from '../kit/signed-request.js';

type Parameters = Readonly<Record<string, string>>;

/** The lists of a catalogue, each with the key of its objects and what it needs. */
const LISTS: readonly (readonly [command: string, object: string, needed: Parameters])[] = [
  ['listServiceOfferings', 'serviceoffering', {}],
  ['listDiskOfferings', 'diskoffering', {}],
  ['listTemplates', 'template', { templatefilter: 'all' }],
  ['listOsTypes', 'ostype', {}],
  ['listOsCategories', 'oscategory', {}],
  ['listNetworks', 'network', {}],
];

const idOfWrong = (parameter: string, value: string) =>
  expect.stringContaining(
    `Invalid parameter ${parameter} value=${value} due to incorrect long value format, or entity does not exist`,
  ) as string;

forEachEngine((engine) => {
  const server = testServer(engine);
  let zoneid = '';
  beforeAll(async () => void (zoneid = await makeZone(server)));

  const named = async (command: string, object: string, name: string, more: Parameters = {}) =>
    only(server.admin, command, object, { name, zoneid, ...more });
  const offering = async (name: string) => String((await named('listServiceOfferings', 'serviceoffering', name)).id);
  const diskOffering = async (name: string) => String((await named('listDiskOfferings', 'diskoffering', name)).id);
  const template = () => named('listTemplates', 'template', 'Simulated Linux', { templatefilter: 'executable' });
  const network = async () => String((await named('listNetworks', 'network', 'sandbox')).id);

  describe.each(LISTS)('%s', (command, object, needed) => {
    test('shows the same by id, by name and by a part of the name, in one zone and in all', async () => {
      const [first] = await listed(server.admin, command, object, { ...needed, zoneid });
      const { id, name } = first as { id: string; name: string };
      for (const filter of [{ id }, { name }, { id, keyword: name.slice(1).toUpperCase() }, { id, name }]) {
        expect(await listed(server.admin, command, object, { ...needed, zoneid, ...filter })).toEqual([first]);
        expect(each(await listed(server.admin, command, object, { ...needed, ...filter }), 'id')).toEqual([id]);
      }
      expect(await listed(server.admin, command, object, { ...needed, name: 'no such thing' })).toEqual([]);
      expect(await listed(server.admin, command, object, { ...needed, keyword: 'no such thing' })).toEqual([]);
    });

    test('shows one page and counts all', async () => {
      const all = await listed(server.admin, command, object, needed);
      const page = await server.admin.call(command, { ...needed, page: '1', pagesize: '1' });
      expect(page).toEqual({ count: all.length, [object]: all.slice(0, 1) });
      const beyond = await server.admin.call(command, { ...needed, page: '9', pagesize: '9' });
      expect(beyond).toEqual({ count: all.length });
    });

    test('is for users too, and refuses what there is not', async () => {
      const { client } = await server.createUser(uniqueName('tenant'));
      expect(await listed(client, command, object, needed)).toEqual(await listed(server.admin, command, object, needed));
      for (const parameter of ['id', 'zoneid']) {
        const { code, text } = await client.refusal(command, { ...needed, [parameter]: NOBODY });
        expect([code, text]).toEqual([431, idOfWrong(parameter, NOBODY)]);
      }
    });

    test('fails where the source of a zone cannot be asked, and not elsewhere', async () => {
      const broken = await makeZone(server);
      const [{ id: scopeId } = { id: 0 }] = (await server.db.daos.zones.listAll()).filter(({ uuid }) => uuid === broken);
      // A plugin that is not loaded cannot be chosen, but can be gone after a restart.
      await server.db.knex('configuration').insert({ name: 'inventory.plugin', scope: 'Zone', scopeId, value: 'none' });
      await configure(server, 'backup.framework.enabled', 'true', broken);
      const { code, text } = await server.admin.refusal(command, { ...needed, zoneid: broken });
      expect([code, text]).toEqual([530, expect.stringContaining('there is no inventory plugin "none"')]);
      const there = await listed(server.admin, command, object, needed);
      expect(there.length).toBeGreaterThan(0);
      expect(await listed(server.admin, command, object, { ...needed, id: String(there[0]?.id) })).toEqual([there[0]]);
      // It may be in the zone that does not answer: clients must not take it for gone.
      expect((await server.admin.refusal(command, { ...needed, id: NOBODY })).code).toBe(530);
      await configure(server, 'inventory.plugin', 'simulator', broken);
    });
  });

  test('listHypervisors names each kind once', async () => {
    expect(await server.admin.call('listHypervisors')).toEqual({ count: 1, hypervisor: [{ name: 'Simulator' }] });
    expect(await server.admin.call('listHypervisors', { zoneid })).toEqual({ count: 1, hypervisor: [{ name: 'Simulator' }] });
  });

  test('listServiceOfferings tells the size of each, and none where it is chosen', async () => {
    const offerings = await listed(server.admin, 'listServiceOfferings', 'serviceoffering', { zoneid });
    const sizes = offerings.map(({ name, cpunumber, cpuspeed, memory, iscustomized }) => [name, cpunumber, cpuspeed, memory, iscustomized]);
    expect(sizes).toEqual([
      ['Simulated small', 1, 1000, 512, false],
      ['Simulated medium', 2, 1000, 2048, false],
      ['Simulated custom', 0, 0, 0, true],
    ]);
  });

  test('listDiskOfferings tells the size of each, and none where it is chosen', async () => {
    const offerings = await listed(server.admin, 'listDiskOfferings', 'diskoffering', { zoneid });
    expect(offerings.map(({ name, disksize, iscustomized }) => [name, disksize, iscustomized])).toEqual([
      ['Simulated small disk', 5, false],
      ['Simulated custom disk', 0, true],
    ]);
  });

  test('listTemplates shows public templates where those are asked for, in any letters', async () => {
    const shown = async (templatefilter: string) =>
      (await listed(server.admin, 'listTemplates', 'template', { templatefilter, zoneid })).length;
    for (const filter of ['all', 'featured', 'executable', 'EXECUTABLE']) expect(await shown(filter)).toBe(1);
    for (const filter of ['self', 'selfexecutable', 'shared', 'sharedexecutable', 'community']) expect(await shown(filter)).toBe(0);
    const { code, text } = await server.admin.refusal('listTemplates', { templatefilter: 'mine' });
    expect([code, text]).toEqual([431, expect.stringContaining('parameter templatefilter: "mine" is none of all, featured')]);
  });

  test('a template names its operating system, which is in a category', async () => {
    const { ostypeid, ostypename } = await template();
    const osType = await only(server.admin, 'listOsTypes', 'ostype', { id: String(ostypeid) });
    expect(osType).toMatchObject({ name: ostypename, description: ostypename });
    const category = await only(server.admin, 'listOsCategories', 'oscategory', { id: String(osType.oscategoryid) });
    expect(category.name).toBe(osType.oscategoryname);
  });

  test('listNetworks shows none that has to be restarted', async () => {
    expect(await server.admin.call('listNetworks', { restartrequired: 'true' })).toEqual({});
  });

  test('what zones share is shown once, in the oldest of them, and in each that is asked for', async () => {
    const other = await makeZone(server);
    const [oldest] = each(await listed(server.admin, 'listZones', 'zone'), 'id');
    expect(each(await listed(server.admin, 'listNetworks', 'network'), 'zoneid')).toEqual([oldest]);
    expect(each(await listed(server.admin, 'listNetworks', 'network', { zoneid: other }), 'zoneid')).toEqual([other]);
  });

  describe('deployVirtualMachine', () => {
    test('makes a machine of an offering, a template and a network, and says so', async () => {
      const [serviceofferingid, { id: templateid, ostypeid }, networkids] = [
        await offering('Simulated medium'),
        await template(),
        await network(),
      ];
      const wanted = { serviceofferingid, templateid: String(templateid), networkids, rootdisksize: '3' };
      const vm = await deploy(server.admin, zoneid, wanted);
      expect(vm).toMatchObject({ serviceofferingid, serviceofferingname: 'Simulated medium', cpunumber: 2, cpuspeed: 1000, memory: 2048 });
      expect(vm).toMatchObject({ templateid, templatename: 'Simulated Linux', ostypeid, guestosid: ostypeid, hypervisor: 'Simulator' });
      expect(vm.nic).toMatchObject([{ networkid: networkids, networkname: 'sandbox', isdefault: true }]);
      expect(each(await volumesOf(server.admin, String(vm.id)), 'size')).toEqual([String(3 * GIB)]);
    });

    test('takes the size of a custom offering from the details, and keeps the other details', async () => {
      const serviceofferingid = await offering('Simulated custom');
      const details = {
        'details[0].cpuNumber': '3',
        'details[0].cpuSpeed': '1500',
        'details[0].memory': '768',
        'details[1].boot.type': 'UEFI',
      };
      const vm = await deploy(server.admin, zoneid, { serviceofferingid, ...details });
      expect(vm).toMatchObject({ serviceofferingid, cpunumber: 3, cpuspeed: 1500, memory: 768, details: { 'boot.type': 'UEFI' } });
    });

    test('makes a root disk as large as the template', async () => {
      const { id, size } = await template();
      const { virtualmachine } = await server.admin.run('deployVirtualMachine', { zoneid, templateid: String(id), startvm: 'false' });
      expect(each(await volumesOf(server.admin, String((virtualmachine as Answer).id)), 'size')).toEqual([String(size)]);
    });

    test('makes a data disk of an offering, with its size or with a chosen one', async () => {
      const [small, custom] = [await diskOffering('Simulated small disk'), await diskOffering('Simulated custom disk')];
      for (const [wanted, size] of [
        [{ diskofferingid: small }, 5 * GIB],
        [{ diskofferingid: custom, size: '2' }, 2 * GIB],
      ] as const) {
        const { id } = await deploy(server.admin, zoneid, wanted);
        expect((await volumesOf(server.admin, String(id)))[1]).toMatchObject({ type: 'DATADISK', size });
      }
    });

    test('takes several networks, the first of them the default one, with addresses', async () => {
      const networkid = await network();
      const mac = '02:00:00:AA:BB:CC';
      const list = {
        'iptonetworklist[0].networkid': networkid,
        'iptonetworklist[0].ip': '10.1.9.9',
        'iptonetworklist[1].networkid': networkid,
      };
      const vm = await deploy(server.admin, zoneid, { ...list, macaddress: mac });
      expect(vm.nic).toMatchObject([
        { networkid, ipaddress: '10.1.9.9', macaddress: mac.toLowerCase(), isdefault: true },
        { networkid, isdefault: false },
      ]);
    });

    test.each([
      ['serviceofferingid', 'serviceofferingid', NOBODY],
      ['templateid', 'templateid', NOBODY],
      ['diskofferingid', 'diskofferingid', NOBODY],
      ['networkids', 'networkids', `${NOBODY},${NOBODY}`],
    ])('refuses a %s that names nothing in the words that clients know', async (_, parameter, value) => {
      const { code, text } = await server.admin.refusal('deployVirtualMachine', { zoneid, [parameter]: value });
      expect([code, text]).toEqual([431, idOfWrong(parameter, NOBODY)]);
    });

    test.each<[string, () => Promise<Parameters>, string]>([
      [
        'a size beside a fixed offering',
        async () => ({ serviceofferingid: await offering('Simulated small'), 'details[0].memory': '64' }),
        'has a size of its own; leave memory out',
      ],
      [
        'a custom offering without its whole size',
        async () => ({ serviceofferingid: await offering('Simulated custom'), 'details[0].memory': '64' }),
        'has no size of its own; give cpuNumber, cpuSpeed',
      ],
      [
        'a size beside a fixed disk offering',
        async () => ({ diskofferingid: await diskOffering('Simulated small disk'), size: '2' }),
        'has a size of its own; leave the size out',
      ],
      [
        'a custom disk offering without a size',
        async () => ({ diskofferingid: await diskOffering('Simulated custom disk') }),
        'parameter size: is needed',
      ],
      [
        'networks said in two ways',
        async () => ({ networkids: await network(), 'iptonetworklist[0].networkid': await network() }),
        'parameter iptonetworklist: cannot be given together with networkids',
      ],
      ['a network without an id', async () => ({ 'iptonetworklist[0].ip': '10.1.1.1' }), 'every record needs a networkid'],
      ['an address in no network', async () => ({ ipaddress: '10.1.1.1' }), 'parameter networkids: is needed'],
      ['an address that is none', async () => ({ networkids: await network(), ipaddress: '10.1.1' }), '"10.1.1" is not an IPv4 address'],
      ['a hardware address that is none', async () => ({ networkids: await network(), macaddress: '02' }), '"02" is not six pairs'],
      [
        'a setting whose name XML could not carry',
        async () => ({ 'details[0].two words': 'x' }),
        '"two words" is not the name of a setting',
      ],
      ['a setting that is too long', async () => ({ 'details[0].x': 'x'.repeat(1025) }), 'x is longer than 1024 characters'],
    ])('refuses %s', async (_, parameters, why) => {
      const { code, text } = await server.admin.refusal('deployVirtualMachine', { zoneid, ...(await parameters()) });
      expect([code, text]).toEqual([431, expect.stringContaining(why)]);
    });

    test('refuses an address outside of the network', async () => {
      const { code, text } = await server.admin.refusal('deployVirtualMachine', {
        zoneid,
        networkids: await network(),
        ipaddress: '192.0.2.1',
      });
      expect([code, text]).toEqual([530, expect.stringContaining('the address 192.0.2.1 is not in the network sandbox')]);
    });
  });

  describe('listNics', () => {
    test('shows the interfaces of a machine, page by page', async () => {
      const networkid = await network();
      const vm = await deploy(server.admin, zoneid, { networkids: `${networkid},${networkid}` });
      const nics = await listed(server.admin, 'listNics', 'nic', { virtualmachineid: String(vm.id) });
      expect(nics).toEqual((vm.nic as Answer[]).map((nic) => ({ ...nic, virtualmachineid: vm.id })));
      expect(nics[0]).toMatchObject({ id: aUuid, netmask: '255.255.0.0', gateway: '10.1.0.1', isdefault: true });
      const page = await server.admin.call('listNics', { virtualmachineid: String(vm.id), page: '2', pagesize: '1' });
      expect(page).toEqual({ count: 2, nic: nics.slice(1) });
    });

    test('shows one interface, and refuses one that the machine has not', async () => {
      const [vm, other] = [await deploy(server.admin, zoneid), await deploy(server.admin, zoneid)];
      const nicOf = ({ nic }: Answer) => String((nic as Answer[])[0]?.id);
      const virtualmachineid = String(vm.id);
      expect(each(await listed(server.admin, 'listNics', 'nic', { virtualmachineid, nicid: nicOf(vm) }), 'id')).toEqual([nicOf(vm)]);
      const { code, text } = await server.admin.refusal('listNics', { virtualmachineid, nicid: nicOf(other) });
      expect([code, text]).toEqual([431, idOfWrong('nicid', nicOf(other))]);
    });
  });

  describe('createVolume', () => {
    test('makes a volume of a disk offering, with its size or with a chosen one', async () => {
      const [small, custom] = [await diskOffering('Simulated small disk'), await diskOffering('Simulated custom disk')];
      for (const [wanted, size] of [
        [{ diskofferingid: small }, 5 * GIB],
        [{ diskofferingid: custom, size: '2' }, 2 * GIB],
      ] as const) {
        const { volume } = await server.admin.run('createVolume', { zoneid, name: 'new', ...wanted });
        expect(volume).toMatchObject({ size });
      }
    });

    test('refuses no size, two sizes, and an offering that names nothing', async () => {
      const small = await diskOffering('Simulated small disk');
      const refusalOf = (wanted: Parameters) => server.admin.refusal('createVolume', { zoneid, name: 'odd', ...wanted });
      expect((await refusalOf({})).text).toContain('parameter size: is needed');
      expect((await refusalOf({ diskofferingid: small, size: '1' })).text).toContain('has a size of its own');
      expect(await refusalOf({ diskofferingid: NOBODY, size: '1' })).toEqual({ code: 431, text: idOfWrong('diskofferingid', NOBODY) });
    });
  });
});
