import type { Command } from '../../src/api/command.js';
import { commands } from '../../src/commands/index.js';
import { Browser } from '../kit/browser.js';
import { forEachEngine, present } from '../kit/engines.js';
import { testServer } from '../kit/server.js';

/** Holds every listZones back until it is let go; `arrived` resolves when the first one has come. */
function holdZones() {
  const spec = present(commands.get('listzones'));
  const { create } = spec;
  let letGo: () => void = () => undefined;
  let arrive: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => (letGo = resolve));
  const arrived = new Promise<void>((resolve) => (arrive = resolve));
  spec.create = () => {
    const command = create() as Command;
    const execute = command.execute.bind(command);
    command.execute = async (...args) => {
      arrive();
      await gate;
      return execute(...args);
    };
    return command;
  };
  const end = () => {
    spec.create = create;
    letGo();
  };
  return { arrived, end };
}

forEachEngine((engine) => {
  const server = testServer(engine);
  const loggedIn = async () => {
    const browser = new Browser(server);
    const { username, password } = server.firstAdmin;
    await browser.login({ username, password });
    return browser;
  };

  test('listApis does not overtake the listZones that its session sent before; nothing else waits', async () => {
    const [browser, other] = [await loggedIn(), await loggedIn()];
    const answered: string[] = [];
    const ask = async (who: Browser, command: string) => {
      const { status } = await who.get(command);
      answered.push(`${who === browser ? 'own' : 'other'} ${command} ${status}`);
    };
    const { arrived, end } = holdZones();
    const zones = ask(browser, 'listZones');
    try {
      await arrived;
      const apis = ask(browser, 'listApis');
      await ask(other, 'listApis');
      await ask(browser, 'listUsers');
      await server.admin.call('listApis');
      end();
      await Promise.all([zones, apis]);
    } finally {
      end();
    }
    expect(answered).toEqual(['other listApis 200', 'own listUsers 200', 'own listZones 200', 'own listApis 200']);
  });

  test('a session that lists no zones has its commands at once', async () => {
    expect((await (await loggedIn()).get('listApis')).status).toBe(200);
  });
});
