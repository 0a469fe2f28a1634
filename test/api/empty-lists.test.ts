import { forEachEngine } from '../kit/engines.js';
import { uniqueName } from '../kit/scene.js';
import { testServer, type TestUser } from '../kit/server.js';
import { ask } from '../kit/signed-request.js';

/** Lists that are empty for an account that has nothing. */
const LISTS = [
  'listVirtualMachines',
  'listVolumes',
  'listBackups',
  'listBackupSchedule',
  'listBackupPolicies',
  'listAsyncJobs',
  'listRestores',
  'listProjects',
  'listPublicIpAddresses',
  'listPortForwardingRules',
  'listIpForwardingRules',
];

forEachEngine((engine) => {
  const server = testServer(engine);
  let user: TestUser | undefined;
  beforeAll(async () => void (user = await server.createUser(uniqueName('newcomer'))));

  describe.each(LISTS)('an empty %s', (command) => {
    const envelope = `${command.toLowerCase()}response`;

    test('has neither a count nor a list in JSON', async () => {
      const { status, text } = await ask(server, { command, response: 'json' }, user?.keys);
      expect([status, text]).toEqual([200, `{"${envelope}":{}}`]);
    });

    test('is an opening and a closing tag in XML', async () => {
      const { status, text } = await ask(server, { command }, user?.keys);
      expect([status, text]).toEqual([
        200,
        `<?xml version="1.0" encoding="UTF-8"?><${envelope} cloud-stack-version="4.22.1.0"></${envelope}>`,
      ]);
    });

    test('stays empty whatever page is asked for, and for listall', async () => {
      const { text } = await ask(server, { command, response: 'json', page: '3', pagesize: '10', listall: 'true' }, user?.keys);
      expect(text).toBe(`{"${envelope}":{}}`);
    });
  });

  test.each(['listPublicIpAddresses', 'listPortForwardingRules', 'listIpForwardingRules'])(
    '%s is empty for an administrator too',
    async (command) => {
      expect(await server.admin.call(command, { listall: 'true' })).toEqual({});
    },
  );
});
