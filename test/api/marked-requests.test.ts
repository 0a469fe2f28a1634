import { ProviderError, type InventorySource } from '../../src/provider/index.js';
import { Clock } from '../kit/clock.js';
import { forEachEngine } from '../kit/engines.js';
import { NOTHING, sync } from '../kit/looks.js';
import { interruptible } from '../kit/outside.js';
import { deploy, makeVolume, makeZone, only } from '../kit/scene.js';
import { testServer } from '../kit/server.js';

const LEASE_MS = 3000;

/** A request that marks what it works on, which is no job, with what it asks the source for. */
interface Request {
  readonly command: string;
  readonly step: keyof InventorySource;
  readonly make: () => Promise<string>;
  readonly isDone: (id: string) => Promise<boolean>;
}

forEachEngine((engine) => {
  const clock = new Clock();
  const server = testServer(engine, { now: clock.now });
  let during: ReturnType<typeof interruptible>;
  let zoneid = '';
  beforeAll(async () => {
    during = interruptible(server, ['adoptRestoredMachine', 'deleteVolume', 'findVolume']);
    zoneid = await makeZone(server);
  });

  const look = () => sync(server, clock, zoneid);
  const told = async (resourceUuid: string) =>
    (await server.db.knex('event').where({ resourceUuid, type: 'BACKUP.SYNC' })).map(({ level }: { level: string }) => level);
  const leases = async () => (await server.db.knex('lease').whereRaw('length(name) = 36')).length;
  const machineState = async (id: string) => (await only(server.admin, 'listVirtualMachines', 'virtualmachine', { id })).state;
  const volumeRow = (uuid: string) =>
    server.db.knex('volume').where({ uuid }).first<{ removed: Date | null; restoreOperation: string | null }>();
  const isGone = async (id: string) => (await volumeRow(id)).removed !== null;

  const requests: readonly Request[] = [
    {
      command: 'recoverVirtualMachine',
      step: 'adoptRestoredMachine',
      make: async () => {
        const id = String((await deploy(server.admin, zoneid)).id);
        await server.admin.run('destroyVirtualMachine', { id });
        return id;
      },
      isDone: async (id) => (await machineState(id)) === 'Stopped',
    },
    { command: 'deleteVolume', step: 'deleteVolume', make: () => makeVolume(server.admin, zoneid), isDone: isGone },
  ];

  describe.each(requests)('$command', ({ command, step, make, isDone }) => {
    test('is left alone by looks while its server lives, and done by no other request meanwhile', async () => {
      const id = await make();
      let refusal = {};
      during(`before ${step}`, async () => {
        expect(await look()).toMatchObject(NOTHING);
        refusal = await server.admin.refusal(command, { id });
      });
      await server.admin.call(command, { id });
      expect(refusal).toEqual({ code: 530, text: 'another request does the same; ask again when that has ended' });
      expect([await isDone(id), await told(id), await leases()]).toEqual([true, [], 0]);
    });

    test('changes nothing more when its server was taken for dead, and can be asked for again', async () => {
      const id = await make();
      during(`before ${step}`, async () => {
        clock.forward(LEASE_MS);
        expect(await look()).toMatchObject({ ...NOTHING, settled: 1 });
      });
      const { text } = await server.admin.refusal(command, { id });
      expect(text).toContain('another server has taken this over');
      expect([await isDone(id), await told(id), await leases()]).toEqual([false, ['WARN'], 0]);
      await server.admin.call(command, { id });
      expect(await isDone(id)).toBe(true);
    });
  });

  describe('a volume of which nobody knows whether it is gone', () => {
    const target = async (id: string) => ({ id, virtualmachineid: String((await deploy(server.admin, zoneid)).id) });

    /** One whose deletion is answered by nobody, before or after it was done. */
    async function inDoubt(moment: 'before' | 'after'): Promise<string> {
      const id = await makeVolume(server.admin, zoneid);
      during(`${moment} deleteVolume`, () => Promise.reject(new ProviderError('unknown', 'no answer')));
      await server.admin.refusal('deleteVolume', { id });
      return id;
    }

    test.each([
      ['there can be used again', 'before', 'WARN', false],
      ['gone is recorded as deleted', 'after', 'INFO', true],
    ] as const)('that is %s, as soon as its source says so', async (_, moment, level, gone) => {
      const id = await inDoubt(moment);
      during('before findVolume', () => Promise.reject(new ProviderError('temporary', 'the source is away')));
      expect(await look()).toMatchObject(NOTHING);
      expect((await server.admin.refusal('attachVolume', await target(id))).text).toContain('is being restored or deleted');
      expect(await look()).toMatchObject({ ...NOTHING, settled: 1 });
      expect([await isGone(id), (await volumeRow(id)).restoreOperation, await told(id), await leases()]).toEqual([gone, null, [level], 0]);
      if (!gone) await server.admin.run('attachVolume', await target(id));
      expect(await look()).toMatchObject(NOTHING);
    });
  });
});
