import { ProviderError } from '../../src/provider/index.js';
import { forEachEngine } from '../kit/engines.js';
import { alterProvider, interruptible } from '../kit/outside.js';
import { deploy, makeZone, only, protectedMachine, volumesOf } from '../kit/scene.js';
import { testServer } from '../kit/server.js';

type Told = { code: number; text: string } | undefined;

forEachEngine((engine) => {
  const server = testServer(engine);
  let during: ReturnType<typeof interruptible>;
  let whileLettingGo: () => Promise<unknown> = async () => undefined;
  let zoneid = '';
  beforeAll(async () => {
    during = interruptible(server, ['findMachine', 'adoptRestoredMachine']);
    alterProvider(server, (provider) => ({
      unassign: async (request, signal) => {
        await whileLettingGo();
        return provider.unassign(request, signal);
      },
    }));
    zoneid = await makeZone(server);
  });

  const destroyed = async () => {
    const id = String((await deploy(server.admin, zoneid)).id);
    await server.admin.run('destroyVirtualMachine', { id });
    return id;
  };
  const recover = (id: string) => server.admin.call('recoverVirtualMachine', { id });
  const expunge = (id: string) => server.admin.run('expungeVirtualMachine', { id });
  const stateOf = async (id: string) => (await only(server.admin, 'listVirtualMachines', 'virtualmachine', { id })).state;
  const atSource = async (id: string) => (await server.db.knex('plugin_store').where({ entryKey: `machine/${id}` })).length;
  const codeOf = async (command: string, id: string) => (await server.admin.refusal(command, { id })).code;

  test('a machine that is being expunged is not recovered', async () => {
    const id = await destroyed();
    let told: Told;
    during('after findMachine', async () => void (told = await server.admin.refusal('recoverVirtualMachine', { id })));
    await expunge(id);
    expect(told).toEqual({ code: 530, text: `a job is about virtual machine ${id}; recover it afterwards` });
    expect([await codeOf('listVirtualMachines', id), await atSource(id)]).toEqual([431, 0]);
  });

  test.each([
    ['expungeVirtualMachine', {}],
    ['destroyVirtualMachine', { expunge: 'true' }],
  ])('a machine that is being recovered is not removed by %s', async (command, more) => {
    const id = await destroyed();
    let told: Told;
    during('before adoptRestoredMachine', async () => void (told = await server.admin.refusal(command, { id, ...more })));
    expect(await recover(id)).toMatchObject({ virtualmachine: { id, state: 'Stopped' } });
    expect(told).toEqual({ code: 530, text: `virtual machine ${id} is being recovered` });
    expect([await stateOf(id), (await volumesOf(server.admin, id)).map(({ state }) => state)]).toEqual(['Stopped', ['Ready']]);
  });

  test('a machine that has been expunged while its recovery began stays gone', async () => {
    const id = await destroyed();
    during('after findMachine', () => expunge(id));
    const { text } = await server.admin.refusal('recoverVirtualMachine', { id });
    expect(text).toBe(`virtual machine ${id} is being restored, or has been expunged`);
    expect([await codeOf('listVirtualMachines', id), await atSource(id)]).toEqual([431, 0]);
  });

  test('a machine that was started while its provider let it go is not expunged', async () => {
    const { vmId: id } = await protectedMachine(server);
    await server.admin.run('destroyVirtualMachine', { id });
    const store = server.db.knex('plugin_store').where({ entryKey: `machine/${id}` });
    whileLettingGo = async () => {
      const { value } = await store.clone().first<{ value: string }>();
      await store.clone().update({ value: value.replace('"Destroyed"', '"Running"') });
    };
    const { text } = await server.admin.refusal('expungeVirtualMachine', { id });
    expect(text).toBe(`virtual machine ${id} is Running; destroy it before it is expunged`);
    expect(await stateOf(id)).toBe('Running');
  });

  test('a recovery that has failed leaves the machine as it was, for another one or to be expunged', async () => {
    const [first, second] = [await destroyed(), await destroyed()];
    for (const id of [first, second]) {
      during('before adoptRestoredMachine', () => Promise.reject(new ProviderError('rejected', 'not now')));
      await server.admin.refusal('recoverVirtualMachine', { id });
      expect(await stateOf(id)).toBe('Destroyed');
    }
    await expunge(first);
    expect(await recover(second)).toMatchObject({ virtualmachine: { state: 'Stopped' } });
  });
});
