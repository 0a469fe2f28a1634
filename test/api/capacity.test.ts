import { insertZone } from '../kit/builders.js';
import { Clock } from '../kit/clock.js';
import { forEachEngine } from '../kit/engines.js';
import { backedUpMachine, configure, each, GIB, listed, makeZone, NOBODY, only, script, takeBackup } from '../kit/scene.js';
import { testServer } from '../kit/server.js';
import { aDate, aUuid } from '../kit/signed-request.js';

type Parameters = Readonly<Record<string, string>>;

const MEASURED = 'backup.framework.sync.interval';
const THRESHOLD = 'zone.backupStorage.capacity.notificationthreshold';

forEachEngine((engine) => {
  const clock = new Clock();
  const server = testServer(engine, { now: clock.now });
  const capacities = (parameters: Parameters = {}) => listed(server.admin, 'listCapacity', 'capacity', parameters);
  const measured = (zoneid: string) => only(server.admin, 'listCapacity', 'capacity', { zoneid, fetchlatest: 'true' });
  const alerts = (parameters: Parameters = {}) => listed(server.admin, 'listAlerts', 'alert', parameters);
  /** The alerts of the zone, oldest first. */
  const alertsOf = async (zone: string) => (await alerts({ keyword: zone })).reverse();

  describe('listCapacity', () => {
    test('shows how full the backup storage of a zone is, as of now if it is asked for', async () => {
      const { zoneId, vmId } = await backedUpMachine(server);
      await script(server, zoneId, { 'capacity.bytes': String(3 * GIB) });
      const { name } = await only(server.admin, 'listZones', 'zone', { id: zoneId });
      expect(await measured(zoneId)).toEqual({
        ...{ type: 21, name: 'BACKUP_STORAGE', zoneid: zoneId, zonename: name, capacitytotal: 3 * GIB },
        ...{ capacityused: GIB, capacityallocated: GIB, percentused: '33.33' },
      });
      await takeBackup(server.admin, vmId);
      expect(await capacities({ zoneid: zoneId })).toMatchObject([{ percentused: '33.33' }]);
      expect(await measured(zoneId)).toMatchObject({ percentused: '66.67' });
    });

    test('is refreshed every so often without being asked', async () => {
      const { zoneId } = await backedUpMachine(server);
      expect(await capacities({ zoneid: zoneId })).toEqual([]);
      await configure(server, MEASURED, '1');
      clock.forward(300_000);
      while ((await capacities({ zoneid: zoneId })).length === 0) await new Promise((resolve) => setTimeout(resolve, 50));
      await configure(server, MEASURED, '300');
      expect(await capacities({ zoneid: zoneId })).toMatchObject([{ capacityused: GIB, capacitytotal: 2 ** 40 }]);
    });

    test('leaves out zones that nothing is known of', async () => {
      const zoneid = await makeZone(server, { enabled: 'false' });
      expect(await capacities({ zoneid, fetchlatest: 'true' })).toEqual([]);
      await configure(server, 'backup.framework.enabled', 'true', zoneid);
      expect(await capacities({ zoneid })).toEqual([]);
      expect(await capacities({ zoneid, fetchlatest: 'true' })).toHaveLength(1);
      await configure(server, 'backup.framework.enabled', 'false', zoneid);
      expect(await capacities({ zoneid, fetchlatest: 'true' })).toEqual([]);
    });

    test('shows what was known last of a zone whose provider is away, and the other zones', async () => {
      const [away, there] = [await makeZone(server), await makeZone(server)];
      const before = await measured(away);
      await script(server, away, { 'fail.call': 'capacity', 'fail.fault': 'temporary', 'capacity.bytes': '7' });
      await script(server, there, { 'capacity.bytes': '8' });
      const all = await capacities({ fetchlatest: 'true' });
      expect(all.find(({ zoneid }) => zoneid === away)).toEqual(before);
      expect(all.find(({ zoneid }) => zoneid === there)).toMatchObject({ capacitytotal: 8 });
      const unmeasured = server.logged('backup storage not measured').map(({ fields }) => fields.zone);
      expect(new Set(unmeasured)).toEqual(new Set([away]));
    });

    test('narrows by type, sorts by use, and shows one page', async () => {
      const { zoneId: full } = await backedUpMachine(server);
      await script(server, full, { 'capacity.bytes': String(GIB) });
      await makeZone(server);
      const all = await capacities({ fetchlatest: 'true' });
      expect(each(all, 'zoneid')[0]).not.toBe(full);
      expect(await capacities({ type: '21' })).toEqual(all);
      expect(await capacities({ type: '0' })).toEqual([]);
      expect(await capacities({ sortby: 'usage', page: '1', pagesize: '1' })).toMatchObject([{ zoneid: full, percentused: '100.00' }]);
    });

    test('keeps what was begun to be measured last, whichever is answered last', async () => {
      const { capacities: dao } = server.db.daos;
      const { id: zoneId } = await insertZone(server.db.daos);
      const at = (ms: number) => ({ zoneId, usedBytes: ms, totalBytes: 1000, measured: new Date(Date.now() + ms) });
      const saved = [];
      for (const ms of [0, 20, 10, 20, 30, 10 ** 9, 40]) saved.push(await dao.save(at(ms)));
      expect(saved).toEqual([true, true, false, true, true, true, true]);
      expect((await dao.listAll()).find((each) => each.zoneId === zoneId)?.usedBytes).toBe(40);
    });

    test('refuses another order, and a zone that there is not', async () => {
      expect((await server.admin.refusal('listCapacity', { sortby: 'name' })).text).toBe('parameter sortby: "name" is not usage');
      expect((await server.admin.refusal('listCapacity', { zoneid: NOBODY })).code).toBe(431);
    });
  });

  describe('an alert', () => {
    test('is raised once when the use of a zone passes its threshold, and again after it was below', async () => {
      const { zoneId } = await backedUpMachine(server);
      const fill = async (total: number) => {
        await script(server, zoneId, { 'capacity.bytes': String(total) });
        await measured(zoneId);
        return (await alertsOf(zoneId)).length;
      };
      expect([await fill(2 * GIB), await fill(GIB), await fill(GIB + 1), await fill(2 * GIB), await fill(GIB)]).toEqual([0, 1, 1, 1, 2]);
      const [alert] = await alertsOf(zoneId);
      expect(alert).toEqual({ id: aUuid, type: 21, name: 'ALERT.STORAGE.BACKUP', sent: aDate, description: expect.any(String) as string });
      expect(alert?.description).toContain(`(${zoneId}) is 100.00 % full, more than 75.00 %: ${GIB} of ${GIB} bytes`);
    });

    test('goes by the threshold of the zone', async () => {
      const { zoneId } = await backedUpMachine(server);
      await script(server, zoneId, { 'capacity.bytes': String(2 * GIB) });
      await configure(server, THRESHOLD, '0.5', zoneId);
      await measured(zoneId);
      expect(await alertsOf(zoneId)).toEqual([]);
      await configure(server, THRESHOLD, '0.49', zoneId);
      await measured(zoneId);
      expect(await alertsOf(zoneId)).toHaveLength(1);
    });

    test('is raised once although many measure at the same time', async () => {
      const { zoneId } = await backedUpMachine(server);
      await script(server, zoneId, { 'capacity.bytes': String(GIB) });
      await Promise.all(Array.from({ length: 8 }, () => measured(zoneId)));
      expect(await alertsOf(zoneId)).toHaveLength(1);
    });

    test('is found by id, type and page, newest first', async () => {
      const all = await alerts();
      expect(each(all, 'sent')).toEqual(each(all, 'sent').sort().reverse());
      expect(await alerts({ id: String(all[1]?.id) })).toEqual([all[1]]);
      for (const type of ['21', 'ALERT.STORAGE.BACKUP', 'alert.storage.backup']) expect(await alerts({ type })).toEqual(all);
      expect(await server.admin.call('listAlerts', { page: '2', pagesize: '1' })).toEqual({ count: all.length, alert: [all[1]] });
    });

    test('is no longer listed when it has been archived or deleted', async () => {
      const [archived, deleted, ...rest] = await alerts();
      await server.admin.call('archiveAlerts', { ids: String(archived?.id) });
      await server.admin.call('deleteAlerts', { ids: String(deleted?.id) });
      expect(await alerts()).toEqual(rest);
      await server.admin.call('deleteAlerts', { type: '21' });
      expect(await alerts()).toEqual([]);
      expect(await server.db.knex('alert').select()).toEqual([]);
    });

    test.each(['archiveAlerts', 'deleteAlerts'])('%s refuses what is not there, and to take everything', async (command) => {
      const refused = (parameters: Parameters) => server.admin.refusal(command, parameters);
      expect(await refused({ ids: NOBODY })).toEqual({ code: 431, text: `alert ${NOBODY} does not exist` });
      expect(await refused({ type: 'FIRE' })).toEqual({
        code: 431,
        text: 'parameter type: "FIRE" is not one of ALERT.MANAGEMENT, ALERT.STORAGE.BACKUP, ALERT.RESOURCE.COUNT, ALERT.TYPE.SYNC',
      });
      expect(await refused({})).toEqual({ code: 431, text: 'say which alerts: give ids, type, startdate or enddate' });
    });
  });

  test('the threshold is a share', async () => {
    expect(await only(server.admin, 'listConfigurations', 'configuration', { name: THRESHOLD })).toMatchObject({
      type: 'Decimal',
      value: '0.75',
    });
    for (const value of ['-0.1', '1.1', 'half', '']) {
      expect((await server.admin.refusal('updateConfiguration', { name: THRESHOLD, value })).code).toBe(431);
    }
  });
});
