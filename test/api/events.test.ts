import { commands } from '../../src/commands/index.js';
import type { Event } from '../../src/dao/event-dao.js';
import type { Answer } from '../../src/client/api-client.js';
import { Browser } from '../kit/browser.js';
import { Clock } from '../kit/clock.js';
import { forEachEngine } from '../kit/engines.js';
import { backedUpMachine, configure, deploy, each, listed, makeVolume, makeZone, NOBODY, only, protectedMachine, uniqueName } from '../kit/scene.js'; // prettier-ignore
import { testServer, type TestUser } from '../kit/server.js';
import { aDate, aUuid } from '../kit/signed-request.js';
import type { TestClient } from '../kit/test-client.js';

type Parameters = Readonly<Record<string, string>>;

forEachEngine((engine) => {
  const clock = new Clock();
  const server = testServer(engine, { now: clock.now });
  const events = (parameters: Parameters = {}, client: TestClient = server.admin) => listed(client, 'listEvents', 'event', parameters);
  const told = (shown: readonly Answer[]) => shown.map(({ type, state, level }) => `${String(type)} ${String(state)} ${String(level)}`);
  /** The events that the work has left, oldest first. */
  const during = async (work: () => Promise<unknown>, client: TestClient = server.admin) => {
    const before = new Set(each(await events({ listall: 'true' }), 'id'));
    await work();
    return (await events({ listall: 'true' }, client)).filter(({ id }) => !before.has(String(id))).reverse();
  };

  describe('a job', () => {
    test('is told of when it is accepted, when it begins and when it is done', async () => {
      const { vmId, vmName } = await protectedMachine(server);
      const shown = await during(() => server.admin.run('createBackup', { virtualmachineid: vmId, name: 'nightly' }));
      const same = {
        id: aUuid,
        username: 'admin',
        type: 'BACKUP.CREATE',
        level: 'INFO',
        account: 'admin',
        domainid: aUuid,
        domain: 'ROOT',
        domainpath: 'ROOT',
        resourceid: vmId,
        resourcetype: 'VirtualMachine',
        resourcename: vmName,
        created: aDate,
        archived: false,
      };
      const parentid = shown[0]?.id;
      const asked = `createBackup was accepted (virtualmachineid=${vmId}, name=nightly)`;
      expect(shown.map((event) => ({ ...event, description: String(event.description).replace(/\((.*)\)/, sortedInside) }))).toEqual([
        { ...same, state: 'Scheduled', description: asked.replace(/\((.*)\)/, sortedInside) },
        { ...same, state: 'Started', description: 'createBackup has begun', parentid },
        { ...same, state: 'Completed', description: 'createBackup is done', parentid },
      ]);
    });

    test('that fails ends in an error with the reason', async () => {
      const vmId = String((await deploy(server.admin, await makeZone(server))).id);
      const shown = await during(() => server.admin.refusal('createBackup', { virtualmachineid: vmId }));
      expect(told(shown)).toEqual(['BACKUP.CREATE Scheduled INFO', 'BACKUP.CREATE Started INFO', 'BACKUP.CREATE Completed ERROR']);
      expect(shown[2]?.description).toBe(`createBackup failed: virtual machine ${vmId} has no backup offering`);
    });

    test('that is not accepted leaves no event', async () => {
      expect(await during(() => server.admin.refusal('createBackup', { virtualmachineid: NOBODY }))).toEqual([]);
    });

    test('is joined with its request and its events by one id', async () => {
      const { id } = await deploy(server.admin, await makeZone(server));
      const { jobid } = await server.admin.call('startVirtualMachine', { id: String(id) });
      await server.admin.ended(String(jobid));
      const { knex } = server.db;
      const { requestId, operationId } = (await knex('async_job')
        .where({ uuid: String(jobid) })
        .first()) as Event;
      const rows = (await knex('event').where({ requestId }).orderBy('id')) as Event[];
      expect(rows.map(({ state, operationId: operation }) => [state, operation])).toEqual(
        ['Scheduled', 'Started', 'Completed'].map((state) => [state, operationId]),
      );
      const lines = server.log.filter(({ fields }) => fields.requestId === requestId);
      expect(lines.map(({ message }) => message)).toEqual(['request', 'job started', 'job finished']);
      expect(lines.slice(1).map(({ fields }) => [fields.job, fields.operation])).toEqual([
        [jobid, operationId],
        [jobid, operationId],
      ]);
      // What was done at the plugin has the operation, which the lines of the job join with the request.
      const calls = server.logged('provider call').filter(({ fields }) => fields.operation === operationId);
      expect(calls.map(({ fields }) => fields.call)).toEqual(['simulator.startMachine']);
    });

    test('that makes a thing names it when it is done', async () => {
      const name = uniqueName('vm');
      const zone = await makeZone(server);
      const shown = await during(() => deploy(server.admin, zone, { name }));
      const { id } = await only(server.admin, 'listVirtualMachines', 'virtualmachine', { name });
      expect(shown.map(({ resourceid, resourcename }) => [resourceid, resourcename])).toEqual([[id, undefined], [id, undefined], [id, name]]); // prettier-ignore
    });
  });

  describe('a command that is no job', () => {
    test('is told of when it is done, with what was asked for and what it made', async () => {
      const name = uniqueName('zone');
      const [event, ...others] = await during(() =>
        server.admin.call('createZone', { name, networktype: 'Basic', dns1: '10.0.0.1', internaldns1: '10.0.0.2' }),
      );
      const { id } = await only(server.admin, 'listZones', 'zone', { name });
      expect(others).toEqual([]);
      expect(event).toMatchObject({ type: 'ZONE.CREATE', state: 'Completed', level: 'INFO', resourceid: id, resourcetype: 'Zone' });
      expect(event?.description).toMatch(/^createZone is done \(.*networktype=Basic/);
      expect(event).not.toHaveProperty('parentid');
    });

    test('that fails is told of too, with the reason', async () => {
      const [event] = await during(() => server.admin.refusal('updateBackupOffering', { id: NOBODY, name: 'new' }));
      expect(event).toMatchObject({ type: 'BACKUP.OFFERING.EDIT', state: 'Completed', level: 'ERROR', resourceid: NOBODY });
      expect(event?.description).toMatch(
        new RegExp(`^updateBackupOffering failed: backup offering ${NOBODY} does not exist \\(.*name=new`),
      );
    });

    test('that is refused for the form of a parameter leaves no event', async () => {
      expect(await during(() => server.admin.refusal('updateBackupOffering', { id: 'x' }))).toEqual([]);
    });

    test('that only asks leaves no event', async () => {
      expect(await during(() => server.admin.call('listZones'))).toEqual([]);
    });

    test('that changes no row is answered all the same if no event can be written', async () => {
      const { knex } = server.db;
      await knex.schema.renameTable('event', 'event_away');
      const answer = await server.admin.call('resetApiLimit').finally(() => knex.schema.renameTable('event_away', 'event'));
      expect(answer).toEqual({ success: true });
      expect(server.logged('event not recorded')).toMatchObject([{ level: 'error', fields: { command: 'resetApiLimit' } }]);
    });
  });

  test('no event shows what is sensitive', async () => {
    const secret = 'nobody may read this';
    const person = { firstname: 'S', lastname: 'S', email: 's@example.org' };
    await server.admin.call('createAccount', { ...person, username: uniqueName('keeper'), password: secret });
    await server.admin.refusal('createUser', { ...person, username: uniqueName('keeper'), password: secret, account: 'nobody' });
    await configure(server, 'backup.plugin.dummy.lost', secret);
    await configure(server, 'backup.plugin.dummy.lost', '');
    const rows = JSON.stringify(await server.db.knex('event').select());
    expect(rows).toContain('createAccount is done');
    expect(rows).toContain('createUser failed');
    expect(rows).not.toContain(secret);
  });

  test('what is too long is cut', async () => {
    const long = { name: 'é'.repeat(255), description: 'é'.repeat(255), forced: 'true' };
    const asked = { ...long, externalid: 'é'.repeat(255), zoneid: await makeZone(server), allowuserdrivenbackups: 'true'.padEnd(900) };
    const [event] = await during(() => server.admin.refusal('importBackupOffering', asked));
    expect(String(event?.description)).toHaveLength(1024);
    expect(String(event?.description)).toMatch(/…$/);
  });

  test('who logs in and out is told of, and who cannot log in is not', async () => {
    const { user, password } = await server.createUser(uniqueName('visitor'));
    const name = String(user.username);
    const browser = new Browser(server);
    const shown = await during(async () => {
      await browser.login({ username: name, password: 'wrong' });
      await browser.login({ username: name, password });
      await browser.call('logout');
      await browser.call('logout');
    });
    expect(told(shown)).toEqual(['USER.LOGIN Completed INFO', 'USER.LOGOUT Completed INFO']);
    expect(shown.map(({ username, account }) => [username, account])).toEqual([[name, name], [name, name]]); // prettier-ignore
    expect(JSON.stringify(shown)).not.toContain(password);
  });

  describe('whose event it is', () => {
    let owner!: TestUser;
    let other!: TestUser;
    beforeAll(async () => {
      owner = await server.createUser(uniqueName('owner'));
      other = await server.createUser(uniqueName('other'));
    });

    test('is the owner of the thing, whoever did it', async () => {
      const { vmId } = await protectedMachine(server, { client: owner.client });
      const shown = await during(() => server.admin.run('createBackup', { virtualmachineid: vmId }), owner.client);
      expect(shown.map(({ state, username, account }) => [state, username, account])).toEqual(
        ['Scheduled', 'Started', 'Completed'].map((state) => [state, 'admin', owner.account.name]),
      );
      expect(await events({ resourceid: vmId, listall: 'true' }, other.client)).toEqual([]);
    });

    test('is the owner of what an administrator has deleted', async () => {
      const webhook = { name: 'hook', payloadurl: 'https://example.org/hook' };
      const { id } = (await owner.client.call('createWebhook', webhook)).webhook as Answer;
      const [shown] = await during(() => server.admin.call('deleteWebhook', { id: String(id) }), owner.client);
      expect(shown).toMatchObject({ type: 'WEBHOOK.DELETE', username: 'admin', account: owner.account.name, resourcename: 'hook' });
    });

    test('is whoever did it where a thing has no owner', async () => {
      const shown = await during(() => makeZone(server));
      expect(new Set(each(shown, 'account'))).toEqual(new Set(['admin']));
    });

    test('nobody else sees it, in lists or by its id', async () => {
      const [event] = await events({}, owner.client);
      const id = String(event?.id);
      expect(await events({ id }, owner.client)).toEqual([event]);
      expect(await events({ id }, other.client)).toEqual([]);
      expect(await events({ startid: id }, other.client)).toEqual([]);
      expect(each(await events({ listall: 'true' }, other.client), 'account')).not.toContain(owner.account.name);
      expect(each(await events(), 'id')).not.toContain(id);
      expect(each(await events({ listall: 'true' }), 'id')).toContain(id);
      expect(await events({ id })).toEqual([event]);
      const named = { account: String(owner.account.name), domainid: String(owner.account.domainid) };
      expect(new Set(each(await events(named), 'account'))).toEqual(new Set([owner.account.name]));
    });
  });

  describe('listEvents', () => {
    test('shows the newest first, page by page', async () => {
      await makeZone(server);
      const all = await events();
      const page = await server.admin.call('listEvents', { page: '2', pagesize: '3' });
      expect(page).toEqual({ count: all.length, event: all.slice(3, 6) });
      const moments = each(all, 'created');
      expect(moments).toEqual([...moments].sort().reverse());
    });

    test('finds events by type, level, state and keyword', async () => {
      const { id } = await deploy(server.admin, await makeZone(server));
      await server.admin.run('startVirtualMachine', { id: String(id) });
      await server.admin.refusal('createBackup', { virtualmachineid: String(id) });
      const ofMachine = (parameters: Parameters) => events({ resourceid: String(id), ...parameters }).then(told);
      expect(await ofMachine({ type: 'VM.START', state: 'Started' })).toEqual(['VM.START Started INFO']);
      expect(await ofMachine({ level: 'error' })).toEqual(['BACKUP.CREATE Completed ERROR']);
      expect(await ofMachine({ keyword: 'STARTVIRTUALMACHINE', state: 'Completed' })).toEqual(['VM.START Completed INFO']);
      expect(await ofMachine({ type: 'VM.STAR' })).toEqual([]);
    });

    test('finds the events of one job by its first, and an event that stands alone by itself', async () => {
      const { id } = await deploy(server.admin, await makeZone(server));
      const job = await during(() => server.admin.run('startVirtualMachine', { id: String(id) }));
      await server.admin.run('stopVirtualMachine', { id: String(id) });
      expect((await events({ startid: String(job[0]?.id) })).reverse()).toEqual(job);
      const [alone] = await during(() => configure(server, 'session.timeout', '30'));
      expect(await events({ startid: String(alone?.id) })).toEqual([alone]);
    });

    test('finds events by date and by age', async () => {
      const early = await during(() => configure(server, 'session.timeout', '30'));
      clock.forward(300_000);
      const late = await during(() => configure(server, 'session.timeout', '30'));
      const has = async (parameters: Parameters) => {
        const ids = each(await events(parameters), 'id');
        return [early, late].map(([event]) => ids.includes(String(event?.id)));
      };
      const between = new Date(clock.now().getTime() - 150_000).toISOString().replace(/\.\d+Z/, '+0000');
      expect(await has({ startdate: between })).toEqual([false, true]);
      expect(await has({ enddate: between })).toEqual([true, false]);
      expect(await has({ entrytime: '150' })).toEqual([false, true]);
      expect(await has({ duration: '150' })).toEqual([true, false]);
      expect(await has({ entrytime: '86400', duration: '0' })).toEqual([true, true]);
      expect((await server.admin.refusal('listEvents', { entrytime: '-1' })).text).toBe('parameter entrytime: must not be negative');
    });

    test('shows of a machine also what was done with its volumes and backups', async () => {
      const { zoneId, vmId, backupId } = await backedUpMachine(server);
      const spare = String((await deploy(server.admin, zoneId)).id);
      const volume = await makeVolume(server.admin, zoneId);
      await server.admin.run('attachVolume', { id: volume, virtualmachineid: spare });
      await server.admin.run('deleteBackup', { id: backupId });
      const done = { state: 'Completed', resourcetype: 'VirtualMachine' };
      expect(each(await events({ ...done, resourceid: spare }), 'type')).toEqual(['VOLUME.ATTACH', 'VM.CREATE']);
      expect(each(await events({ ...done, resourceid: vmId.toUpperCase() }), 'type')).toContain('BACKUP.DELETE');
      expect(each(await events({ state: 'Completed', resourceid: backupId, resourcetype: 'backup' }), 'type')).toEqual(['BACKUP.DELETE']);
      expect(await events({ resourceid: backupId, resourcetype: 'Volume' })).toEqual([]);
      expect(await events({ resourcetype: '__proto__' })).toEqual([]);
      expect(new Set(each(await events({ resourcetype: 'volume' }), 'resourcetype'))).toEqual(new Set(['Volume']));
    });

    test('refuses an event that there is not', async () => {
      for (const name of ['id', 'startid']) expect((await server.admin.refusal('listEvents', { [name]: NOBODY })).code).toBe(431);
    });
  });

  test('listEventTypes names every type that a command declares, once', async () => {
    const names = each(await listed(server.admin, 'listEventTypes', 'eventtype'), 'name');
    expect(names).toEqual([...new Set([...commands.values()].flatMap(({ event }) => event ?? []))].sort());
    expect(names).toContain('BACKUP.RESTORE.VOLUME.TO.VM');
    expect(await server.admin.call('listEventTypes', { keyword: 'vm.st', page: '2', pagesize: '1' })).toEqual({
      count: 2,
      eventtype: [{ name: 'VM.STOP' }],
    });
  });
});

const sortedInside = (_: string, inside: string): string => `(${inside.split(', ').sort().join(', ')})`;
