import type { Answer } from '../../src/client/api-client.js';
import { install, present, temporaryFolder, type Installation } from '../kit/engines.js';
import { eventually } from '../kit/eventually.js';
import { startProcess, type ServerProcess } from '../kit/process.js';
import { send } from '../kit/raw-request.js';
import { only } from '../kit/scene.js';
import type { Keys } from '../kit/server.js';
import type { TestClient } from '../kit/test-client.js';
import { heldBackups, jobRow, operationsBegun } from './ledger.js';
import { backUpAndStop, guard, slowDown, submit, underWay } from './sandbox.js';

let installation: Installation | undefined;
let servers: ServerProcess[] = [];
let keys: Keys | undefined;

// Each has a folder of its own: what they share is the database only.
const start = (): Promise<ServerProcess> =>
  startProcess({ dataDir: temporaryFolder('node'), dbUrl: present(installation).dbUrl, env: { JOBS_LEASE_SECONDS: '2' } });

const clientOf = (server: ServerProcess): Promise<TestClient> => server.client(present(keys));

beforeAll(async () => {
  installation = await install('mariadb');
  servers = [await start(), await start()];
  keys = await present(servers[0]).keys();
});

afterAll(async () => {
  await Promise.all(servers.map((server) => server.kill()));
  await installation?.drop();
});

const [one, other] = [() => present(servers[0]), () => present(servers[1])];

test('two servers that start on one empty database at once make one administrator', async () => {
  const both = await install('mariadb');
  try {
    const folders = [temporaryFolder('node'), temporaryFolder('node')];
    const started = await Promise.all(folders.map((dataDir) => startProcess({ dataDir, dbUrl: both.dbUrl })));
    const [first, second] = await Promise.all(started.map((server) => server.keys()));
    expect(first).toEqual(second);
    expect(started.filter(({ text }) => text.includes('The administrator has been made'))).toHaveLength(1);
    const client = await present(started[0]).client();
    expect(await only(client, 'listZones', 'zone')).toMatchObject({ name: 'sandbox' });
    expect(await client.call('listVirtualMachines', { listall: 'true' })).toMatchObject({ count: 3 });
    await Promise.all(started.map((server) => server.kill()));
  } finally {
    await both.drop();
  }
});

test('a session that was begun on one server goes on on the other, and ends for both', async () => {
  const user = { username: 'visitor', password: 'a password of a visitor', firstname: 'V', lastname: 'V', email: 'v@example.org' };
  await (await clientOf(one())).call('createAccount', user);
  const { headers, body } = await send(one().endpoint, { form: { command: 'login', response: 'json', ...user } });
  const { sessionkey } = (body as { loginresponse: { sessionkey: string } }).loginresponse;
  const cookie = headers.getSetCookie().map((line) => line.split(';')[0]);
  const request = (command: string) => ({ query: { command, response: 'json', sessionkey }, headers: { cookie: cookie.join('; ') } });

  expect((await send(other().endpoint, request('listUsers'))).body).toMatchObject({
    listusersresponse: { user: [{ username: 'visitor' }] },
  });
  expect((await send(other().endpoint, request('logout'))).status).toBe(200);
  expect((await send(one().endpoint, request('listUsers'))).status).toBe(401);
});

test('a setting that is changed on one server holds on the other', async () => {
  await (await clientOf(one())).call('updateConfiguration', { name: 'default.page.size', value: '2' });
  const client = await clientOf(other());
  const page = await eventually(
    () => client.call('listVirtualMachines', { listall: 'true' }),
    ({ virtualmachine }) => (virtualmachine as Answer[]).length === 2,
  );
  expect(page.count).toBe(3);
  await client.call('updateConfiguration', { name: 'default.page.size', value: '500' });
  await eventually(
    async () => (await clientOf(one())).call('listVirtualMachines', { listall: 'true' }),
    ({ virtualmachine }) => (virtualmachine as Answer[]).length === 3,
  );
});

test('a zone that is made on one server is known to the other', async () => {
  const zone = { name: 'far away', networktype: 'Basic', dns1: '10.0.0.1', internaldns1: '10.0.0.1' };
  await (await clientOf(one())).call('createZone', zone);
  const client = await clientOf(other());
  await eventually(
    () => client.call('listZones', { name: 'far away' }),
    ({ count }) => count === 1,
  );
  expect(
    await client.call('listVirtualMachines', { zoneid: String((await only(client, 'listZones', 'zone', { name: 'far away' })).id) }),
  ).toEqual({});
});

test('keys that are renewed on one server soon open neither', async () => {
  const user = { username: 'renewer', password: 'a password of a renewer', firstname: 'R', lastname: 'R', email: 'r@example.org' };
  const admin = await clientOf(one());
  const { account } = (await admin.call('createAccount', user)) as { account: { user: Answer[] } };
  const renew = async () => (await admin.call('registerUserKeys', { id: String(account.user[0]?.id) })).userkeys as Keys;
  const before = await other().client(await renew());
  expect(await before.call('listUsers')).toMatchObject({ count: 1 });
  const after = await other().client(await renew());
  await eventually(
    () => before.call('listUsers').catch((error: unknown) => error),
    (answer) => (answer as { errorcode?: number }).errorcode === 401,
  );
  expect(await after.call('listUsers')).toMatchObject({ user: [{ username: 'renewer' }] });
});

test('a job whose server is killed is finished by the other server', async () => {
  const client = await clientOf(one());
  const guarded = await guard(client);
  const id = await backUpAndStop(client, guarded);
  await slowDown(client, guarded, 3000);
  const jobId = await submit(client, 'restoreBackup', { id });
  await underWay(client, jobId);

  const runs = ({ log }: ServerProcess) => log.some(({ message, job }) => message === 'job started' && job === jobId);
  const [killed, left] = runs(one()) ? [one(), other()] : [other(), one()];
  await killed.kill('SIGKILL');

  const survivor = await clientOf(left);
  expect(await survivor.ended(jobId)).toMatchObject({ jobstatus: 1, jobresult: { success: true } });
  expect(left.log).toContainEqual(expect.objectContaining({ message: 'job started', job: jobId, attempt: 2 }));
  expect(await jobRow(present(installation), jobId)).toEqual({ status: 1, attempts: 2 });
  expect(await operationsBegun(present(installation), 'restoreMachine')).toBe(1);
  expect(await heldBackups(present(installation))).toMatchObject([{ restores: 1 }]);
  expect(await only(survivor, 'listVirtualMachines', 'virtualmachine', { id: guarded.machineId })).toMatchObject({ state: 'Stopped' });
});
