import type { Answer } from '../../src/client/api-client.js';
import { insertRepository, insertZone } from '../kit/builders.js';
import { forEachEngine } from '../kit/engines.js';
import { each, listed, NOBODY, only, uniqueName } from '../kit/scene.js';
import { testServer } from '../kit/server.js';
import { aUuid } from '../kit/signed-request.js';

const zoneNamed = (name: string) => ({ name, networktype: 'Advanced', dns1: '10.0.0.1', internaldns1: '10.0.0.2' });

forEachEngine((engine) => {
  const server = testServer(engine);
  const names = async (parameters = {}) => each(await listed(server.admin, 'listZones', 'zone', parameters), 'name');

  describe('createZone', () => {
    test('answers the zone', async () => {
      const name = uniqueName('north');
      expect(await server.admin.call('createZone', zoneNamed(name))).toEqual({
        zone: {
          id: aUuid,
          name,
          networktype: 'Advanced',
          allocationstate: 'Enabled',
          dns1: '10.0.0.1',
          internaldns1: '10.0.0.2',
          securitygroupsenabled: false,
          localstorageenabled: false,
          zonetoken: aUuid,
          dhcpprovider: 'VirtualRouter',
          type: 'Core',
        },
      });
    });

    test('makes a zone that listZones shows as it was answered', async () => {
      const { zone } = await server.admin.call('createZone', zoneNamed(uniqueName('east')));
      expect(await only(server.admin, 'listZones', 'zone', { id: String((zone as { id: string }).id) })).toEqual(zone);
    });

    test('makes a zone in which backups are off', async () => {
      const { zone } = await server.admin.call('createZone', zoneNamed(uniqueName('quiet')));
      const zoneid = String((zone as { id: string }).id);
      expect(await only(server.admin, 'listConfigurations', 'configuration', { name: 'backup.framework.enabled', zoneid })).toMatchObject({
        value: 'false',
      });
    });

    test('refuses a name that a zone has', async () => {
      const before = await names();
      const refusal = await server.admin.refusal('createZone', zoneNamed('sandbox'));
      expect(refusal).toEqual({ code: 431, text: 'parameter name: there is a zone sandbox already' });
      expect(await names()).toEqual(before);
    });

    test('refuses a network type that there is not', async () => {
      const refusal = await server.admin.refusal('createZone', { ...zoneNamed('odd'), networktype: 'Tokenring' });
      expect(refusal).toEqual({ code: 431, text: 'parameter networktype: "Tokenring" is neither Basic nor Advanced' });
      expect(await names({ name: 'odd' })).toEqual([]);
    });
  });

  describe('listZones', () => {
    test('shows the oldest first', async () => {
      const name = uniqueName('late');
      await server.admin.call('createZone', zoneNamed(name));
      const all = await names();
      expect([all[0], all.at(-1)]).toEqual(['sandbox', name]);
    });

    test('finds a zone by its whole name only', async () => {
      expect(await names({ name: 'sandbox' })).toEqual(['sandbox']);
      expect(await names({ name: 'sandb' })).toEqual([]);
    });

    test('finds zones by a part of the name in any case', async () => {
      expect(await names({ keyword: 'ANDBO' })).toEqual(['sandbox']);
    });

    test('shows every zone whether they are asked for as available or not', async () => {
      const all = await names();
      expect(await names({ available: 'true' })).toEqual(all);
      expect(await names({ available: 'false' })).toEqual(all);
    });

    test('shows one page and counts all', async () => {
      await server.admin.call('createZone', zoneNamed(uniqueName('one-more')));
      const all = await names();
      const page = await server.admin.call('listZones', { page: '2', pagesize: '1' });
      expect(page).toEqual({ count: all.length, zone: [expect.objectContaining({ name: all[1] })] });
    });

    test('refuses the id of no zone in the words that clients know', async () => {
      const { code, text } = await server.admin.refusal('listZones', { id: NOBODY });
      expect(code).toBe(431);
      expect(text).toContain(`Invalid parameter id value=${NOBODY} due to incorrect long value format, or entity does not exist`);
    });
  });

  describe('listInfrastructure', () => {
    const count = async () => (await server.admin.call('listInfrastructure')).infrastructure as Answer;

    test('counts the zones and the repositories that there are', async () => {
      const before = await count();
      expect(before.zones).toBe((await names()).length);
      const { id: zoneId } = await insertZone(server.db.daos);
      await insertRepository(server.db.daos, { zoneId });
      await server.admin.call('createZone', zoneNamed(uniqueName('counted')));
      expect(await count()).toEqual({
        ...before,
        zones: (await names()).length,
        backuprepositories: Number(before.backuprepositories) + 1,
      });
    });

    test('is for administrators', async () => {
      const { client } = await server.createUser(uniqueName('visitor'));
      expect((await client.refusal('listInfrastructure')).code).toBe(432);
    });
  });

  describe('paging', () => {
    test.each([
      [{ page: '1' }, '"pagesize" parameter is required when "page" is specified'],
      [{ pagesize: '1' }, '"page" parameter is required when "pagesize" is specified'],
      [{ page: '1', pagesize: '501' }, "Page size can't exceed max allowed page size value: 500"],
      [{ page: '1', pagesize: '-1' }, "Can't specify page parameter when pagesize is -1 (Unlimited)"],
      [{ page: '1', pagesize: '-2' }, 'parameter pagesize: must not be negative'],
    ])('is refused for %j', async (parameters, text) => {
      expect(await server.admin.refusal('listZones', parameters)).toEqual({ code: 431, text });
    });

    test('without limit shows everything', async () => {
      expect(await names({ pagesize: '-1' })).toEqual(await names());
    });

    test('takes a page number below one as the first page', async () => {
      const first = await server.admin.call('listZones', { page: '1', pagesize: '1' });
      expect(await server.admin.call('listZones', { page: '0', pagesize: '1' })).toEqual(first);
      expect(await server.admin.call('listZones', { page: '-7', pagesize: '1' })).toEqual(first);
    });

    test('past the end and by nothing shows the count only', async () => {
      const count = (await names()).length;
      expect(await server.admin.call('listZones', { page: '2147483647', pagesize: '500' })).toEqual({ count });
      expect(await server.admin.call('listZones', { page: '1', pagesize: '0' })).toEqual({ count });
    });
  });
});
