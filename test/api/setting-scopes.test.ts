import type { Answer } from '../../src/client/api-client.js';
import { insertDomain } from '../kit/builders.js';
import { forEachEngine } from '../kit/engines.js';
import { only, uniqueName } from '../kit/scene.js';
import { testServer } from '../kit/server.js';

type Parameters = Readonly<Record<string, string>>;

const ADDRESSES = 'api.allowed.source.cidr.list';
const KEYS = 'api.key.access';

forEachEngine((engine) => {
  const server = testServer(engine);
  const set = async (name: string, value: string, scope: Parameters = {}) =>
    (await server.admin.call('updateConfiguration', { name, value, ...scope })).configuration as Answer;
  const reset = (name: string, scope: Parameters) => server.admin.call('resetConfiguration', { name, ...scope });
  const valueIn = async (name: string, scope: Parameters) =>
    (await only(server.admin, 'listConfigurations', 'configuration', { name, ...scope })).value;

  /** A domain, one below it, and an account in that. */
  const makeTree = async () => {
    const { daos } = server.db;
    const root = await daos.domains.findByPath('ROOT');
    const name = uniqueName('upper');
    const upper = await insertDomain(daos, { name, path: `ROOT/${name}`, parentId: root?.id ?? null });
    const lower = await insertDomain(daos, { name: 'lower', path: `ROOT/${name}/lower`, parentId: upper.id });
    const { accountId } = await server.createUser(uniqueName('tenant'), { domainid: lower.uuid });
    return { upper: { domainid: upper.uuid }, lower: { domainid: lower.uuid }, account: { accountid: accountId }, name };
  };

  test('a value of an account holds for it, else that of the nearest domain, else the global one', async () => {
    const { upper, lower, account } = await makeTree();
    const values = async () => [await valueIn(ADDRESSES, upper), await valueIn(ADDRESSES, lower), await valueIn(ADDRESSES, account)];
    const all = '0.0.0.0/0,::/0';
    expect(await values()).toEqual([all, all, all]);
    expect(await set(ADDRESSES, '10.1.0.0/16', upper)).toMatchObject({ value: '10.1.0.0/16', scope: 'domain' });
    expect(await values()).toEqual(['10.1.0.0/16', '10.1.0.0/16', '10.1.0.0/16']);
    await set(ADDRESSES, '10.2.0.0/16', lower);
    expect(await set(ADDRESSES, '10.3.0.0/16', account)).toMatchObject({ value: '10.3.0.0/16', scope: 'account' });
    expect(await values()).toEqual(['10.1.0.0/16', '10.2.0.0/16', '10.3.0.0/16']);
    expect(await valueIn(ADDRESSES, {})).toBe(all);
    expect(await reset(ADDRESSES, account)).toMatchObject({ configuration: { value: '10.2.0.0/16', scope: 'Account' } });
    expect(await reset(ADDRESSES, lower)).toMatchObject({ configuration: { value: '10.1.0.0/16', scope: 'Domain' } });
  });

  test('a value of a domain goes with it when it is renamed', async () => {
    const { upper, lower } = await makeTree();
    await set(KEYS, 'false', upper);
    await server.admin.call('updateDomain', { id: String(upper.domainid), name: uniqueName('renamed') });
    expect([await valueIn(KEYS, upper), await valueIn(KEYS, lower)]).toEqual(['false', 'false']);
  });

  test('a domain that takes the path of a removed one has nothing of it', async () => {
    const { daos } = server.db;
    const root = await daos.domains.findByPath('ROOT');
    const name = uniqueName('again');
    const make = async () =>
      String(((await server.admin.call('createDomain', { name, parentdomainid: String(root?.uuid) })).domain as Answer).id);
    const first = await make();
    await set(KEYS, 'false', { domainid: first });
    await server.admin.run('deleteDomain', { id: first });
    expect(await valueIn(KEYS, { domainid: await make() })).toBe('true');
  });

  test.each([
    ['an account', KEYS, 'account'],
    ['a zone', KEYS, 'zone'],
    ['a zone', ADDRESSES, 'zone'],
  ] as const)('%s cannot have a value of %s', async (_, name, kind) => {
    const { account } = await makeTree();
    const zone = await only(server.admin, 'listZones', 'zone', { name: 'sandbox' });
    const scope = kind === 'zone' ? { zoneid: String(zone.id) } : account;
    const { code, text } = await server.admin.refusal('updateConfiguration', { name, value: 'true', ...scope });
    expect([code, text]).toEqual([431, `Invalid scope id provided for the parameter ${name}`]);
  });
});
