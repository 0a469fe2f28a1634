import type { Answer } from '../../../src/client/api-client.js';
import { deploy, makeDomain, NOBODY, person } from '../scene.js';
import { row, rowOfReader, type Row, type Stage } from './scene.js';

/** An account with one user, named after the row. */
const member = async ({ server, title }: Stage, more = '') => {
  const { account } = (await server.admin.call('createAccount', person(title.replace(' ', '-') + more))) as { account: Answer };
  const [user] = account.user as [Answer];
  return { accountId: String(account.id), accountName: String(account.name), userId: String(user.id) };
};

const domain = async ({ server, title }: Stage, parent = ''): Promise<string> =>
  String((await makeDomain(server, { name: title.replace(' ', '-'), parent })).id);

const DOMAINS: readonly Row[] = [
  row('createDomain', async (stage) => ({ name: 'low', parentdomainid: await domain(stage) })),
  row('deleteDomain', async (stage) => ({ id: await domain(stage) })),
  row('deleteDomain.cleanup', async (stage) => {
    const id = await domain(stage);
    await stage.server.createUser('tenant', { domainid: id });
    return { id, cleanup: 'true' };
  }),
  row('listDomainChildren', async (stage) => {
    const id = await domain(stage);
    await domain(stage, id);
    return { id };
  }),
  row('listDomains', () => ({ name: 'ROOT', details: 'min' })),
  row('listDomains.below', async (stage) => ({ id: await domain(stage) })),
  row('updateDomain', async (stage) => ({ id: await domain(stage), name: `renamed-${stage.format}` })),
];

const ACCOUNTS: readonly Row[] = [
  row('createAccount', ({ format }) => ({ ...person(`founder-${format}`), timezone: 'Europe/Berlin' })),
  row('deleteAccount', async (stage) => ({ id: (await member(stage)).accountId })),
  row('disableAccount', async (stage) => ({ id: (await member(stage)).accountId, lock: 'false' })),
  row('enableAccount', async (stage) => {
    const { accountId: id } = await member(stage);
    await stage.server.admin.call('lockAccount', { id });
    return { id };
  }),
  row('listAccounts', ({ world }) => ({ id: world.reader.accountId })),
  row('lockAccount', async (stage) => ({ account: (await member(stage)).accountName })),
  row('updateAccount', async (stage) => ({ id: (await member(stage)).accountId, newname: `renamed-${stage.format}` })),
];

const USERS: readonly Row[] = [
  row('createUser', async ({ server, format }) => {
    await server.admin.call('createAccount', { ...person(`first-${format}`), account: `team-${format}` });
    return { ...person(`second-${format}`), account: `team-${format}` };
  }),
  row('deleteUser', async (stage) => ({ id: (await member(stage)).userId })),
  row('disableUser', async (stage) => ({ id: (await member(stage)).userId })),
  row('enableUser', async (stage) => ({ id: (await member(stage)).userId })),
  row('getUser', ({ world }) => ({ userapikey: world.reader.keys.apikey })),
  row('getUserKeys', ({ world }) => ({ id: world.reader.userId })),
  row('getUserKeys.none', async (stage) => ({ id: (await member(stage)).userId })),
  row('listUsers', ({ world }) => ({ id: world.reader.userId })),
  row('lockUser', async (stage) => ({ id: (await member(stage)).userId })),
  row('moveUser', async (stage) => {
    const { accountId } = await member(stage, '-host');
    return { id: (await member(stage)).userId, accountid: accountId };
  }),
  row('registerUserKeys', async ({ server, format }) => ({ id: (await server.createUser(`keys-${format}`)).userId })),
  row('updateUser', async (stage) => ({ id: (await member(stage)).userId, firstname: 'Grace', timezone: 'Etc/UTC' })),
];

/** Successes of what is done with domains, accounts and users. */
export const IDENTITY: readonly Row[] = [...DOMAINS, ...ACCOUNTS, ...USERS];

/** Refusals of what is done with domains, accounts and users. */
export const REFUSED_IDENTITY: readonly Row[] = [
  row('createAccount.exists', () => person('reader')),
  row('createAccount.type', () => ({ ...person('new'), accounttype: '5' })),
  row('createAccount.timezone', () => ({ ...person('new'), timezone: 'Mars/Olympus' })),
  row('createUser.exists', () => ({ ...person('reader'), account: 'reader' })),
  row('createUser.no-account', () => ({ ...person('new'), account: 'nobody' })),
  row('listAccounts.type', () => ({ accounttype: '5' })),
  row('getUser.no-key', () => ({ userapikey: 'nobody' })),
  row('createDomain.slash', () => ({ name: 'a/b' })),
  row('createDomain.exists', async (stage) => {
    const id = await domain(stage);
    await domain(stage, id);
    return { name: stage.title.replace(' ', '-'), parentdomainid: id };
  }),
  row('createDomain.not-a-uuid', () => ({ name: 'a', domainid: 'mine' })),
  rowOfReader('createDomain.not-of-the-role', () => ({ name: 'a' })),
  row('updateDomain.top', ({ world }) => ({ id: world.domainId, name: 'LEAF' })),
  row('deleteDomain.top', ({ world }) => ({ id: world.domainId })),
  row('deleteDomain.accounts', async (stage) => {
    const id = await domain(stage);
    await stage.server.createUser('tenant', { domainid: id });
    return { id };
  }),
  row('listDomainChildren.nothing', () => ({ id: NOBODY })),
  row('createAccount.administrator-elsewhere', async (stage) => ({
    ...person('misplaced'),
    accounttype: '1',
    domainid: await domain(stage),
  })),
  row('updateAccount.nameless', () => ({ newname: 'nameless' })),
  row('updateAccount.exists', async (stage) => ({ id: (await member(stage)).accountId, newname: 'admin' })),
  row('disableAccount.own', () => ({ account: 'admin', lock: 'true' })),
  row('disableAccount.how', ({ world }) => ({ id: world.reader.accountId })),
  row('deleteAccount.machines', async (stage) => {
    const { client, accountId } = await stage.server.createUser(`owner-${stage.format}`);
    await deploy(client, await stage.zone());
    return { id: accountId };
  }),
  row('updateUser.half-a-pair', ({ world }) => ({ id: world.reader.userId, userapikey: 'x' })),
  rowOfReader('updateUser.current-password', ({ world }) => ({ id: world.reader.userId, password: 'x', currentpassword: 'wrong' })),
  rowOfReader('updateUser.denied', async (stage) => ({ id: (await member(stage)).userId, firstname: 'Mine' })),
  row('deleteUser.first', async ({ server }) => {
    const { user } = (await server.admin.call('listUsers', { username: 'admin' })) as { user: Answer[] };
    return { id: String(user[0]?.id) };
  }),
  row('moveUser.elsewhere', async (stage) => {
    const { accountId } = await stage.server.createUser('tenant', { domainid: await domain(stage) });
    return { id: (await member(stage)).userId, accountid: accountId };
  }),
];
