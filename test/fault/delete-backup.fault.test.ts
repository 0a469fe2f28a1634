import type { Backup } from '../../src/dao/backup-dao.js';
import { bindDaos, insideTransaction } from '../../src/dao/database.js';
import { BEGUN } from '../../src/dao/job-dao.js';
import { insertJob } from '../kit/builders.js';
import { forEachEngine, testDatabase } from '../kit/engines.js';
import { FaultPlan, MANNERS } from '../kit/faulty.js';
import { noFault } from './assemble.js';
import { Bench } from './bench.js';
import { failEachCall, sweep } from './sweep.js';

const TEST_MS = 120_000;
const FOR_EVER = new Date('2100-01-01T00:00:00Z');

forEachEngine((engine) => {
  const handle = testDatabase(engine);
  const statusOf = async (uuid: string) => (await handle.db.knex('backups').where({ uuid }).first<Backup>()).status;
  const isHeld = async (bench: Bench, machineUuid: string) => (await bench.held(machineUuid)).length === 1;

  /** Records a job that reads the backup, run by another server; answers what it finds the backup to be. */
  const read = async (backupUuid: string) => {
    const held = { priority: BEGUN, holder: 'another', leaseUntil: FOR_EVER };
    await insertJob(bindDaos(handle.db.knex), { backupUuid, ...held });
    return statusOf(backupUuid);
  };

  /** Another server begins to read the backup before the nth call at which nothing is under way in the database. */
  class ReadBefore extends FaultPlan {
    found: string | undefined;
    private left: number;

    constructor(
      n: number,
      private readonly uuid: string,
    ) {
      super(Infinity, { when: 'before', then: 'goes on' });
      this.left = n;
    }

    protected override async call(real: () => Promise<unknown>): Promise<unknown> {
      if (--this.left <= 0 && !this.found && !insideTransaction()) this.found = await read(this.uuid);
      return real();
    }
  }

  sweep('a backup that is said to be there is there, and one that is going is gone in the end', handle, async (bench, plan) => {
    const { vm, backup: { uuid } } = await bench.backedUp(); // prettier-ignore
    const { succeeded, result } = await bench.run('deleteBackup', { id: uuid }, vm.uuid, plan);
    const status = await statusOf(uuid);
    const isThere = await isHeld(bench, vm.uuid);
    if (succeeded) expect({ result, status, isThere }).toMatchObject({ status: 'Removed', isThere: false });
    else expect({ result, isThere: isThere || status !== 'BackedUp' }).toEqual({ result, isThere: true });
    const afterwards = async () => {
      if (status === 'BackedUp') await bench.run('deleteBackup', { id: uuid }, vm.uuid, noFault());
      expect([await statusOf(uuid), await bench.held(vm.uuid)]).toEqual(['Removed', []]);
    };
    return { succeeded, afterwards };
  });

  test(
    'a backup stays that a restore has found to be there, whenever that was',
    async () => {
      const bench = await Bench.open(handle.db);
      const outcomes: string[] = [];
      for (let n = 1; ; n++) {
        const vm = await bench.protect();
        const { uuid } = await bench.backUp(vm);
        const plan = new ReadBefore(n, uuid);
        const { succeeded } = await bench.run('deleteBackup', { id: uuid }, vm.uuid, plan);
        if (!plan.found) break;
        const [status, isThere] = [await statusOf(uuid), await isHeld(bench, vm.uuid)];
        outcomes.push(`was ${plan.found}, ${succeeded ? 'deleted' : 'refused'}, is ${status} and ${isThere ? 'there' : 'gone'}`);
        await handle.db.knex('async_job').delete();
      }
      expect([...new Set(outcomes)]).toEqual([
        'was BackedUp, refused, is BackedUp and there',
        'was Deleting, refused, is BackedUp and there',
        'was Deleting, deleted, is Removed and gone',
        'was Removed, deleted, is Removed and gone',
      ]);
    },
    TEST_MS,
  );

  test.each(MANNERS.filter(({ when, then }) => (when === 'after') === (then === 'is dead')))(
    'a backup that a restore reads is never given up, whichever call fails $when it is made and the server $then',
    async (manner) => {
      const bench = await Bench.open(handle.db);
      await failEachCall(bench, manner, async (_, plan) => {
        const vm = await bench.protect();
        const { uuid } = await bench.backUp(vm);
        await read(uuid);
        const { succeeded } = await bench.run('deleteBackup', { id: uuid }, vm.uuid, plan);
        expect([succeeded, await statusOf(uuid), await isHeld(bench, vm.uuid)]).toEqual([false, 'BackedUp', true]);
        await handle.db.knex('async_job').delete();
        return { succeeded };
      });
    },
    TEST_MS,
  );

  test('a deletion that was broken off is not carried on under a restore', async () => {
    const bench = await Bench.open(handle.db);
    const vm = await bench.protect();
    const { uuid } = await bench.backUp(vm);
    const remove = () => bench.run('deleteBackup', { id: uuid }, vm.uuid, noFault());
    await handle.db.knex('backups').where({ uuid }).update({ status: 'Deleting' });
    await read(uuid);
    expect((await remove()).result).toContain(`backup ${uuid} is being restored; delete it afterwards`);
    expect([await statusOf(uuid), await isHeld(bench, vm.uuid)]).toEqual(['Deleting', true]);
    await handle.db.knex('async_job').where({ backupUuid: uuid }).delete();
    expect((await remove()).succeeded).toBe(true);
    expect([await statusOf(uuid), await bench.held(vm.uuid)]).toEqual(['Removed', []]);
  });
});
