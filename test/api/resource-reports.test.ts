import { insertDomain } from '../kit/builders.js';
import { forEachEngine } from '../kit/engines.js';
import { deploy, listed, makeVolume, only, protectedMachine, takeBackup, uniqueName } from '../kit/scene.js';
import { testServer } from '../kit/server.js';

/** What there is nothing of. */
const NONE = { limit: 'Unlimited', total: 0, available: 'Unlimited' };
const ABSENT = ['snapshot', 'template', 'secondarystorage', 'bucket', 'objectstorage', 'ip', 'network', 'vpc'];
const unlimited = (total: number) => ({ ...NONE, total });

/** The fields of the kind. */
const of = (kind: string, { limit, total, available }: typeof NONE) => ({
  [`${kind}limit`]: limit,
  [`${kind}total`]: total,
  [`${kind}available`]: available,
});
const fields = (kinds: Readonly<Record<string, typeof NONE>>) =>
  Object.assign({}, ...Object.entries(kinds).map(([kind, has]) => of(kind, has)));

forEachEngine((engine) => {
  const server = testServer(engine, { settings: { 'sandbox.enabled': false } });

  /** A user of a domain, which is below another one if that is given. */
  async function newOwner(abovePath = 'ROOT') {
    const above = await server.db.daos.domains.findByPath(abovePath);
    const name = uniqueName('domain');
    const domain = await insertDomain(server.db.daos, { name, path: `${abovePath}/${name}`, parentId: above!.id });
    const user = await server.createUser(uniqueName('user'), { domainid: domain.uuid });
    const account = { domainid: domain.uuid, account: String(user.account.name) };
    return { user, domain, account, client: user.client };
  }

  /** Two machines with a volume more, one of which has a backup. */
  async function furnish({ client }: Awaited<ReturnType<typeof newOwner>>): Promise<void> {
    const { vmId, zoneId } = await protectedMachine(server, {
      client,
      machine: { 'details[0].cpuNumber': '2', 'details[0].memory': '1024' },
    });
    await deploy(client, zoneId, { 'details[0].cpuNumber': '3', 'details[0].memory': '512', size: '4' });
    await makeVolume(client, zoneId, { size: '7' });
    await takeBackup(client, vmId);
  }

  const FURNISHED = {
    vm: unlimited(2),
    cpu: unlimited(5),
    memory: unlimited(1536),
    volume: unlimited(4),
    primarystorage: unlimited(13),
    ...Object.fromEntries(ABSENT.map((kind) => [kind, NONE])),
  };

  test('an account shows what it has, may have and may still get', async () => {
    const owner = await newOwner();
    await furnish(owner);
    expect(await only(owner.client, 'listAccounts', 'account')).toMatchObject(
      fields({
        ...FURNISHED,
        backup: { limit: '20', total: 1, available: '19' },
        backupstorage: { limit: '400', total: 1, available: '399' },
      }),
    );
  });

  test('a domain shows what is below it too', async () => {
    const north = await newOwner();
    const far = await newOwner(north.domain.path);
    const further = await newOwner(far.domain.path);
    await furnish(north);
    await furnish(further);
    const shown = async ({ domain }: typeof north) => only(server.admin, 'listDomains', 'domain', { id: domain.uuid });
    expect(await shown(north)).toMatchObject({ vmtotal: 4, memorytotal: 3072, volumetotal: 8, backuptotal: 2, backupavailable: '38' });
    for (const lower of [far, further]) {
      expect(await shown(lower)).toMatchObject(
        fields({
          ...FURNISHED,
          backup: { limit: '40', total: 1, available: '39' },
          backupstorage: { limit: '800', total: 1, available: '799' },
        }),
      );
    }
  });

  test('a list shows of each what that one has', async () => {
    const [north, south] = [await newOwner(), await newOwner()];
    await deploy(north.client, (await protectedMachine(server, { client: south.client })).zoneId);
    await deploy(south.client, (await protectedMachine(server, { client: south.client })).zoneId);
    const total = async (command: string, object: string, names: readonly unknown[]) => {
      const all = await listed(server.admin, command, object, { listall: 'true' });
      return names.map((wanted) => all.find(({ name }) => name === wanted)?.vmtotal);
    };
    expect(await total('listAccounts', 'account', [north.user.account.name, south.user.account.name])).toEqual([1, 3]);
    expect(await total('listDomains', 'domain', [north.domain.name, south.domain.name])).toEqual([1, 3]);
  });

  test('what is destroyed does not count', async () => {
    const owner = await newOwner();
    const { zoneId } = await protectedMachine(server, { client: owner.client });
    const { id } = await deploy(owner.client, zoneId);
    await owner.client.run('destroyVirtualMachine', { id: String(id) });
    expect(await only(owner.client, 'listAccounts', 'account')).toMatchObject({ vmtotal: 1, volumetotal: 1 });
  });

  test('who has more than a lowered limit may get nothing more', async () => {
    const owner = await newOwner();
    const { vmId } = await protectedMachine(server, { client: owner.client });
    await takeBackup(owner.client, vmId);
    await server.admin.call('updateResourceLimit', { ...owner.account, resourcetype: '12', max: '0' });
    expect(await only(owner.client, 'listAccounts', 'account')).toMatchObject({ backuplimit: '0', backuptotal: 1, backupavailable: '0' });
  });

  test('a root administrator and the top are unlimited', async () => {
    for (const shown of [
      await only(server.admin, 'listAccounts', 'account'),
      await only(server.admin, 'listDomains', 'domain', { name: 'ROOT' }),
    ]) {
      expect(shown).toMatchObject({ backuplimit: 'Unlimited', backupavailable: 'Unlimited', backupstoragelimit: 'Unlimited' });
    }
  });

  test('commands that change an account or a domain show it too', async () => {
    const owner = await newOwner();
    await furnish(owner);
    const { account } = await server.admin.call('updateAccount', { id: owner.user.accountId, newname: uniqueName('renamed') });
    const { domain } = await server.admin.call('updateDomain', { id: owner.domain.uuid, name: uniqueName('renamed') });
    expect([account, domain]).toMatchObject([{ vmtotal: 2 }, { vmtotal: 2 }]);
  });

  describe.each([
    ['listAccounts', 'account'],
    ['listDomains', 'domain'],
  ])('%s', (command, object) => {
    test.each(['all', 'resource', 'min,resource', ''])('shows them with details=%s', async (details) => {
      expect((await listed(server.admin, command, object, { details }))[0]).toHaveProperty('vpctotal', 0);
    });

    test('leaves them out with details=min', async () => {
      const [shown] = await listed(server.admin, command, object, { details: 'min' });
      expect(shown).toMatchObject({ name: expect.any(String) as string });
      expect(Object.keys(shown ?? {}).filter((name) => /(limit|total|available)$/.test(name))).toEqual([]);
    });

    test('refuses details that there are not', async () => {
      expect(await server.admin.refusal(command, { details: 'min,most' })).toEqual({
        code: 431,
        text: 'parameter details: "most" is no detail; there are all, resource, min',
      });
    });
  });
});
