import type { Knex } from 'knex';
import type { Event } from '../../src/dao/event-dao.js';
import type { Job } from '../../src/dao/job-dao.js';
import { held as heldBy } from '../../src/usage/ledger-entries.js';
import {
  CREATED,
  insertAccount,
  insertAlert,
  insertBackup,
  insertEvent,
  insertJob,
  insertOffering,
  insertRepository,
  insertRestore,
  insertUser,
  insertVm,
  insertVolume,
  insertWebhook,
  insertWebhookDelivery,
  ownerOf,
} from '../kit/builders.js';
import { forEachEngine, present, testDatabase, type Engine } from '../kit/engines.js';

const LATER = new Date(CREATED.getTime() + 1);
const READY = { commands: ['createBackup'], full: { providerKey: [], repositoryKey: [], hostKey: [] }, limit: 16 };
const PAGE = { limit: 20, offset: 0 };
/** Rows of each of three accounts: little of it is the last one's, as on a server with many customers. */
const ROWS = [600, 600, 20];

interface Asked {
  readonly sql: string;
  readonly bindings: readonly Knex.Value[];
}

/** How the engine comes to the rows of a table: the index by which it finds them, and whether it sorts them afterwards. */
interface Plan {
  readonly index: string | undefined;
  readonly sorts: boolean;
}

/** The plan for the table, or for its alias; to go through a whole index is not to find rows by it. */
async function planOf(engine: Engine, knex: Knex, names: readonly string[], { sql, bindings }: Asked): Promise<Plan> {
  if (engine === 'sqlite') {
    const steps = (await knex.raw(`explain query plan ${sql}`, bindings)) as { detail: string; parent: number }[];
    const step = steps.find(({ detail }) => names.some((name) => new RegExp(`^(SEARCH|SCAN) ${name}\\b`).test(detail)));
    const index = /^SEARCH .* USING (?:COVERING )?(INDEX \w+|INTEGER PRIMARY KEY)/.exec(step?.detail ?? '')?.[1];
    return { index, sorts: steps.some(({ detail, parent }) => parent === step?.parent && detail.includes('TEMP B-TREE')) };
  }
  const [steps] = (await knex.raw(`explain ${sql}`, bindings)) as [{ table: string; type: string; key: string | null; Extra: string }[]];
  const step = steps.find(({ table }) => names.includes(table));
  const index = step?.type === 'index' ? undefined : step?.key;
  return { index: index ?? undefined, sorts: step?.Extra.includes('filesort') ?? true };
}

forEachEngine((engine) => {
  const handle = testDatabase(engine, { keepRows: true });
  const daos = () => handle.db.daos;
  let [eventType, resourceUuid, backupUuid] = ['', '', ''];
  let domainPath = '';
  let webhookId = 0;
  let ids = { accountId: 0, domainId: 0, zoneId: 0, vmId: 0, policyId: 0, userId: 0 };

  beforeAll(async () => {
    for (const rows of ROWS) await fill(rows);
    const tables = [
      'virtual_machine',
      'volume',
      'backups',
      'backup_repository',
      'backup_schedule',
      'async_job',
      'user',
      'event',
      'usage_ledger',
      'restore',
      'webhook_delivery',
    ];
    if (engine === 'sqlite') await handle.db.knex.raw('analyze');
    else await handle.db.knex.raw(`analyze table ${tables.join(', ')}`);
  });

  async function fill(rows: number): Promise<void> {
    const owner = ownerOf(await insertAccount(daos()));
    const { id: userId } = await insertUser(daos(), owner);
    const vm = await insertVm(daos(), owner);
    const { id: vmId, zoneId } = vm;
    const offering = await insertOffering(daos(), { zoneId });
    const volume = await insertVolume(daos(), { ...owner, zoneId, vmId });
    const backup = await insertBackup(daos(), vm, offering);
    const job = await insertJob(daos(), { ...owner, userId });
    const { id: repositoryId } = await insertRepository(daos(), { zoneId });
    const restore = await insertRestore(daos(), backup, { vmUuid: vm.uuid });
    const { id: restoreId } = present(await daos().restores.findByUuid(restore.uuid));
    const copied = { user: userId, virtual_machine: vmId, volume: volume.id, backups: backup.id, async_job: job.id, restore: restoreId };
    for (const [table, id] of Object.entries({ ...copied, backup_repository: repositoryId })) await copies(table, id, rows);
    await scheduleAll(owner.accountId);
    const held = Array.from({ length: rows }, () => ({ ...heldBy(backup, CREATED), backupId: null }));
    await handle.db.knex.batchInsert('usage_ledger', held, 50);
    const alert = await handle.db
      .knex('alert')
      .where({ uuid: await insertAlert(daos(), { type: userId }) })
      .first();
    await copies('alert', (alert as { id: number }).id, rows);
    await insertEvent(daos(), { ...owner, userId, type: `TYPE.${userId}`, resourceUuid: vm.uuid, machineUuid: vm.uuid });
    const webhook = await insertWebhook(daos(), owner);
    const delivery = await daos().webhookDeliveries.findByUuid(await insertWebhookDelivery(daos(), webhook));
    await copies('webhook_delivery', present(delivery).id, rows);
    webhookId = webhook.id;
    const event = (await handle.db.knex('event').orderBy('id', 'desc').first()) as Event;
    await copies('event', event.id, rows);
    domainPath = ((await handle.db.knex('domain').where({ id: owner.domainId }).first('path')) as { path: string }).path;
    ids = { ...owner, zoneId, vmId, policyId: offering.id, userId };
    [eventType, resourceUuid, backupUuid] = [event.type, vm.uuid, backup.uuid];
  }

  /** Repeats a row under other names; of jobs, all but a few have ended. */
  async function copies(table: string, id: number, rows: number): Promise<void> {
    const { id: _id, ...row } = (await handle.db.knex(table).where({ id }).first()) as Record<string, unknown>;
    const copy = (index: number) => {
      const text = `${table}-${id}-${index}`;
      const other = {
        uuid: text,
        name: text,
        username: text,
        operationId: text,
        externalId: text,
        status: table === 'async_job' && index > 9 ? 1 : row.status,
      };
      return Object.fromEntries(Object.entries(row).map(([column, value]) => [column, other[column as keyof typeof other] ?? value]));
    };
    await handle.db.knex.batchInsert(
      table,
      Array.from({ length: rows }, (_, index) => copy(index)),
      50,
    );
  }

  /** Gives every machine of the account a schedule. */
  async function scheduleAll(accountId: number): Promise<void> {
    const columns = 'uuid, vm_id, account_id, domain_id, interval_type, schedule, timezone, max_backups, next_run, created';
    const values = `uuid, id, account_id, domain_id, 'DAILY', '0:0', 'Etc/UTC', 0, created, created`;
    const all = `insert into backup_schedule (${columns}) select ${values} from virtual_machine where account_id = ?`;
    await handle.db.knex.raw(all, [accountId]);
  }

  async function statementsOf(work: () => Promise<unknown>): Promise<Asked[]> {
    const asked: Asked[] = [];
    const note = ({ sql, bindings }: Asked) => asked.push({ sql, bindings });
    handle.db.knex.on('query', note);
    await work();
    handle.db.knex.removeListener('query', note);
    return asked;
  }

  async function expectIndexes(names: readonly string[], statements: readonly Asked[]): Promise<void> {
    expect(statements).not.toHaveLength(0);
    for (const statement of statements) {
      const { index } = await planOf(engine, handle.db.knex, names, statement);
      expect({ index, sql: statement.sql }).toEqual({ index: expect.any(String) as string, sql: statement.sql });
    }
  }

  const pick = (...names: (keyof typeof ids)[]) => names.map((name) => ({ [name]: ids[name] }));

  test.each<[string, string[], () => Promise<unknown>[]]>([
    [
      'backups',
      ['backups'],
      () =>
        [...pick('accountId', 'domainId', 'vmId', 'zoneId', 'policyId'), { name: 'a' }].map((filter) => daos().backups.list(filter, PAGE)),
    ],
    [
      'virtual machines',
      ['virtual_machine'],
      () => [...pick('accountId', 'domainId', 'zoneId'), { name: 'a' }].map((filter) => daos().vms.list(filter, PAGE)),
    ],
    [
      'volumes',
      ['volume'],
      () => [...pick('accountId', 'domainId', 'vmId', 'zoneId'), { name: 'a' }].map((filter) => daos().volumes.list(filter, PAGE)),
    ],
    [
      'schedules',
      ['backup_schedule'],
      () => [...pick('accountId', 'domainId', 'vmId')].map((filter) => daos().schedules.list(filter, PAGE)),
    ],
    [
      'repositories',
      ['backup_repository'],
      () => [...pick('zoneId'), { name: 'a' }].map((filter) => daos().repositories.list(filter, PAGE)),
    ],
    ['pending jobs', ['async_job'], () => [...pick('accountId', 'domainId'), {}].map((filter) => daos().jobs.listPending(filter, PAGE))],
    ['jobs that have begun', ['async_job'], () => [daos().jobTurns.listBegun()]],
    ['accounts whose jobs wait', ['async_job'], () => [daos().jobTurns.listAccounts()]],
    ['jobs that are next', ['job'], () => [1, 2, 3].map((turn) => daos().jobTurns.listFirst({ ...READY, turn }, [ids.accountId]))],
    [
      'restores',
      ['restore'],
      () =>
        [...pick('accountId', 'domainId'), { backupUuid }, { vmUuid: resourceUuid }].map((filter) => daos().restores.list(filter, PAGE)),
    ],
    ['jobs that come first on a machine', ['async_job'], () => [daos().jobs.isPendingOn('machine', 'operation')]],
    ['alerts', ['alert'], () => [{ type: ids.userId }, {}].map((filter) => daos().alerts.list(filter, PAGE))],
    [
      'usage',
      ['usage_ledger'],
      () => pick('accountId', 'domainId', 'vmId').map((filter) => daos().usage.listUsed(filter, { start: CREATED, end: LATER }, PAGE)),
    ],
    ['changes of usage', ['usage_ledger'], () => [daos().usage.listChanges([ids.vmId], { start: CREATED, end: LATER })]],
    [
      'events',
      ['event'],
      () =>
        [...pick('accountId', 'domainId'), { type: eventType }, { resourceUuid }, { resourceUuid, resourceType: 'Volume' }, {}].map(
          (filter) => daos().events.list({ ...filter, archived: false }, PAGE),
        ),
    ],
    [
      'earlier jobs of a machine',
      ['earlier'],
      () => [1, 2, 3].map((turn) => daos().jobTurns.listFirst({ ...READY, turn }, [ids.accountId])),
    ],
    ['deliveries of a webhook', ['webhook_delivery'], () => [daos().webhookDeliveries.list({ webhookId }, PAGE)]],
    ['deliveries that are due', ['webhook_delivery'], () => [daos().webhookDeliveries.listDueHeads(LATER, 10)]],
    ['jobs about volumes', ['async_job'], () => [daos().jobs.isPendingBeside('machine', ['volume', 'other'])]],
    ['jobs that read a backup', ['async_job'], () => [daos().jobs.existReading('backup')]],
    [
      'users',
      ['user'],
      () => [...pick('accountId'), { username: 'a', domainId: ids.domainId }].map((filter) => daos().users.list(filter, PAGE)),
    ],
    ['users of some accounts', ['user'], () => [daos().users.listByAccounts([ids.accountId])]],
    [
      'what accounts and domains have',
      ['backups', 'virtual_machine', 'volume'],
      () =>
        [{ accountIds: [ids.accountId] }, { domainPath: domainPath }].flatMap((owning) => [
          daos().backups.usePerOwner(owning),
          daos().vms.countPerOwner(owning),
          daos().volumes.countPerOwner(owning),
        ]),
    ],
    ['what counts towards the limit of an account', ['backups'], () => [daos().backups.useOf({ accountId: ids.accountId })]],
    ['volumes of a machine', ['volume'], () => [daos().volumes.listByVm(ids.vmId)]],
    ['backups of a machine', ['backups'], () => [daos().backups.existForVm(ids.vmId, ids.policyId)]],
  ])('a list of %s finds its rows by an index, whatever it is narrowed by', async (_what, names, ask) => {
    await expectIndexes(names, await statementsOf(() => Promise.all(ask())));
  });

  test.each<[string, string, () => Promise<unknown>]>([
    ['backups', 'backups', () => daos().backups.list({}, PAGE)],
    ['virtual machines', 'virtual_machine', () => daos().vms.list({}, PAGE)],
    ['volumes', 'volume', () => daos().volumes.list({}, PAGE)],
    ['schedules', 'backup_schedule', () => daos().schedules.list({}, PAGE)],
    ['repositories', 'backup_repository', () => daos().repositories.list({}, PAGE)],
    ['events', 'event', () => daos().events.list({ archived: false }, PAGE)],
  ])("reads a page of everybody's %s without sorting all of them", async (_what, table, ask) => {
    const [rows] = await statementsOf(ask);
    expect(await planOf(engine, handle.db.knex, [table], rows!)).toMatchObject({ sorts: false });
  });

  test('a job is found by its uuid through an index', async () => {
    const job = (await handle.db.knex('async_job').first()) as Job;
    await expectIndexes(['async_job'], await statementsOf(() => daos().jobs.find(job.uuid)));
  });
});
