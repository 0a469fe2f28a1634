import { randomUUID } from 'node:crypto';
import { type Database, insideTransaction } from '../../src/dao/database.js';
import { forEachEngine, testDatabase } from '../kit/engines.js';
import { FaultPlan } from '../kit/faulty.js';
import { tableDigests } from '../kit/table-digests.js';
import { Bench } from './bench.js';

const TEST_MS = 120_000;
/** The provider's own memory: there, every operation joins the first one of its name. */
const NOT_OURS = new Set(['plugin_store']);

/** Another server takes the job up before the nth call of the first one, at which nothing is under way in the database. */
class TakeOver extends FaultPlan {
  after: Readonly<Record<string, string>> | undefined;
  private left: number;
  private isTaking = false;

  constructor(
    n: number,
    private readonly db: Database,
  ) {
    super(Infinity, { when: 'before', then: 'goes on' });
    this.left = n;
  }

  protected override async call(real: () => Promise<unknown>): Promise<unknown> {
    // The runner looks for more jobs beside the one that runs: it must not be taken over twice.
    if (--this.left <= 0 && !this.after && !this.isTaking && !insideTransaction()) {
      this.isTaking = true;
      const taken = { holder: 'another', attempts: this.db.knex.raw('attempts + 1') };
      const isTaken = await this.db.knex('async_job').where({ status: 0 }).whereNotNull('holder').update(taken);
      if (isTaken) this.after = await this.digests();
      this.isTaking = false;
    }
    return real();
  }

  digests(): Promise<Readonly<Record<string, string>>> {
    return tableDigests(this.db.knex, NOT_OURS);
  }
}

forEachEngine((engine) => {
  const handle = testDatabase(engine);

  /** Runs the job of a command again and again, and has it taken over ever later. */
  async function sweep(command: string, prepare: (bench: Bench) => Promise<{ machineUuid: string | null; wish: Record<string, string> }>) {
    const bench = await Bench.open(handle.db);
    for (let n = 1; ; n++) {
      const { machineUuid, wish } = await prepare(bench);
      const plan = new TakeOver(n, handle.db);
      await bench.runUntilGivenUp(command, wish, machineUuid, plan);
      if (!plan.after) {
        expect(n).toBeGreaterThan(5);
        return;
      }
      expect({ n, ...(await plan.digests()) }).toEqual({ n, ...plan.after });
      await handle.db.knex('async_job').delete();
    }
  }

  async function backedUp(bench: Bench) {
    const { vm, backup } = await bench.backedUp();
    return { machineUuid: vm.uuid, uuid: backup.uuid };
  }

  test(
    'a backup that another server has taken up is left to it',
    () =>
      sweep('createBackup', async (bench) => {
        const { uuid } = await bench.protect();
        return { machineUuid: uuid, wish: { virtualmachineid: uuid } };
      }),
    TEST_MS,
  );

  test(
    'so is a restore',
    () =>
      sweep('restoreBackup', async (bench) => {
        const { machineUuid, uuid } = await backedUp(bench);
        return { machineUuid, wish: { id: uuid } };
      }),
    TEST_MS,
  );

  test(
    'so is the restore of a volume',
    () =>
      sweep('restoreBackupVolume', async (bench) => {
        const { machineUuid, uuid } = await backedUp(bench);
        const { id } = (await handle.db.daos.vms.findByUuid(machineUuid)) ?? {};
        const [volume] = await handle.db.daos.volumes.listByVm(id ?? 0);
        const target = (await bench.deploy()).uuid;
        return { machineUuid: target, wish: { backupid: uuid, volumeid: String(volume?.uuid), virtualmachineid: target } };
      }),
    TEST_MS,
  );

  test(
    'so is a deletion',
    () =>
      sweep('deleteBackup', async (bench) => {
        const { machineUuid, uuid } = await backedUp(bench);
        return { machineUuid, wish: { id: uuid } };
      }),
    TEST_MS,
  );

  test(
    'so is a machine that is being made of a backup',
    () => {
      let backupid: string | undefined;
      return sweep('createVMFromBackup', async (bench) => {
        backupid ??= (await backedUp(bench)).uuid;
        return { machineUuid: randomUUID(), wish: { zoneid: bench.zone.uuid, backupid } };
      });
    },
    TEST_MS,
  );

  test(
    'so is one that is being deployed',
    () => sweep('deployVirtualMachine', async ({ zone }) => ({ machineUuid: null, wish: { zoneid: zone.uuid, rootdisksize: '1' } })),
    TEST_MS,
  );

  test(
    'so is an offering that is being imported',
    () =>
      sweep('importBackupOffering', async ({ zone }) => {
        await handle.db.knex('backup_policy').where({ externalId: 'silver-policy' }).delete();
        const about = { name: randomUUID(), description: 'of the test', externalid: 'silver-policy', allowuserdrivenbackups: 'true' };
        return { machineUuid: null, wish: { ...about, zoneid: zone.uuid } };
      }),
    TEST_MS,
  );

  test(
    'so is a machine that is being put into its offering',
    () =>
      sweep('assignVirtualMachineToBackupOffering', async (bench) => {
        const { uuid } = await bench.deploy();
        return { machineUuid: uuid, wish: { virtualmachineid: uuid, backupofferingid: bench.offering.uuid } };
      }),
    TEST_MS,
  );

  test(
    'so is one that is being taken out of it',
    () =>
      sweep('removeVirtualMachineFromBackupOffering', async (bench) => {
        const { uuid } = await bench.protect();
        return { machineUuid: uuid, wish: { virtualmachineid: uuid } };
      }),
    TEST_MS,
  );
});
