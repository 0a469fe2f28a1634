import { setTimeout as pause } from 'node:timers/promises';
import { insertEvent } from '../kit/builders.js';
import { forEachEngine, install } from '../kit/engines.js';
import { deploy, each, listed, makeZone, NOBODY, uniqueName } from '../kit/scene.js';
import { testServer, TestServer, type TestUser } from '../kit/server.js';
import type { TestClient } from '../kit/test-client.js';

type Parameters = Readonly<Record<string, string>>;

const DAY_MS = 86_400_000;

forEachEngine((engine) => {
  const server = testServer(engine);
  let user!: TestUser;
  beforeEach(async () => {
    user = await server.createUser(uniqueName('tidy'));
    const { id } = await deploy(user.client, await makeZone(server));
    await user.client.run('startVirtualMachine', { id: String(id) });
  });
  const events = (parameters: Parameters = {}, client: TestClient = user.client) => listed(client, 'listEvents', 'event', parameters);
  const types = async (parameters: Parameters = {}) => each(await events(parameters), 'type');

  test('archived events are shown only when they are asked for', async () => {
    const [newest] = await events();
    expect(await user.client.call('archiveEvents', { ids: String(newest?.id) })).toEqual({ success: true });
    expect(each(await events(), 'id')).not.toContain(newest?.id);
    expect(await events({ archived: 'true' })).toEqual([{ ...newest, archived: true }]);
    await user.client.call('archiveEvents', { type: 'VM.START' });
    expect(await types()).not.toContain('VM.START');
    expect(await types({ archived: 'true' })).toEqual(['VM.START', 'VM.START', 'VM.START']);
  });

  test('deleted events are gone, those of others stay, and it is told who deleted them', async () => {
    const isOthers = ({ account }: { account?: unknown }) => account !== user.account.name;
    const all = () => events({ listall: 'true' }, server.admin);
    const { id } = await deploy(server.admin, await makeZone(server));
    await server.admin.run('startVirtualMachine', { id: String(id) });
    const [others, kept] = [(await all()).filter(isOthers), (await types()).filter((type) => type !== 'VM.START')];
    await user.client.call('deleteEvents', { type: 'VM.START' });
    expect(await types()).toEqual(['EVENT.DELETE', ...kept]);
    expect((await all()).filter(isOthers)).toEqual(others);
  });

  test('archived events can be deleted too', async () => {
    await user.client.call('archiveEvents', { type: 'VM.START' });
    await user.client.call('deleteEvents', { type: 'VM.START' });
    expect(await types({ archived: 'true' })).toEqual([]);
  });

  test('dates limit what is meant', async () => {
    const day = (days: number) => new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10);
    const before = await types();
    await user.client.call('deleteEvents', { enddate: day(-2) });
    await user.client.call('deleteEvents', { startdate: day(2), type: 'VM.START' });
    expect((await types()).filter((type) => type !== 'EVENT.DELETE')).toEqual(before);
    await user.client.call('deleteEvents', { startdate: day(-2), enddate: day(2) });
    expect(await types()).toEqual(['EVENT.DELETE']);
  });

  test('an administrator may take the events of everybody', async () => {
    await server.admin.call('archiveEvents', { type: 'VM.START' });
    expect(await types({ archived: 'true' })).toEqual(['VM.START', 'VM.START', 'VM.START']);
  });

  test('events are deleted when they are older than so many days, and for 0 never', async () => {
    const installation = await install(engine);
    const daysAgo = (days: number) => ({ type: 'OLD', created: new Date(Date.now() - days * DAY_MS) });
    /** Starts a server, whose turn it is at once, and lets it do so until so many of the old events are left. */
    const serve = async (delay: string, left: number) => {
      const successor = new TestServer(engine, { installation });
      await successor.start();
      const { knex, daos } = successor.db;
      const old = () => knex('event').where({ type: 'OLD' }).pluck('id');
      while (!(await daos.leases.until('purge events')) || (await old()).length !== left) await pause(20);
      if (left === 0) for (const days of [16, 14]) await insertEvent(daos, daysAgo(days));
      await daos.configuration.save({ name: 'event.purge.delay', scope: 'Global', scopeId: 0, value: delay });
      await knex('lease').delete();
      await successor.stop();
    };
    await serve('0', 0);
    await serve('15', 2);
    await serve('15', 1);
    await installation.drop();
  });

  test.each(['archiveEvents', 'deleteEvents'])('%s refuses what is not the own or not there, and to take everything', async (command) => {
    const before = await types();
    const [foreign] = await events({}, server.admin);
    const [own] = await events();
    const refused = (parameters: Parameters) => user.client.refusal(command, parameters);
    expect((await refused({ ids: `${String(own?.id)},${String(foreign?.id)}` })).code).toBe(531);
    expect(await refused({ ids: NOBODY })).toEqual({ code: 431, text: `event ${NOBODY} does not exist` });
    expect(await refused({})).toEqual({ code: 431, text: 'say which events: give ids, type, startdate or enddate' });
    expect((await types()).slice(3)).toEqual(before);
  });
});
