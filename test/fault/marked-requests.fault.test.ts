import { randomUUID } from 'node:crypto';
import type { Volume } from '../../src/dao/volume-dao.js';
import { deletionOf } from '../../src/inventory/volume-deletion.js';
import { forEachEngine, present, testDatabase } from '../kit/engines.js';
import { noFault } from './assemble.js';
import type { Bench } from './bench.js';
import { never, sweep } from './sweep.js';

const signal = new AbortController().signal;

forEachEngine((engine) => {
  const handle = testDatabase(engine);
  const eventsOf = async (resourceUuid: string) =>
    ((await handle.db.knex('event').where({ resourceUuid, type: 'BACKUP.SYNC' })) as { level: string }[]).map(({ level }) => level);
  const rowOf = async (uuid: string) => present((await handle.db.daos.volumes.listByUuidsIncludingRemoved([uuid]))[0]);
  const source = ({ server, zone }: Bench) => server.instances.inventory(zone);
  const isAtSource = async (bench: Bench, uuid: string) => (await source(bench).findVolume(uuid, signal)) !== undefined;

  /** Makes a volume of the bench's user. */
  async function makeVolume(bench: Bench): Promise<Volume> {
    const owner = { account: undefined, domainUuid: undefined, project: undefined };
    const wish = { ...owner, zoneUuid: bench.zone.uuid, name: 'data', diskOfferingUuid: undefined, sizeBytes: 2 ** 30 };
    const operationId = await bench.prepare(({ volumes }, call) => volumes.create(wish, call));
    return rowOf(operationId);
  }

  sweep(
    'a machine is recovered as soon as a server says so, and can be recovered if none does',
    handle,
    async (bench, plan) => {
      const { uuid: id } = await bench.deploy();
      await bench.prepare(({ machines }, call) => machines.destroy(id, false, call));
      const isAnswered = await bench.askOnce('recoverVirtualMachine', { id }, plan);
      const states = async () => [(await handle.db.daos.vms.findByUuid(id))?.state, (await source(bench).findMachine(id, signal))?.state];
      if (isAnswered) expect(await states()).toEqual(['Stopped', 'Stopped']);
      const afterwards = async () => {
        expect((await eventsOf(id)).length).toBeLessThan(isAnswered ? 1 : 2);
        if ((await states())[0] === 'Destroyed') await bench.ask('recoverVirtualMachine', { id }, noFault());
        expect(await states()).toEqual(['Stopped', 'Stopped']);
      };
      return { succeeded: isAnswered !== undefined, afterwards };
    },
    never,
  );

  sweep(
    'a volume is deleted as soon as a server says so, and if none does the record says what its source says',
    handle,
    async (bench, plan) => {
      const { uuid: id } = await makeVolume(bench);
      const isAnswered = await bench.askOnce('deleteVolume', { id }, plan);
      if (isAnswered) expect(await isAtSource(bench, id)).toBe(false);
      const afterwards = async () => {
        const { removed } = await rowOf(id);
        expect(await isAtSource(bench, id)).toBe(removed === null);
        expect((await eventsOf(id)).length).toBeLessThan(isAnswered ? 1 : 2);
        if (removed === null) await bench.ask('deleteVolume', { id }, noFault());
        expect(await isAtSource(bench, id)).toBe(false);
      };
      return { succeeded: isAnswered !== undefined, afterwards };
    },
    never,
  );

  sweep(
    'what operations have left of volumes and machines is ended once, by the next look if not by this one',
    handle,
    async (bench, plan) => {
      const { knex, daos } = handle.db;
      const [halfMade, there, gone] = [await makeVolume(bench), await makeVolume(bench), await makeVolume(bench)];
      await knex('volume')
        .where({ id: halfMade.id })
        .update({ state: 'Copying', removed: new Date(0), live: null });
      for (const volume of [there, gone]) await daos.volumes.beginRestore([volume.uuid], deletionOf(volume));
      await source(bench).deleteVolume({ operationId: randomUUID(), report: async () => undefined, volumeUuid: gone.uuid }, signal);
      const vm = await bench.deploy();
      await daos.vms.beginRestore(vm.id, randomUUID());

      const volumes = [halfMade, there, gone];
      const events = () => Promise.all([...volumes, vm].map(({ uuid }) => eventsOf(uuid)));
      await bench.look(plan);
      const isEnded = (await events()).every(({ length }) => length === 1);
      await bench.look(noFault());
      const rows = await Promise.all(volumes.map(({ uuid }) => rowOf(uuid)));
      expect(rows.map(({ state, restoreOperation }) => [state, restoreOperation])).toMatchObject([
        ['Destroy', null],
        [expect.any(String), null],
        [expect.any(String), null],
      ]);
      expect(rows.map(({ removed }) => removed !== null)).toEqual([true, true, true]);
      expect(await Promise.all(volumes.map(({ uuid }) => isAtSource(bench, uuid)))).toEqual([false, false, false]);
      expect((await daos.vms.findByUuid(vm.uuid))?.restoreOperation).toBeNull();
      expect(await events()).toEqual([['INFO'], ['INFO'], ['INFO'], ['WARN']]);
      return { succeeded: isEnded };
    },
    never,
  );
});
