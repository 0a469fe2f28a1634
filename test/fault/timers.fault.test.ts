import { writeManifest } from '../../src/backup/manifest.js';
import type { Backup } from '../../src/dao/backup-dao.js';
import { JOB_SUCCEEDED, type Job } from '../../src/dao/job-dao.js';
import type { Vm } from '../../src/dao/vm-dao.js';
import { machineOf } from '../../src/inventory/facts.js';
import { held } from '../../src/usage/ledger-entries.js';
import { insertBackup, insertSchedule } from '../kit/builders.js';
import { forEachEngine, testDatabase } from '../kit/engines.js';
import { strayBackup } from '../kit/stray-backup.js';
import type { Bench } from './bench.js';
import { always, sweep } from './sweep.js';

const DAY_MS = 24 * 3_600_000;
const signal = new AbortController().signal;

/** A time of day of which the clock, which is put forward by hours, is never a few minutes past: then it would not be missed. */
const farFromNow = (): string => `${String((new Date().getUTCMinutes() + 30) % 60).padStart(2, '0')}:02`;

forEachEngine((engine) => {
  const handle = testDatabase(engine);
  const jobsOn = async ({ uuid }: Vm, command: string) =>
    (await handle.db.knex('async_job').where({ machineUuid: uuid, command }).orderBy('id')) as Job[];

  /** A backup of the machine that its provider has, of so many days ago. */
  async function backedUp({ zone, offering }: Bench, vm: Vm, backupScheduleId: number, days: number): Promise<Backup> {
    const { db } = handle;
    const externalId = await strayBackup(db, zone.uuid, vm.uuid);
    const manifest = writeManifest({ machine: machineOf(vm), volumes: [] });
    const created = new Date(Date.now() - days * DAY_MS);
    const backup = await insertBackup(db.daos, vm, offering, { externalId, status: 'BackedUp', manifest, backupScheduleId, created });
    await db.daos.usage.append(held(backup, created));
    return backup;
  }

  sweep(
    'each due time has one job or one record of why there is none',
    handle,
    async (bench, plan) => {
      const { daos, knex } = handle.db;
      const [vm, missed] = [await bench.protect(), await bench.protect()];
      const schedule = farFromNow();
      const due = await insertSchedule(daos, vm, { schedule });
      await insertSchedule(daos, missed, { schedule, catchUp: false });
      const faulty = await bench.another(plan);
      plan.arm();
      for (let look = 0; look < 2; look++) await faulty.scheduled.look();
      await bench.server.scheduled.look();

      const skips = async ({ uuid }: Vm) => (await knex('event').where({ resourceUuid: uuid, level: 'WARN' })).length;
      const counts = async (each: Vm) => [(await jobsOn(each, 'createBackup')).length, await skips(each)];
      expect([await counts(vm), await counts(missed)]).toEqual([[1, 0], [0, 1]]); // prettier-ignore
      const moved = (await daos.schedules.listOfVms([vm.id, missed.id])).map(({ nextRun }) => nextRun > due.nextRun);
      expect(moved).toEqual([true, true]);
      await bench.finishWaiting();
      // The clock of the bench goes on, and they would be due again.
      for (const { id } of [vm, missed]) await daos.schedules.deleteByVm(id);
      const afterwards = async () => {
        expect(await jobsOn(vm, 'createBackup')).toMatchObject([{ status: JOB_SUCCEEDED, backupScheduleId: due.id }]);
        expect(await bench.held(vm.uuid)).toHaveLength(1);
        expect(await bench.held(missed.uuid)).toEqual([]);
      };
      return { succeeded: true, afterwards };
    },
    always,
  );

  sweep(
    'what the rules let go goes once, and the last good backup stays',
    handle,
    async (bench, plan) => {
      const { daos, knex } = handle.db;
      const vm = await bench.protect();
      const { id } = await insertSchedule(daos, vm, { maxBackups: 1, nextRun: new Date(Date.now() + 1000 * DAY_MS) });
      const [oldest, old, last] = [await backedUp(bench, vm, id, 3), await backedUp(bench, vm, id, 2), await backedUp(bench, vm, id, 1)];
      const faulty = await bench.another(plan);
      plan.arm();
      await faulty.services.retention.applyAll(signal).catch(() => undefined);
      await bench.server.services.retention.applyAll(signal);
      await bench.finishWaiting();

      const done = [oldest, old].map(({ uuid }) => ({ instanceUuid: uuid, status: JOB_SUCCEEDED, byRule: true }));
      expect(await jobsOn(vm, 'deleteBackup')).toMatchObject(done);
      const statuses = (await knex('backups').where({ vmId: vm.id }).orderBy('id')).map(({ status }: Backup) => status);
      expect(statuses).toEqual(['Removed', 'Removed', 'BackedUp']);
      expect((await bench.held(vm.uuid)).map(({ externalId }) => externalId)).toEqual([last.externalId]);
      return { succeeded: true };
    },
    always,
  );
});
