import { signedQuery } from '../../../src/client/sign.js';
import { configure } from '../scene.js';
import type { TestUser } from '../server.js';
import { adminKeys } from '../signed-request.js';
import { row, type Row, type Stage } from './scene.js';

/** A user that only this request knows. */
const somebody = ({ server, title }: Stage): Promise<TestUser> => server.createUser(title.replaceAll(' ', '-'));

/** Gives a setting a value until the answer has been recorded. */
async function during(stage: Stage, name: string, value: string): Promise<void> {
  const { server } = stage;
  await configure(server, name, value);
  stage.later(() => server.admin.call('resetConfiguration', { name }));
}

/** The commands about how often accounts may call. */
export const GUARDS: readonly Row[] = [row('getApiLimit'), row('resetApiLimit', ({ world }) => ({ account: world.reader.accountId }))];

/** What is refused to whoever may not come in, or not so. */
export const REFUSED_ENTRY: readonly Row[] = [
  row('updateConfiguration.not-a-cidr-list', () => ({ name: 'api.allowed.source.cidr.list', value: '10.0.0.0/33' })),
  row('updateConfiguration.fact', () => ({ name: 'dynamic.apichecker.enabled', value: 'false' })),
  {
    name: 'listZones.too-many',
    send: async (stage) => {
      const { keys, client } = await somebody(stage);
      await during(stage, 'api.throttling.max', '1');
      await during(stage, 'api.throttling.interval', '600');
      await during(stage, 'api.throttling.enabled', 'true');
      await client.call('listZones');
      return stage.ask({ command: 'listZones' }, keys);
    },
  },
  {
    name: 'startVirtualMachine.by-get',
    send: async (stage) => {
      await during(stage, 'enforce.post.requests.and.timestamps', 'true');
      const { apikey, secretkey } = adminKeys(stage.server);
      return stage.raw({ query: signedQuery(stage.formatted({ command: 'startVirtualMachine' }), apikey, secretkey) });
    },
  },
  {
    name: 'listZones.address',
    send: async (stage) => {
      const { keys, accountId: accountid } = await somebody(stage);
      const wanted = { name: 'api.allowed.source.cidr.list', value: '192.0.2.0/24', accountid };
      await stage.server.admin.call('updateConfiguration', wanted);
      return stage.ask({ command: 'listZones' }, keys);
    },
  },
  {
    name: 'listZones.key-access',
    send: async (stage) => {
      const { keys, userId: id } = await somebody(stage);
      await stage.server.admin.call('updateUser', { id, apikeyaccess: 'disabled' });
      return stage.ask({ command: 'listZones' }, keys);
    },
  },
  {
    name: 'login.locked-out',
    send: async (stage) => {
      const { user, password } = await somebody(stage);
      const login = (secret: string) =>
        stage.raw({ form: stage.formatted({ command: 'login', username: String(user.username), password: secret }) });
      for (let time = 0; time < 5; time++) await login('wrong');
      return login(password);
    },
  },
];
