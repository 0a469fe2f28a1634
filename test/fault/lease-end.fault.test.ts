import { JobRunner } from '../../src/jobs/job-runner.js';
import { lookMs } from '../../src/jobs/lease-times.js';
import { insertJob } from '../kit/builders.js';
import { forEachEngine, present, testDatabase } from '../kit/engines.js';
import { FaultPlan } from '../kit/faulty.js';
import { noFault } from './assemble.js';
import { Bench } from './bench.js';

const LEASE_MS = 15_000;
const LONGEST_STOP_MS = 20_000;
const BEGUN = new Date('2026-03-04T05:06:07.000Z');
const after = (ms: number): Date => new Date(BEGUN.getTime() + ms);

test('a server looks for jobs often enough to take up a dead one’s within two leases of its last sign of life', () => {
  for (const leaseMs of [1000, 3000, LEASE_MS, 600_000]) {
    expect(leaseMs + lookMs(leaseMs)).toBeLessThan(2 * leaseMs);
    expect(lookMs(leaseMs)).toBeLessThanOrEqual(1000);
  }
});

forEachEngine((engine) => {
  const handle = testDatabase(engine);

  test('no server takes a job up before the lease of a dead one is over, and the first that looks afterwards does', async () => {
    const bench = await Bench.open(handle.db);
    const { uuid } = await insertJob(handle.db.daos);
    const job = async () => present(await handle.db.daos.jobs.find(uuid));

    /** One look of a server, which then ends what it took, or is dead. */
    async function look(plan: FaultPlan, at: Date): Promise<void> {
      const { db, identities, services, recorder } = await bench.another(plan);
      const limits = { parallel: 4, leaseMs: LEASE_MS };
      const runner = new JobRunner(db, identities, services, recorder, limits, () => at, () => undefined); // prettier-ignore
      plan.arm();
      runner.wake();
      await runner.stop(LONGEST_STOP_MS);
    }

    // Of the calls of a look, the claim is the first that has an effect.
    for (let n = 1; (await job()).holder === null; n++) {
      expect(n).toBeLessThan(20);
      await look(new FaultPlan(n, { when: 'after', then: 'is dead' }), BEGUN);
    }
    expect(await job()).toMatchObject({ attempts: 1, leaseUntil: after(LEASE_MS) });
    await look(noFault(), after(LEASE_MS));
    expect(await job()).toMatchObject({ attempts: 1, status: 0 });
    await look(noFault(), after(LEASE_MS + 1));
    expect(await job()).toMatchObject({ attempts: 2, deaths: 1, holder: null });
    expect((await job()).status).not.toBe(0);
  });
});
