import type { Answer } from '../../../src/client/api-client.js';
import { insertWebhook, insertWebhookDelivery } from '../builders.js';
import { present } from '../engines.js';
import { deploy, each, importPolicy, listed, makeDomain, makeVolume, makeZone, person, scheduleBackup, volumesOf } from '../scene.js';
import type { TestServer, TestUser } from '../server.js';
import type { TestClient } from '../test-client.js';

/** What an account has, one of everything, and where: ids, unless the field says that it is a name or a key. */
export interface Possessions {
  readonly accountId: string;
  readonly accountName: string;
  readonly apiKey: string;
  /** Backed up, and in an offering. */
  readonly backedUp: string;
  readonly backup: string;
  readonly delivery: string;
  readonly domainId: string;
  readonly event: string;
  readonly job: string;
  readonly loneVolume: string;
  readonly offering: string;
  readonly otherUserId: string;
  readonly restore: string;
  /** Of the machine that is backed up. */
  readonly schedule: string;
  /** In no offering. */
  readonly spare: string;
  readonly userId: string;
  readonly volumeInBackup: string;
  readonly volumeOfSpare: string;
  /** Disabled; what was delivered to it was about nothing. */
  readonly webhook: string;
  readonly zone: string;
}

/** Somebody who calls, with what belongs to it. */
export interface Caller {
  readonly role: 'Admin' | 'ResourceAdmin' | 'DomainAdmin' | 'User';
  readonly client: TestClient;
}

export interface Outsider extends Caller {
  readonly mine: Possessions;
  /** Whether it is in home or below it, and so knows what home is called. */
  readonly knowsHome: boolean;
}

/** ROOT, in it parent, in that home and beside, in home below. The owner is a user in home. */
export interface Cast {
  readonly theirs: Possessions;
  /** Texts by which something of the owner's could be recognised in an answer. */
  readonly secrets: readonly string[];
  /** Those who may use what is the owner's. */
  readonly insiders: Readonly<Record<Insider, Caller>>;
  /** Those who may not. */
  readonly outsiders: Readonly<Record<OutsiderName, Outsider>>;
}

export const INSIDERS = ['user of the account', 'administrator of home', 'administrator of parent', 'resource administrator of home', 'root administrator'] as const; // prettier-ignore
export type Insider = (typeof INSIDERS)[number];

export const OUTSIDERS = ['another account in home', 'user of beside', 'administrator of beside', 'resource administrator of below'] as const; // prettier-ignore
export type OutsiderName = (typeof OUTSIDERS)[number];

const ACCOUNT_TYPES = { User: '0', DomainAdmin: '2', ResourceAdmin: '3' } as const;

/** So begins whatever the owner has given a name. */
const HIDDEN = 'hidden-';

/** Makes the domains, the owner with one of everything, and everybody who tries to reach it. */
export async function assemble(server: TestServer): Promise<Cast> {
  const domain = async (name: string, parent = '') => String((await makeDomain(server, { name, parent })).id);
  const parent = await domain('parent');
  const [home, beside] = [await domain('home', parent), await domain('beside', parent)];
  const below = await domain('below', home);
  const zone = await makeZone(server);
  const offering = await importPolicy(server, zone);
  const someone = async (name: string, domainid: string, accounttype = '0') => server.createUser(name, { domainid, accounttype });
  const possess = (user: TestUser, prefix = '') => possessionsOf(server, user, { zone, offering, prefix });
  const administrator = async (name: string, domainid: string, role: keyof typeof ACCOUNT_TYPES): Promise<Caller> => {
    const { client } = await someone(name, domainid, ACCOUNT_TYPES[role]);
    return { role, client };
  };
  const outsider = async (name: string, domainid: string, role: keyof typeof ACCOUNT_TYPES): Promise<Outsider> => {
    const user = await someone(name, domainid, ACCOUNT_TYPES[role]);
    return { role, client: user.client, mine: await possess(user), knowsHome: domainid !== beside };
  };
  const owner = await someone(`${HIDDEN}owner`, home);
  const [theirs, colleague, stranger, rival, tenant] = await Promise.all([
    possess(owner, HIDDEN),
    outsider('colleague', home, 'User'),
    outsider('stranger', beside, 'User'),
    outsider('rival', beside, 'DomainAdmin'),
    outsider('tenant', below, 'ResourceAdmin'),
  ]);
  return {
    theirs,
    secrets: [HIDDEN, ...Object.entries(theirs).flatMap(([field, id]) => (['zone', 'offering', 'domainId'].includes(field) ? [] : [id]))],
    insiders: {
      'user of the account': { role: 'User', client: owner.client },
      'administrator of home': await administrator('chief', home, 'DomainAdmin'),
      'administrator of parent': await administrator('overseer', parent, 'DomainAdmin'),
      'resource administrator of home': await administrator('keeper', home, 'ResourceAdmin'),
      'root administrator': { role: 'Admin', client: server.admin },
    },
    outsiders: {
      'another account in home': colleague,
      'user of beside': stranger,
      'administrator of beside': rival,
      'resource administrator of below': tenant,
    },
  };
}

interface Place {
  readonly zone: string;
  readonly offering: string;
  readonly prefix: string;
}

async function possessionsOf(server: TestServer, owner: TestUser, { zone, offering, prefix }: Place): Promise<Possessions> {
  const { client, account, accountId, userId, keys } = owner;
  const name = (what: string) => `${prefix}${what}-of-${String(account.name)}`;
  const machine = async (what: string) => String((await deploy(client, zone, { name: name(what), displayname: name(what), size: '1' })).id);
  const [backedUp, spare] = [await machine('machine'), await machine('spare')];
  await client.run('assignVirtualMachineToBackupOffering', { virtualmachineid: backedUp, backupofferingid: offering });
  await client.run('createBackup', { virtualmachineid: backedUp, name: name('backup') });
  const [backup] = await listed(client, 'listBackups', 'backup');
  await client.run('restoreBackup', { id: String(backup?.id) });
  const { jobid } = await client.call('stopVirtualMachine', { id: spare });
  await client.ended(String(jobid));
  const second = { ...person(name('second')), account: String(account.name), domainid: String(account.domainid) };
  const { user } = (await server.admin.call('createUser', second)) as { user: Answer };
  const { daos } = server.db;
  const { id, domainId } = present(await daos.accounts.findByUuid(accountId));
  const webhook = await insertWebhook(daos, { accountId: id, domainId, name: name('webhook'), state: 'Disabled' });
  return {
    accountId,
    accountName: String(account.name),
    apiKey: keys.apikey,
    backedUp,
    backup: String(backup?.id),
    delivery: await insertWebhookDelivery(daos, webhook),
    domainId: String(account.domainid),
    event: String((await listed(client, 'listEvents', 'event'))[0]?.id),
    job: String(jobid),
    loneVolume: await makeVolume(client, zone, { name: name('volume') }),
    offering,
    otherUserId: String(user.id),
    restore: String((await listed(client, 'listRestores', 'restore'))[0]?.id),
    schedule: String((await scheduleBackup(client, backedUp)).id),
    spare,
    userId,
    volumeInBackup: String(each(await volumesOf(client, backedUp), 'id')[0]),
    volumeOfSpare: String(each(await volumesOf(client, spare), 'id')[1]),
    webhook: webhook.uuid,
    zone,
  };
}
