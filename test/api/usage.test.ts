import type { Answer } from '../../src/client/api-client.js';
import { insertDomain } from '../kit/builders.js';
import { Clock } from '../kit/clock.js';
import { forEachEngine } from '../kit/engines.js';
import { deploy, each, listed, makeZone, NOBODY, only, protectedMachine, script, takeBackup, uniqueName } from '../kit/scene.js';
import { testServer } from '../kit/server.js';
import { aDate, aUuid } from '../kit/signed-request.js';
import type { TestClient } from '../kit/test-client.js';

type Parameters = Readonly<Record<string, string>>;

const MINUTE_MS = 60_000;

forEachEngine((engine) => {
  const clock = new Clock();
  const server = testServer(engine, { now: clock.now });
  const text = (moment: Date) => moment.toISOString().replace(/\.\d+Z/, '+0000');
  const EVER = { startdate: '2020-01-01', enddate: '2999-12-31' };
  const records = (parameters: Parameters = {}, client: TestClient = server.admin) =>
    listed(client, 'listUsageRecords', 'usagerecord', { ...EVER, ...parameters });
  const minutes = ({ rawusage }: Answer = {}) => Math.round(Number(rawusage) * 60);

  // The keys of requests expire ten minutes after the clock of the client: a file may put its server forward by less.
  test('counts the time from the assignment until nothing is left, with what is held at the end', async () => {
    const { zoneId, vmId, vmName, policyId } = await protectedMachine(server);
    const began = clock.now();
    clock.forward(2 * MINUTE_MS);
    await script(server, zoneId, { 'size.bytes': '123' });
    const { id } = await takeBackup(server.admin, vmId);
    const [record] = await records({ usageid: vmId });
    expect(record).toEqual({
      ...{ account: 'admin', accountid: aUuid, domain: 'ROOT', domainid: aUuid, zoneid: zoneId, name: vmName, usagetype: 28 },
      ...{ virtualmachineid: vmId, usageid: vmId, offeringid: policyId, size: 123, virtualsize: 123, startdate: aDate, enddate: aDate },
      description: expect.stringContaining(vmName) as string,
      usage: `${String(record?.rawusage)} Hrs`,
      rawusage: expect.stringMatching(/^0\.\d{6}$/) as string,
    });
    expect(minutes(record)).toBe(2);

    await server.admin.run('removeVirtualMachineFromBackupOffering', { virtualmachineid: vmId });
    clock.forward(MINUTE_MS);
    expect((await records({ usageid: vmId })).map((one) => [minutes(one), one.size])).toEqual([[3, 123]]);

    await server.admin.run('deleteBackup', { id: String(id) });
    const ended = clock.now();
    clock.forward(MINUTE_MS);
    expect((await records({ usageid: vmId })).map((one) => [minutes(one), one.size, one.virtualsize])).toEqual([[3, 0, 0]]);
    expect(await records({ usageid: vmId, enddate: text(new Date(began.getTime() - MINUTE_MS)) })).toEqual([]);
    expect(await records({ usageid: vmId, startdate: text(new Date(ended.getTime() + 2000)) })).toEqual([]);
  });

  test('counts neither a machine that could not be assigned nor a backup that failed', async () => {
    const zoneId = await makeZone(server);
    const { id } = await deploy(server.admin, zoneId);
    const { vmId, zoneId: other } = await protectedMachine(server);
    await script(server, other, { 'fail.call': 'takeBackup' });
    await server.admin.refusal('createBackup', { virtualmachineid: vmId });
    const [failed] = await listed(server.admin, 'listBackups', 'backup', { virtualmachineid: vmId });
    await server.admin.run('deleteBackup', { id: String(failed?.id) });
    expect(await records({ usageid: String(id) })).toEqual([]);
    expect(each(await records({ usageid: vmId }), 'size')).toEqual(['0']);
  });

  test('shows an administrator everybody, or one account, and nothing to users', async () => {
    const user = await server.createUser(uniqueName('tenant'));
    const { vmId } = await protectedMachine(server, { client: user.client });
    const own = { account: String(user.account.name), domainid: String(user.account.domainid) };
    expect(each(await records(), 'usageid')).toContain(vmId);
    expect(each(await records(own), 'usageid')).toEqual([vmId]);
    expect(each(await records({ accountid: user.accountId }), 'usageid')).toEqual([vmId]);
    expect((await user.client.refusal('listUsageRecords', EVER)).code).toBe(432);
  });

  test('shows an administrator of a domain what was used in it and below it, and nothing beside it', async () => {
    const top = await server.db.daos.domains.findByPath('ROOT');
    const north = await insertDomain(server.db.daos, { name: 'north', path: 'ROOT/north', parentId: top?.id ?? null });
    const far = await insertDomain(server.db.daos, { name: 'far', path: 'ROOT/north/far', parentId: north.id });
    const admin = await server.createUser(uniqueName('north'), { domainid: north.uuid, accounttype: '2' });
    const user = await server.createUser(uniqueName('far'), { domainid: far.uuid });
    const { vmId } = await protectedMachine(server, { client: user.client });
    expect(each(await records({}, admin.client), 'usageid')).toEqual([vmId]);
    expect(await records({ domainid: north.uuid }, admin.client)).toEqual([]);
    expect(each(await records({ domainid: north.uuid, isrecursive: 'true' }, admin.client), 'usageid')).toEqual([vmId]);
    expect((await admin.client.refusal('listUsageRecords', { ...EVER, domainid: String(top?.uuid) })).code).toBe(531);
  });

  test('narrows by type, machine and keyword, page by page', async () => {
    const [one, two] = [await protectedMachine(server), await protectedMachine(server)];
    expect(each(await records({ type: '28' }), 'usageid')).toEqual(expect.arrayContaining([one.vmId, two.vmId]));
    expect(await records({ type: '1' })).toEqual([]);
    expect(each(await records({ keyword: two.vmName }), 'usageid')).toEqual([two.vmId]);
    const all = await records();
    const page = await server.admin.call('listUsageRecords', { ...EVER, page: '2', pagesize: '1' });
    expect(page).toEqual({ count: all.length, usagerecord: [expect.objectContaining({ usageid: all[1]?.usageid })] });
  });

  test('has nothing for a period that has not begun', async () => {
    await protectedMachine(server);
    expect(await records({ startdate: '2998-01-01' })).toEqual([]);
  });

  test('refuses a period that ends before it begins, and ids that name nothing', async () => {
    const refused = (parameters: Parameters) => server.admin.refusal('listUsageRecords', { ...EVER, ...parameters });
    expect(await refused({ enddate: '2019-01-01' })).toEqual({ code: 431, text: 'parameter enddate: is before startdate' });
    for (const name of ['accountid', 'domainid', 'usageid']) expect((await refused({ [name]: NOBODY })).code).toBe(431);
  });

  test('names the one type of usage, and has nothing to generate', async () => {
    expect(await only(server.admin, 'listUsageTypes', 'usagetype')).toMatchObject({ id: 28, usagetypeid: 28, name: 'BACKUP' });
    expect(await server.admin.call('generateUsageRecords', EVER)).toEqual({ success: true });
  });
});
