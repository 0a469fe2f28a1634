import type { CommandSpec, ParameterSpec } from '../../src/api/command.js';
import { CallFailed, type Answer } from '../../src/client/api-client.js';
import { commands } from '../../src/commands/index.js';
import { ABSENT } from '../kit/absent.js';
import { ADMINISTRATORS_ACTIONS, EVERYBODYS_ACTIONS, type Parameters, type Reach } from '../kit/access/actions.js';
import { assemble, INSIDERS, OUTSIDERS, type Cast, type Outsider, type Possessions } from '../kit/access/cast.js';
import { ADMINISTRATORS_LISTS, EVERYBODYS_LISTS, type Shown } from '../kit/access/lists.js';
import { forEachEngine, present } from '../kit/engines.js';
import { testServer } from '../kit/server.js';
import { tableDigests } from '../kit/table-digests.js';

/*
 * Every command is in exactly one of these tables and the two of actions and lists. The outsiders try every row; the insiders take
 * turns, because what lets one of them in is the same function for all, and most of what they do can be done once.
 */

const names = (text: string): string[] => text.trim().split(/\s+/);

/** Commands that neither touch nor show anything of an account. */
const HARMLESS = names(`
  getApiLimit listApis listBackupOfferings listBackupPolicies listCapabilities listDiskOfferings listEventTypes listHypervisors listNetworks
  listOsCategories listOsTypes listServiceOfferings listTemplates listZones listZonesMetrics`);
const HARMLESS_OF_ADMINISTRATORS = names('listRolePermissions listRoles listUsageTypes');
const OF_ROOT_ADMINISTRATORS = names(`
  addBackupRepository archiveAlerts checkBackupProvider createRole createRolePermission createZone deleteAlerts deleteBackupOffering deleteBackupPolicy
  deleteBackupRepository deleteRole deleteRolePermission disableRole enableRole generateUsageRecords importBackupOffering
  importBackupPolicy importRole listAlerts listBackupProviderOfferings listBackupProviders listBackupRepositories listCapacity
  listConfigurationGroups listConfigurations listInfrastructure resetApiLimit resetConfiguration syncBackups updateBackupOffering
  updateBackupRepository updateConfiguration updateRole updateRolePermission`);
const OPEN = names('login logout');

const ACTIONS = [...EVERYBODYS_ACTIONS, ...ADMINISTRATORS_ACTIONS];
const LISTS = [...EVERYBODYS_LISTS, ...ADMINISTRATORS_LISTS];

/** What a parameter may name that belongs to no account. */
const NOBODYS = names(`
  backupoffering backuppolicy backuprepository diskoffering network oscategory ostype project role serviceoffering template zone`);
/** Parameters that look as if they named something of an account, and do not. */
const NAMELESS = names('createAccount.account createDomain.domainid listNics.nicid');

const specs = [...new Map([...commands.values()].map((spec) => [spec.name, spec])).values()];
const specOf = (command: string): CommandSpec => present(commands.get(command.toLowerCase()));
const commandsOf = (rows: readonly (Reach | Shown)[]) => rows.map((row) => ('command' in row ? row.command : row[0]));

describe('the tables', () => {
  test('have every command once', () => {
    const tables = [
      ABSENT,
      HARMLESS,
      HARMLESS_OF_ADMINISTRATORS,
      OPEN,
      OF_ROOT_ADMINISTRATORS,
      [...new Set(commandsOf(ACTIONS))],
      commandsOf(LISTS),
    ].flat();
    expect([...tables].sort()).toEqual(specs.map(({ name }) => name).sort());
  });

  test('say of every command who may call it', () => {
    const roles = (which: readonly string[]) => [...new Set(which.map((name) => specOf(name).roles.join()))];
    const administrators = 'Admin,ResourceAdmin,DomainAdmin';
    expect(roles([...HARMLESS, ...OPEN, ...commandsOf(EVERYBODYS_ACTIONS), ...commandsOf(EVERYBODYS_LISTS)])).toEqual([
      `${administrators},User`,
    ]);
    expect(roles([...HARMLESS_OF_ADMINISTRATORS, ...commandsOf(ADMINISTRATORS_ACTIONS), ...commandsOf(ADMINISTRATORS_LISTS)])).toEqual([
      administrators,
    ]);
    expect(roles(OF_ROOT_ADMINISTRATORS)).toEqual(['Admin']);
  });

  /** Rows in which every thing of theirs is called by its field. */
  const labels = (who: string) => new Proxy({} as Possessions, { get: (_, field) => `${who} ${String(field)}` });
  const tried = (command: string): Parameters[] => [
    ...ACTIONS.filter(([name]) => name === command).map(([, parameters]) => parameters(labels('their'), labels('my'))),
    ...LISTS.filter((row) => row.command === command).flatMap((row) => [...row.narrowed(labels('their')), ...usualWishes(specOf(command), labels('their'))]),
  ]; // prettier-ignore
  const namesSomething = ({ name: command }: CommandSpec, { name, type, entity = '' }: ParameterSpec): boolean => {
    if (NAMELESS.includes(`${command}.${name}`)) return false;
    if (entity !== '') return !NOBODYS.includes(entity);
    return ['string', 'list'].includes(type) && /^account$|ids?$/.test(name);
  };

  test('try every parameter that can name something of an account', () => {
    const reaching = specs.filter(({ name }) => ![...ABSENT, ...OPEN, ...OF_ROOT_ADMINISTRATORS].includes(name));
    const untried = reaching.flatMap((spec) =>
      spec.parameters
        .filter((parameter) => namesSomething(spec, parameter))
        .filter(({ name }) => !tried(spec.name).some((parameters) => parameters[name]?.includes('their')))
        .map(({ name }) => `${spec.name} ${name}`),
    );
    expect(untried).toEqual([]);
  });
});

/** The ways to ask that lists have in common. */
function usualWishes({ parameters }: CommandSpec, { accountName: account, domainId: domainid }: Possessions): Parameters[] {
  const wishes: Parameters[] = [
    {},
    { listall: 'true', isrecursive: 'true' },
    { account, domainid },
    { account },
    { domainid },
    { domainid, isrecursive: 'true', listall: 'true' },
    { projectid: '-1', listall: 'true' },
    { keyword: 'hidden-' },
    { name: `hidden-spare-of-${account}` },
    { username: account },
  ];
  const known = new Set(parameters.map(({ name }) => name));
  return wishes.filter((wish) => Object.keys(wish).every((name) => known.has(name)));
}

/** There is much to make, and the machine may have other work. */
const ASSEMBLY_MS = 120_000;

forEachEngine((engine) => {
  const server = testServer(engine, { settings: { 'sandbox.enabled': false } });
  let cast: Cast | undefined;
  const theCast = () => present(cast);
  beforeAll(async () => void (cast = await assemble(server)), ASSEMBLY_MS);

  const ITS_OWN = new Set(['async_job', 'cache_change', 'event', 'session']);
  /** All that is recorded; of events, those of the owner's account. */
  const recorded = async () => {
    const { knex, daos } = server.db;
    const account = await daos.accounts.findByUuid(theCast().theirs.accountId);
    return { ...(await tableDigests(knex, ITS_OWN)), events: await knex('event').where({ accountId: account?.id }) };
  };
  /** What of the owner's shows in a text, but for what the caller has sent itself. */
  const leaks = ({ knowsHome }: Outsider, text: string, sent: Parameters = {}): string[] => {
    const { theirs, secrets } = theCast();
    const place = knowsHome ? [] : [theirs.domainId, 'ROOT/parent/home'];
    const said = Object.values(sent).join();
    return [...secrets, ...place].filter((secret) => text.includes(secret) && !said.includes(secret));
  };

  describe.each(OUTSIDERS)('%s', (name) => {
    const outsider = () => theCast().outsiders[name];

    test.each(specs.filter(({ roles }) => roles.length < 4))('may call $name only if its role may', async (spec) => {
      const { client, role } = outsider();
      if (spec.roles.includes(role)) return;
      const { code, text } = await client.refusal(spec.name);
      expect([code, text]).toEqual([432, expect.stringContaining(`The API [${spec.name}] does not exist or is not available`)]);
    });

    test.each(LISTS)('sees nothing of theirs in $command', async ({ command, narrowed, always }) => {
      const { theirs } = theCast();
      if (!specOf(command).roles.includes(outsider().role)) return;
      for (const wish of [...narrowed(theirs), ...usualWishes(specOf(command), theirs)]) {
        const outcome = await outsider()
          .client.call(command, { ...always, ...wish })
          .catch((error: unknown) => error as CallFailed);
        if (outcome instanceof CallFailed) {
          expect([531, 431]).toContain(outcome.errorcode);
          expect(leaks(outsider(), outcome.message, wish)).toEqual([]);
        } else {
          const { count = 0, ...objects } = outcome;
          expect({ wish, leaks: leaks(outsider(), JSON.stringify(outcome)) }).toEqual({ wish, leaks: [] });
          expect((Object.values(objects) as Answer[][]).flat()).toHaveLength(Number(count));
        }
      }
    });
  });

  let untouched: unknown;

  test.each(ACTIONS.map(([command, parameters], row) => ({ command, parameters, row })))(
    'no outsider does $command with what is theirs (row $row)',
    async ({ command, parameters }) => {
      const { theirs, outsiders } = theCast();
      untouched ??= await recorded();
      for (const outsider of Object.values(outsiders)) {
        const sent = parameters(theirs, outsider.mine);
        const { code, text } = await outsider.client.refusal(command, sent);
        const isCallable = specOf(command).roles.includes(outsider.role);
        // Accounts that are looked for by a name or a key are not there for those who may not know of them.
        const codes = ['getUser', 'moveUser'].includes(command) ? [531, 431] : [531];
        expect(isCallable ? codes : [432]).toContain(code);
        expect(leaks(outsider, text, sent)).toEqual([]);
      }
      expect(await recorded()).toEqual(untouched);
    },
  );

  test('what the outsiders have tried is written down with them, and tells them nothing', async () => {
    for (const outsider of Object.values(theCast().outsiders)) {
      const { event } = await outsider.client.call('listEvents', { level: 'ERROR' });
      const own = (event as Answer[]).map(({ resourcename, description }) => ({ resourcename, description }));
      expect(own.length).toBeGreaterThan(0);
      expect(own.filter(({ resourcename }) => leaks(outsider, String(resourcename)).length > 0)).toEqual([]);
    }
  });

  test('no outsider archives or deletes an event of theirs by asking for all', async () => {
    const before = await recorded();
    const all = { startdate: '2020-01-01', enddate: '2999-01-01' };
    for (const { client } of Object.values(theCast().outsiders)) {
      for (const command of ['archiveEvents', 'deleteEvents']) await client.call(command, all);
    }
    expect(await recorded()).toEqual(before);
  });

  describe.each(INSIDERS)('the %s', (name) => {
    const insider = () => theCast().insiders[name];

    test.each(LISTS.filter(({ found }) => found))('finds what is theirs in $command', async ({ command, found, always }) => {
      if (!specOf(command).roles.includes(insider().role)) return;
      const [wish, text] = present(found)(theCast().theirs);
      expect(JSON.stringify(await insider().client.call(command, { ...always, ...wish }))).toContain(text);
    });
  });

  test.each(ACTIONS.map(([command, parameters, by], row) => ({ command, parameters, by, row })))(
    'an insider is let in to $command with what is theirs (row $row)',
    async ({ command, parameters, by, row }) => {
      const { theirs, insiders } = theCast();
      const able = Object.values(insiders).filter(({ role }) => specOf(command).roles.includes(role));
      const { client } = by ? insiders[by] : present(able[row % able.length]);
      const outcome = await client.run(command, parameters(theirs, theirs)).catch((error: unknown) => error as CallFailed);
      if (outcome instanceof CallFailed) expect([531, 432, 401]).not.toContain(outcome.errorcode);
    },
  );
});
