import type { Answer } from '../../src/client/api-client.js';
import { insertDomain } from '../kit/builders.js';
import { forEachEngine, install, present, type Installation } from '../kit/engines.js';
import { race } from '../kit/races.js';
import { deploy, importPolicy, listed, makeZone, uniqueName } from '../kit/scene.js';
import { testServer, TestServer, type TestUser } from '../kit/server.js';
import type { TestClient } from '../kit/test-client.js';

const CALLS = 200;
const MACHINES = 20;
/** A few hundred jobs take their time on a slow machine. */
const TEST_MS = 120_000;
/** Of each customer where there are several. */
const FEWER = 8;
/** More than a server would have in earnest, so that more of it happens at once. */
const SETTINGS = { 'sandbox.enabled': false, 'jobs.parallel': 64 };

/** An account of a domain of its own, with machines of 1 GiB that are in an offering. */
interface Customer extends TestUser {
  readonly domainId: string;
  readonly machines: readonly string[];
}

async function newCustomer(
  server: TestServer,
  zoneid: string,
  policyId: string,
  machines = MACHINES,
  domainid?: string,
): Promise<Customer> {
  const domainId = domainid ?? (await insertDomain(server.db.daos)).uuid;
  const user = await server.createUser(uniqueName('customer'), { domainid: domainId });
  const protect = async () => {
    const { id } = await deploy(user.client, zoneid);
    await server.admin.run('assignBackupPolicy', { virtualmachineid: String(id), backuppolicyid: policyId });
    return String(id);
  };
  return { ...user, domainId, machines: await race(machines, protect) };
}

const setLimit = (server: TestServer, customer: Customer, type: number, max: number, ofDomain = false): Promise<Answer> => {
  const whose = { domainid: customer.domainId, ...(ofDomain ? {} : { account: String(customer.account.name) }) };
  return server.admin.call('updateResourceLimit', { ...whose, resourcetype: String(type), max: String(max) });
};

/** Asks for backups of the customers' machines all at once, each time of the next customer and by the next client. */
async function askAll(customers: readonly Customer[], clients: (customer: Customer) => readonly TestClient[]): Promise<Answer[]> {
  const jobs = await race(CALLS, async (call) => {
    const customer = present(customers[call % customers.length]);
    const client = present(clients(customer)[call % clients(customer).length]);
    const machine = customer.machines[Math.floor(call / customers.length) % customer.machines.length];
    return { client, jobid: String((await client.call('createBackup', { virtualmachineid: String(machine) })).jobid) };
  });
  const ended: Answer[] = [];
  for (const { client, jobid } of jobs) ended.push(await client.ended(jobid));
  return ended;
}

const refusals = (ended: readonly Answer[]) => ended.filter(({ jobstatus }) => jobstatus === 2);
const textOf = ({ jobresult }: Answer): string => String((jobresult as Answer).errortext);

/** The states of all backups that the customers have. */
async function statesOf(customers: readonly Customer[]): Promise<string[]> {
  const backups = await Promise.all(customers.map(({ client }) => listed(client, 'listBackups', 'backup')));
  return backups.flat().map(({ status }) => String(status));
}

forEachEngine((engine) => {
  const server = testServer(engine, { settings: SETTINGS });
  let place: readonly [zone: string, policy: string];
  beforeAll(async () => {
    const zone = await makeZone(server);
    place = [zone, await importPolicy(server, zone)];
  });

  test(
    `${CALLS} backups that are asked for at once end at the limit of the account`,
    async () => {
      const customer = await newCustomer(server, ...place);
      await setLimit(server, customer, 12, 17);
      const ended = await askAll([customer], ({ client }) => [client]);
      expect(await statesOf([customer])).toEqual(Array(17).fill('BackedUp'));
      expect(refusals(ended)).toHaveLength(CALLS - 17);
      for (const refusal of refusals(ended)) {
        expect(refusal).toMatchObject({ jobresultcode: 530 });
        expect(textOf(refusal)).toMatch(/^account \S+ of domain \S+ has 17 of at most 17 backups, and this needs 1 more;/);
      }
    },
    TEST_MS,
  );

  test(
    `${CALLS} backups of several accounts that are asked for at once end at the limits of storage and of a domain`,
    async () => {
      const stocked = await newCustomer(server, ...place, FEWER);
      await setLimit(server, stocked, 12, -1);
      await setLimit(server, stocked, 13, 13);
      await setLimit(server, stocked, 12, -1, true);
      const first = await newCustomer(server, ...place, FEWER);
      const second = await newCustomer(server, ...place, FEWER, first.domainId);
      await setLimit(server, first, 12, 31, true);
      const ended = await askAll([stocked, first, second], ({ client }) => [client]);
      expect(await statesOf([stocked])).toEqual(Array(13).fill('BackedUp'));
      expect(await statesOf([first, second])).toEqual(Array(31).fill('BackedUp'));
      expect(refusals(ended)).toHaveLength(CALLS - 13 - 31);
      const ofStocked = ended.filter((_, call) => call % 3 === 0);
      expect(new Set(refusals(ofStocked).map(textOf))).toEqual(
        new Set([expect.stringMatching(/has 13 of at most 13 GiB of backup storage/)]),
      );
    },
    TEST_MS,
  );
});

describe('two servers on one MariaDB', () => {
  let servers: TestServer[] = [];
  let installation: Installation | undefined;
  beforeAll(async () => {
    installation = await install('mariadb');
    servers = [1, 2].map(() => new TestServer('mariadb', { settings: SETTINGS, installation: present(installation) }));
    for (const server of servers) await server.start();
  });
  afterAll(async () => {
    for (const server of servers) await server.stop();
    await installation?.drop();
  });

  test(
    `share a limit that ${CALLS} backups are asked for`,
    async () => {
      const server = present(servers[0]);
      const zone = await makeZone(server);
      const customer = await newCustomer(server, zone, await importPolicy(server, zone));
      await setLimit(server, customer, 12, 19);
      const ended = await askAll([customer], ({ keys }) => servers.map((each) => each.client(keys)));
      expect(await statesOf([customer])).toEqual(Array(19).fill('BackedUp'));
      expect(refusals(ended)).toHaveLength(CALLS - 19);
      const busy = servers.map((each) => each.logged('job finished').filter(({ fields }) => fields.status === 2).length);
      expect(Math.min(...busy)).toBeGreaterThan(0);
    },
    TEST_MS,
  );
});
