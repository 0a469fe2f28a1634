import type { Answer } from '../../src/client/api-client.js';
import { commands } from '../../src/commands/index.js';
import { ABSENT } from '../kit/absent.js';
import { forEachEngine } from '../kit/engines.js';
import { backedUpMachine, deploy, each, importPolicy, listed, makeVolume, scheduleBackup, uniqueName, volumesOf } from '../kit/scene.js';
import { testServer, type TestUser } from '../kit/server.js';

type Parameters = Readonly<Record<string, string>>;

/** An owner with one of everything, and somebody else with as much. */
interface Possessions {
  readonly user: TestUser;
  readonly zoneid: string;
  readonly policy: string;
  readonly silver: string;
  /** Backed up, and in a policy. */
  readonly machine: string;
  readonly backup: string;
  /** Of the machine. */
  readonly schedule: string;
  readonly volumeInBackup: string;
  /** In no policy. */
  readonly spare: string;
  readonly volume: string;
  readonly job: string;
}

/** Every command about one thing, with the parameters that name the things of their owner. */
const ACTIONS: readonly (readonly [command: string, parameters: (theirs: Possessions, mine: Possessions) => Parameters])[] = [
  ['assignVirtualMachineToBackupOffering', ({ spare, policy }) => ({ virtualmachineid: spare, backupofferingid: policy })],
  ['assignBackupPolicy', ({ spare, policy }) => ({ virtualmachineid: spare, backuppolicyid: policy })],
  ['attachVolume', ({ volume }, mine) => ({ id: volume, virtualmachineid: mine.spare })],
  ['attachVolume', ({ spare }, mine) => ({ id: mine.volume, virtualmachineid: spare })],
  ['createBackup', ({ machine }) => ({ virtualmachineid: machine })],
  ...(['createBackupSchedule', 'updateBackupSchedule'] as const).map(
    (command) =>
      [
        command,
        ({ machine }: Possessions) => ({ virtualmachineid: machine, intervaltype: 'HOURLY', schedule: '0', timezone: 'Etc/UTC' }),
      ] as const,
  ),
  [
    'createVolume',
    ({ user, zoneid }) => ({ zoneid, name: 'v', size: '1', account: String(user.account.name), domainid: String(user.account.domainid) }),
  ],
  ['deleteBackup', ({ backup }) => ({ id: backup })],
  ['deleteBackupSchedule', ({ schedule }) => ({ id: schedule })],
  ['deleteBackupSchedule', ({ machine }) => ({ virtualmachineid: machine })],
  ['deployVirtualMachine', ({ user, zoneid }) => ({ zoneid, account: String(user.account.name), domainid: String(user.account.domainid) })],
  ['destroyVirtualMachine', ({ spare }) => ({ id: spare })],
  ['destroyVirtualMachine', ({ spare }) => ({ id: spare, expunge: 'true' })],
  ['deleteVolume', ({ volume }) => ({ id: volume })],
  ['detachVolume', ({ volume }) => ({ id: volume })],
  ['expungeVirtualMachine', ({ spare }) => ({ id: spare })],
  ['getUserKeys', ({ user }) => ({ id: user.userId })],
  ['listNics', ({ machine }) => ({ virtualmachineid: machine })],
  ['listResourceLimits', ({ user }) => ({ account: String(user.account.name), domainid: String(user.account.domainid) })],
  ['queryAsyncJobResult', ({ job }) => ({ jobid: job })],
  ['rebootVirtualMachine', ({ machine }) => ({ id: machine })],
  ['recoverVirtualMachine', ({ machine }) => ({ id: machine })],
  ['registerUserKeys', ({ user }) => ({ id: user.userId })],
  ['updateUser', ({ user }) => ({ id: user.userId, firstname: 'Mine' })],
  ['removeVMFromBackupPolicy', ({ machine }) => ({ virtualmachineid: machine })],
  ['removeVirtualMachineFromBackupOffering', ({ machine }) => ({ virtualmachineid: machine, forced: 'true' })],
  ['restoreBackup', ({ backup }) => ({ id: backup })],
  ['restoreBackup', ({ machine }, mine) => ({ id: mine.backup, virtualmachineid: machine })],
  [
    'restoreBackupVolume',
    ({ backup, volumeInBackup }, mine) => ({ backupid: backup, volumeid: volumeInBackup, virtualmachineid: mine.spare }),
  ],
  ['restoreBackupVolume', ({ spare }, mine) => ({ backupid: mine.backup, volumeid: mine.volumeInBackup, virtualmachineid: spare })],
  [
    'restoreVolumeFromBackupAndAttachToVM',
    ({ backup, volumeInBackup }, mine) => ({ backupid: backup, volumeid: volumeInBackup, virtualmachineid: mine.spare }),
  ],
  ['startVirtualMachine', ({ machine }) => ({ id: machine })],
  ['stopVirtualMachine', ({ machine }) => ({ id: machine })],
];

/** Lists of things that accounts own, with the key of the objects and the parameters that name things of one owner. */
const LISTS: readonly (readonly [command: string, object: string, narrowed: (theirs: Possessions) => readonly Parameters[]])[] = [
  ['listVirtualMachines', 'virtualmachine', ({ machine }) => [{ id: machine }]],
  ['listVirtualMachinesMetrics', 'virtualmachine', ({ machine }) => [{ id: machine }, { ids: machine }]],
  ['listVolumes', 'volume', ({ volume, machine }) => [{ id: volume }, { virtualmachineid: machine }, { ids: volume }]],
  ['listVolumesMetrics', 'volume', ({ volume }) => [{ id: volume }]],
  ['listBackups', 'backup', ({ backup }) => [{ id: backup }]],
  ['listBackupSchedule', 'backupschedule', ({ schedule }) => [{ id: schedule }]],
  ['listAccounts', 'account', ({ user }) => [{ id: user.accountId }]],
  ['listUsers', 'user', ({ user }) => [{ id: user.userId }]],
];

/** Commands that neither touch nor show anything of an account, or have tests of their own for it. */
const HARMLESS = [
  ...['archiveEvents', 'deleteEvents', 'getUser', 'listApis', 'listAsyncJobs', 'listBackupOfferings', 'listBackupPolicies'],
  ...['listCapabilities', 'listDiskOfferings', 'listDomains', 'listEvents', 'listEventTypes', 'listHypervisors', 'listNetworks'],
  ...['listOsCategories', 'listOsTypes', 'listServiceOfferings', 'listTemplates', 'listZones', 'listZonesMetrics', 'login', 'logout'],
];

forEachEngine((engine) => {
  const server = testServer(engine);
  let mine!: Possessions;
  let theirs!: Possessions;

  const possess = async (name: string): Promise<Possessions> => {
    const user = await server.createUser(uniqueName(name));
    const { client } = user;
    const { zoneId: zoneid, policyId: policy, vmId: machine, backupId: backup, backup: shown } = await backedUpMachine(server, { client });
    const { id: schedule } = await scheduleBackup(client, machine);
    const silver = await importPolicy(server, zoneid, { externalid: 'silver-policy' });
    const spare = String((await deploy(client, zoneid)).id);
    const volume = await makeVolume(client, zoneid);
    const { jobid } = await client.call('stopVirtualMachine', { id: spare });
    await client.ended(String(jobid));
    const [volumeInBackup = ''] = shown.volumeids as string[];
    return { user, zoneid, policy, silver, machine, backup, schedule: String(schedule), volumeInBackup, spare, volume, job: String(jobid) };
  };
  beforeAll(async () => {
    mine = await possess('mine');
    theirs = await possess('theirs');
  });

  /** Everything that an owner has, as the administrator sees it. */
  const belongings = async ({ user, machine, spare }: Possessions) => {
    const owner = { account: String(user.account.name), domainid: String(user.account.domainid) };
    const lists = LISTS.map(([command, object]) =>
      listed(server.admin, command, object, command === 'listAccounts' ? { id: user.accountId } : owner),
    );
    return [...(await Promise.all(lists)), await volumesOf(server.admin, machine), await volumesOf(server.admin, spare)];
  };

  test('every command is for administrators, in a list, an action, or harmless', () => {
    const forUsers = [...commands.values()].filter(({ roles }) => roles.includes('User')).map(({ name }) => name);
    const covered = [...[...ACTIONS, ...LISTS].map(([command]) => command), ...ABSENT];
    expect(forUsers.filter((name) => !covered.includes(name) && !HARMLESS.includes(name))).toEqual([]);
  });

  describe('somebody else', () => {
    test.each(ACTIONS.map(([command, parameters], index) => ({ command, parameters, index })))(
      'is refused $command with what is not theirs ($index)',
      async ({ command, parameters }) => {
        const before = await belongings(theirs);
        const { code, text } = await mine.user.client.refusal(command, parameters(theirs, mine));
        expect(code).toBe(531);
        expect(text).toMatch(/^the account may not use /);
        expect(await belongings(theirs)).toEqual(before);
      },
    );

    test.each(LISTS.map(([command, object, narrowed]) => ({ command, object, narrowed })))(
      'sees only the own in $command',
      async ({ command, object, narrowed }) => {
        const { client, account } = mine.user;
        const own = each(await listed(client, command, object), 'id');
        expect(own.length).toBeGreaterThan(0);
        expect(each(await listed(client, command, object, { listall: 'true', isrecursive: 'true' }), 'id')).toEqual(own);
        expect(each(await listed(client, command, object, { domainid: String(account.domainid) }), 'id')).toEqual(own);
        for (const parameters of narrowed(theirs)) expect(await client.call(command, parameters)).toEqual({});
      },
    );

    test.each(['listBackups', 'listBackupSchedule'])('is refused %s of a machine that is not theirs', async (command) => {
      expect((await mine.user.client.refusal(command, { virtualmachineid: theirs.machine })).code).toBe(531);
    });

    test.each(['listVirtualMachines', 'listVolumes', 'listBackups', 'listBackupSchedule', 'listUsers', 'listAsyncJobs'])(
      'is refused %s of another account, whether it exists or not',
      async (command) => {
        const domainid = String(theirs.user.account.domainid);
        const refusals = [String(theirs.user.account.name), 'nobody', 'admin'].map((account) =>
          mine.user.client.refusal(command, { account, domainid }),
        );
        expect((await Promise.all(refusals)).map(({ code }) => code)).toEqual([531, 531, 531]);
      },
    );

    test('sees no job of theirs', async () => {
      const { client } = mine.user;
      const { jobid } = await theirs.user.client.call('stopVirtualMachine', { id: theirs.spare });
      expect((await client.refusal('queryAsyncJobResult', { jobid: String(jobid) })).code).toBe(531);
      expect(await client.call('listAsyncJobs', { listall: 'true' })).toEqual({});
      await theirs.user.client.ended(String(jobid));
    });

    test('sees the own domain only, and no user of the own account but itself', async () => {
      const person = {
        username: uniqueName('sibling'),
        password: 'a long enough secret',
        firstname: 'S',
        lastname: 'S',
        email: 's@example.org',
      };
      await server.admin.call('createUser', { ...person, account: String(mine.user.account.name) });
      expect(await listed(mine.user.client, 'listDomains', 'domain', { listall: 'true' })).toMatchObject([{ name: 'ROOT' }]);
      expect(each(await listed(mine.user.client, 'listUsers', 'user'), 'id')).toEqual([mine.user.userId]);
    });
  });

  describe('an administrator', () => {
    test.each(LISTS.map(([command, object, narrowed]) => ({ command, object, narrowed })))(
      'sees what is of others in $command',
      async ({ command, object, narrowed }) => {
        const all = each(await listed(server.admin, command, object, { listall: 'true' }), 'id');
        for (const owner of [mine, theirs])
          expect(all).toEqual(expect.arrayContaining(each(await listed(owner.user.client, command, object), 'id')));
        for (const parameters of narrowed(theirs))
          expect(each(await listed(server.admin, command, object, parameters), 'id').length).toBeGreaterThan(0);
      },
    );

    test.each(['listVirtualMachines', 'listVolumes', 'listBackups'])(
      'sees only the own in %s unless all are asked for',
      async (command) => {
        const owners = each(Object.values(await server.admin.call(command)).flat() as Answer[], 'account');
        expect(owners.filter((account) => account !== 'admin' && account !== 'undefined')).toEqual([]);
      },
    );

    test.each(['listVirtualMachines', 'listVolumes', 'listBackups'])('sees those of one account in %s', async (command) => {
      const { client, account } = theirs.user;
      const owner = { account: String(account.name), domainid: String(account.domainid) };
      expect(await server.admin.call(command, owner)).toEqual(await client.call(command));
    });
  });

  describe('the owner', () => {
    test('and an administrator may do everything with their things', async () => {
      for (const client of [theirs.user.client, server.admin]) {
        const run = (command: string, parameters: Parameters) => client.run(command, parameters);
        await run('startVirtualMachine', { id: theirs.machine });
        await run('stopVirtualMachine', { id: theirs.machine });
        await run('createBackup', { virtualmachineid: theirs.machine });
        await run('restoreBackup', { id: theirs.backup, virtualmachineid: theirs.machine });
        await run('restoreBackupVolume', { backupid: theirs.backup, volumeid: theirs.volumeInBackup, virtualmachineid: theirs.spare });
        await run('attachVolume', { id: theirs.volume, virtualmachineid: theirs.spare });
        await run('detachVolume', { id: theirs.volume });
        await run('assignBackupPolicy', { virtualmachineid: theirs.spare, backuppolicyid: theirs.policy });
        await run('removeVirtualMachineFromBackupOffering', { virtualmachineid: theirs.spare });
        expect((await listed(client, 'listBackups', 'backup', { virtualmachineid: theirs.machine })).length).toBeGreaterThan(1);
      }
    });

    test('owns what an administrator makes with their things', async () => {
      await server.admin.run('createBackup', { virtualmachineid: theirs.machine });
      await server.admin.run('restoreBackupVolume', {
        backupid: theirs.backup,
        volumeid: theirs.volumeInBackup,
        virtualmachineid: theirs.spare,
      });
      const backups = await listed(theirs.user.client, 'listBackups', 'backup');
      const restored = (await volumesOf(server.admin, theirs.spare)).filter(({ name }) => String(name).startsWith('RestoredVol-'));
      expect(restored.length).toBeGreaterThan(0);
      expect(new Set(each([...backups, ...restored], 'account'))).toEqual(new Set([theirs.user.account.name]));
    });
  });

  describe('a user', () => {
    const forAdmins = [...commands.values()].filter(({ roles }) => !roles.includes('User')).map(({ name }) => name);

    test.each(forAdmins)('may not call %s', async (command) => {
      const text = `The API [${command}] does not exist or is not available for the account ${String(mine.user.account.name)}`;
      expect(await mine.user.client.refusal(command)).toEqual({ code: 432, text });
    });
  });
});
