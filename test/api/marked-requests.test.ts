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
  /** Whether a look carries it out whose server is dead; if not, it can be asked for again. */
  readonly isEndedByLooks: boolean;
}

forEachEngine((engine) => {
  const clock = new Clock();
  const server = testServer(engine, { now: clock.now });
  let during: ReturnType<typeof interruptible>;
  let zoneid = '';
  beforeAll(async () => {
    during = interruptible(server, ['adoptRestoredMachine', 'deleteVolume', 'findMachine']);
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
      isEndedByLooks: false,
    },
    {
      ...({ command: 'deleteVolume', step: 'deleteVolume' } as const),
      make: () => makeVolume(server.admin, zoneid),
      isDone: isGone,
      isEndedByLooks: true,
    },
  ];

  describe.each(requests)('$command', ({ command, step, make, isDone, isEndedByLooks }) => {
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

    test('changes nothing more when its server was taken for dead', async () => {
      const id = await make();
      during(`before ${step}`, async () => {
        clock.forward(LEASE_MS);
        expect(await look()).toMatchObject({ ...NOTHING, settled: 1 });
      });
      const { text } = await server.admin.refusal(command, { id });
      expect(text).toContain('another server has taken this over');
      expect([await isDone(id), await told(id), await leases()]).toEqual([isEndedByLooks, [isEndedByLooks ? 'INFO' : 'WARN'], 0]);
      if (!isEndedByLooks) await server.admin.call(command, { id });
      expect(await isDone(id)).toBe(true);
    });
  });

  describe('a recovery', () => {
    const destroyed = async () => {
      const id = String((await deploy(server.admin, zoneid)).id);
      await server.admin.run('destroyVirtualMachine', { id });
      return id;
    };

    test('does nothing to a machine that another one has recovered meanwhile', async () => {
      const id = await destroyed();
      const volume = await makeVolume(server.admin, zoneid);
      during('after findMachine', async () => {
        await server.admin.call('recoverVirtualMachine', { id });
        await server.admin.run('attachVolume', { id: volume, virtualmachineid: id });
      });
      expect((await server.admin.refusal('recoverVirtualMachine', { id })).text).toContain('only one that is Destroyed can be recovered');
      expect(await only(server.admin, 'listVolumes', 'volume', { id: volume })).toMatchObject({ virtualmachineid: id });
    });

    test('of which nobody knows whether it was done keeps the machine from being expunged, until it is asked for again', async () => {
      const id = await destroyed();
      during('after adoptRestoredMachine', () => Promise.reject(new ProviderError('unknown', 'no answer')));
      await server.admin.refusal('recoverVirtualMachine', { id });
      await expect(server.admin.run('expungeVirtualMachine', { id })).rejects.toThrow(id);
      await server.admin.call('recoverVirtualMachine', { id });
      expect([await machineState(id), await leases()]).toEqual(['Stopped', 0]);
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

    test.each(['before', 'after'] as const)('is deleted by a look, also if the source was reached %s that was done', async (moment) => {
      const id = await inDoubt(moment);
      during('before deleteVolume', () => Promise.reject(new ProviderError('temporary', 'the source is away')));
      expect(await look()).toMatchObject(NOTHING);
      expect((await server.admin.refusal('attachVolume', await target(id))).text).toContain('is being restored or deleted');
      expect(await look()).toMatchObject({ ...NOTHING, settled: 1 });
      expect([await isGone(id), (await volumeRow(id)).restoreOperation, await told(id), await leases()]).toEqual([true, null, ['INFO'], 0]);
      expect(await look()).toMatchObject(NOTHING);
    });

    test('can be used again when its source refuses to delete it', async () => {
      const id = await inDoubt('before');
      during('before deleteVolume', () => Promise.reject(new ProviderError('rejected', 'it is in use')));
      expect(await look()).toMatchObject({ ...NOTHING, settled: 1 });
      expect([await isGone(id), await told(id), await leases()]).toEqual([false, ['WARN'], 0]);
      await server.admin.run('attachVolume', await target(id));
    });

    test('is looked for no longer than the source answers', async () => {
      const ids = [await inDoubt('before'), await inDoubt('before')];
      during('before deleteVolume', () => Promise.reject(new ProviderError('unknown', 'no answer')));
      expect(await look()).toMatchObject(NOTHING);
      expect(await look()).toMatchObject({ ...NOTHING, settled: ids.length });
    });
  });
});
