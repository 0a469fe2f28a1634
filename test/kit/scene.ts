import type { Answer } from '../../src/client/api-client.js';
import type { TestServer } from './server.js';
import type { TestClient } from './test-client.js';
import { uniqueName } from './unique-name.js';

type Parameters = Readonly<Record<string, string>>;

/** A uuid that nothing has. */
export const NOBODY = '0d0d0d0d-0000-4000-8000-00000000dead';

export const GIB = 2 ** 30;

export { uniqueName };

/** What createAccount and createUser ask of a new user. */
export const person = (username: string) => ({
  username,
  password: 'a long enough secret',
  firstname: 'Ada',
  lastname: 'Lovelace',
  email: 'ada@example.org',
});

/** The objects of a list command, none if the list is empty. */
export async function listed(client: TestClient, command: string, object: string, parameters: Parameters = {}): Promise<Answer[]> {
  return ((await client.call(command, parameters))[object] ?? []) as Answer[];
}

/** The only object that a list command shows; rejects if it shows none or several. */
export async function only(client: TestClient, command: string, object: string, parameters: Parameters = {}): Promise<Answer> {
  const [first, ...others] = await listed(client, command, object, parameters);
  if (!first || others.length > 0) throw new Error(`${command} shows ${others.length + (first ? 1 : 0)} objects, not one`);
  return first;
}

/** The values of one field of the objects, as text. */
export const each = (objects: readonly Answer[], field: string): string[] => objects.map((object) => String(object[field]));

/** Gives a setting a value, in a zone or everywhere. */
export const configure = ({ admin }: TestServer, name: string, value: string, zoneid?: string): Promise<Answer> =>
  admin.call('updateConfiguration', { name, value, ...(zoneid === undefined ? {} : { zoneid }) });

/** Does what changes the volumes of machines that are in an offering, which is refused otherwise. */
export async function changingVolumes<T>(server: TestServer, work: () => Promise<T>): Promise<T> {
  await configure(server, 'backup.enable.attach.detach.of.volumes', 'true');
  try {
    return await work();
  } finally {
    await configure(server, 'backup.enable.attach.detach.of.volumes', 'false');
  }
}

/** Scripts the dummy provider of the zone, by the names of its settings. */
export async function script(server: TestServer, zoneId: string, settings: Parameters): Promise<void> {
  for (const [key, value] of Object.entries(settings)) await configure(server, `backup.plugin.dummy.${key}`, value, zoneId);
}

/** Makes a zone in which backups work; answers its id. */
export async function makeZone(server: TestServer, { enabled = 'true', name = uniqueName('zone') } = {}): Promise<string> {
  const wanted = { name, networktype: 'Advanced', dns1: '10.0.0.1', internaldns1: '10.0.0.2' };
  const { zone } = (await server.admin.call('createZone', wanted)) as { zone: Answer };
  await configure(server, 'backup.framework.enabled', enabled, String(zone.id));
  return String(zone.id);
}

/** Makes a domain below another one, below ROOT unless that is given; answers it. */
export async function makeDomain({ admin }: TestServer, { name = uniqueName('domain'), parent = '' } = {}): Promise<Answer> {
  const wanted = { name, ...(parent === '' ? {} : { parentdomainid: parent }) };
  return (await admin.call('createDomain', wanted)).domain as Answer;
}

/** Makes a stopped machine with a root disk of 1 GiB; answers the machine. */
export async function deploy(client: TestClient, zoneid: string, overrides: Parameters = {}): Promise<Answer> {
  const wanted = { zoneid, name: uniqueName('vm'), rootdisksize: '1', startvm: 'false', ...overrides };
  return (await client.run('deployVirtualMachine', wanted)).virtualmachine as Answer;
}

/** Makes a volume of 1 GiB; answers its id. */
export async function makeVolume(client: TestClient, zoneid: string, overrides: Parameters = {}): Promise<string> {
  const { volume } = await client.run('createVolume', { zoneid, name: uniqueName('volume'), size: '1', ...overrides });
  return String((volume as Answer).id);
}

/** Imports the dummy provider's golden policy; answers its id. */
export async function importPolicy({ admin }: TestServer, zoneid: string, overrides: Parameters = {}): Promise<string> {
  const { backuppolicy } = await admin.run('importBackupPolicy', {
    zoneid,
    name: uniqueName('policy'),
    externalid: 'gold-policy',
    ...overrides,
  });
  return String((backuppolicy as Answer).id);
}

/** A machine that is assigned to a policy, in a zone of its own. */
export interface Protected {
  readonly zoneId: string;
  readonly policyId: string;
  readonly vmId: string;
  readonly vmName: string;
}

interface ProtectedWish {
  /** Who owns the machine; the administrator if absent. */
  readonly client?: TestClient;
  readonly machine?: Parameters;
  readonly policy?: Parameters;
}

/** Makes a zone, a policy and a machine that is assigned to it. */
export async function protectedMachine(
  server: TestServer,
  { client = server.admin, machine = {}, policy = {} }: ProtectedWish = {},
): Promise<Protected> {
  const zoneId = await makeZone(server);
  const policyId = await importPolicy(server, zoneId, policy);
  const vm = await deploy(client, zoneId, machine);
  await client.run('assignBackupPolicy', { virtualmachineid: String(vm.id), backuppolicyid: policyId });
  return { zoneId, policyId, vmId: String(vm.id), vmName: String(vm.name) };
}

/** Takes a backup of the machine; answers it as listBackups shows it. */
export async function takeBackup(client: TestClient, vmId: string, parameters: Parameters = {}): Promise<Answer> {
  await client.run('createBackup', { virtualmachineid: vmId, ...parameters });
  const newest = (await listed(client, 'listBackups', 'backup', { virtualmachineid: vmId })).at(-1);
  if (!newest) throw new Error(`machine ${vmId} has no backup`);
  return newest;
}

/** Gives the machine a schedule, of every day unless it is overridden; answers it. */
export async function scheduleBackup(client: TestClient, vmId: string, overrides: Parameters = {}): Promise<Answer> {
  const daily = { intervaltype: 'DAILY', schedule: '15:02', timezone: 'Europe/Zurich' };
  return (await client.call('createBackupSchedule', { virtualmachineid: vmId, ...daily, ...overrides })).backupschedule as Answer;
}

/** Adds a backup repository to the zone, a share of NFS unless it is overridden; answers it. */
export async function addRepository({ admin }: TestServer, zoneid: string, overrides: Parameters = {}): Promise<Answer> {
  const share = { name: uniqueName('repository'), address: '10.0.0.1:/x', type: 'nfs' };
  return (await admin.call('addBackupRepository', { zoneid, ...share, ...overrides })).backuprepository as Answer;
}

/** A machine that is assigned to a policy and has one backup. */
export async function backedUpMachine(
  server: TestServer,
  wish: ProtectedWish = {},
): Promise<Protected & { readonly backup: Answer; readonly backupId: string }> {
  const scene = await protectedMachine(server, wish);
  const backup = await takeBackup(wish.client ?? server.admin, scene.vmId);
  return { ...scene, backup, backupId: String(backup.id) };
}

/** The volumes of a machine, by device. */
export async function volumesOf(client: TestClient, vmId: string): Promise<Answer[]> {
  const volumes = await listed(client, 'listVolumes', 'volume', { virtualmachineid: vmId });
  return volumes.sort((a, b) => Number(a.deviceid) - Number(b.deviceid));
}
