import type { Answer } from '../../src/client/api-client.js';
import { forEachEngine, install, present, type Installation } from '../kit/engines.js';
import { startProcess, type ServerProcess } from '../kit/process.js';
import { each, listed, only, volumesOf } from '../kit/scene.js';
import type { TestClient } from '../kit/test-client.js';
import { heldBackups, hurry, jobRow, operationsBegun } from './ledger.js';
import { backUpAndStop, guard, slowDown, submit, underWay, type Guarded } from './sandbox.js';

const TEST_MS = 60_000;
/** Longer than the test: whoever goes on with the work is done with it at once. */
const WORK_MS = 600_000;

/** The moments at which the server dies. */
const MOMENTS: readonly [string, (client: TestClient, jobId: string) => Promise<void>][] = [
  ['as soon as the job has been accepted', async () => undefined],
  ['while the provider is at work', underWay],
];

forEachEngine((engine) => {
  let opened: Installation | undefined;
  beforeEach(async () => (opened = await install(engine)));
  afterEach(async () => {
    await running?.kill();
    await opened?.drop();
  });

  let running: ServerProcess | undefined;
  async function start(): Promise<TestClient> {
    const { dataDir, dbUrl } = present(opened);
    running = await startProcess({ dataDir, dbUrl, env: { JOBS_LEASE_SECONDS: '1' } });
    return running.client();
  }

  /** Kills the server in the middle of a job, and answers how the next server has ended it. */
  async function killDuring(
    client: TestClient,
    guarded: Guarded,
    moment: (typeof MOMENTS)[number][1],
    command: [string, Record<string, string>],
  ) {
    await slowDown(client, guarded, WORK_MS);
    const jobId = await submit(client, ...command);
    await moment(client, jobId);
    expect(await running?.kill('SIGKILL')).toEqual({ code: null, signal: 'SIGKILL' });
    expect((await jobRow(present(opened), jobId))?.status).toBe(0);
    await hurry(present(opened));
    const again = await start();
    return { again, job: await again.ended(jobId) };
  }

  test.each(MOMENTS)(
    'a restore whose server is killed %s is finished by the next one, and happens once',
    async (_, moment) => {
      const client = await start();
      const guarded = await guard(client);
      const id = await backUpAndStop(client, guarded);

      const { again, job } = await killDuring(client, guarded, moment, ['restoreBackup', { id }]);

      expect(job).toMatchObject({ jobstatus: 1, jobresultcode: 0, jobresult: { success: true } });
      const evidence = await only(again, 'listRestores', 'restore', { virtualmachineid: guarded.machineId });
      expect(evidence).toMatchObject({ type: 'Machine', restoredvolumes: [{ verdict: 'Matches' }, { verdict: 'Matches' }] });
      expect(evidence.restoredvolumes).toEqual((job.jobresult as Answer).restoredvolumes);
      expect(await only(again, 'listVirtualMachines', 'virtualmachine', { id: guarded.machineId })).toMatchObject({ state: 'Stopped' });
      expect(each(await volumesOf(again, guarded.machineId), 'state')).toEqual(['Ready', 'Ready']);
      expect(await operationsBegun(present(opened), 'restoreMachine')).toBe(1);
      expect(await heldBackups(present(opened))).toMatchObject([{ state: 'held', restores: 1 }]);
      await again.run('startVirtualMachine', { id: guarded.machineId });
    },
    TEST_MS,
  );

  test.each(MOMENTS)(
    'a machine made from a backup whose server is killed %s is finished by the next one, and is made once',
    async (_, moment) => {
      const client = await start();
      const guarded = await guard(client);
      const backupid = await backUpAndStop(client, guarded);
      const before = each(await listed(client, 'listVirtualMachines', 'virtualmachine'), 'id');

      const wish = { zoneid: guarded.zoneId, backupid, name: 'copy' };
      const { again, job } = await killDuring(client, guarded, moment, ['createVMFromBackup', wish]);

      expect(job).toMatchObject({ jobstatus: 1, jobresultcode: 0, jobresult: { virtualmachine: { name: 'copy', state: 'Running' } } });
      const machines = await listed(again, 'listVirtualMachines', 'virtualmachine');
      const [made, ...others] = machines.filter(({ id }) => !before.includes(String(id)));
      expect([made?.state, made?.id, others]).toEqual(['Running', job.jobinstanceid, []]);
      expect(each(await volumesOf(again, String(made?.id)), 'state')).toEqual(['Ready', 'Ready']);
      expect(await only(again, 'listRestores', 'restore', { virtualmachineid: String(made?.id) })).toMatchObject({ verdict: 'Matches' });
      expect(await operationsBegun(present(opened), 'fillMachine')).toBe(1);
      expect(await heldBackups(present(opened))).toMatchObject([{ state: 'held', restores: 1 }]);
    },
    TEST_MS,
  );

  test.each(MOMENTS)(
    'a backup whose server is killed %s is finished by the next one, and is taken once',
    async (_, moment) => {
      const client = await start();
      const guarded = await guard(client);

      const { again, job } = await killDuring(client, guarded, moment, ['createBackup', { virtualmachineid: guarded.machineId }]);

      expect(job).toMatchObject({ jobstatus: 1, jobresultcode: 0, jobresult: { success: true } });
      const [backup, ...others] = await listed(again, 'listBackups', 'backup', { virtualmachineid: guarded.machineId });
      expect([backup?.status, others]).toEqual(['BackedUp', []]);
      expect(await operationsBegun(present(opened), 'takeBackup')).toBe(1);
      expect(await heldBackups(present(opened))).toMatchObject([{ state: 'held', externalId: backup?.externalid }]);
    },
    TEST_MS,
  );
});
