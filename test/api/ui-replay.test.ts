import { Browser } from '../kit/browser.js';
import { forEachEngine } from '../kit/engines.js';
import { protectedMachine, uniqueName } from '../kit/scene.js';
import { testServer } from '../kit/server.js';
import { UiReplay } from '../kit/ui/replay.js';

forEachEngine((engine) => {
  const server = testServer(engine);

  test('an administrator clicks through the web UI of CloudStack', async () => {
    const { username, password } = server.firstAdmin;
    const complaints = await new UiReplay(server, new Browser(server), { username, password }).play('admin-pass.txt');
    expect(complaints).toEqual([]);
  });

  test('a user clicks through what users see', async () => {
    const { client, user, password } = await server.createUser(uniqueName('clerk'));
    const { policyId: offering } = await protectedMachine(server, { client, machine: { name: 'files-1' } });
    const facts = { username: String(user.username), password, offering };
    expect(await new UiReplay(server, new Browser(server), facts).play('user-pass.txt')).toEqual([]);
  });
});
