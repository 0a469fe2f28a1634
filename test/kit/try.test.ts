import { forEachEngine, testDatabase } from './engines.js';
import { testServer } from './server.js';

forEachEngine((engine) => {
  const handle = testDatabase(engine);
  const server = testServer(engine);
  test('db', async () => { expect(await handle.db.daos.zones.listAll()).toEqual([]); });
  test('server', async () => {
    console.log(await server.admin.call('listVirtualMachines', { listall: 'true' }));
    const u = await server.createUser('bob');
    console.log(await u.client.call('listVirtualMachines'), await u.client.refusal('createZone'));
    console.log(await server.statements.during(() => server.admin.call('listVirtualMachines', { listall: 'true' })));
    console.log((await server.raw({ query: { command: 'listZones', response: 'json' } })).body, server.log.length);
  });
});
