import { randomUUID } from 'node:crypto';
import { Clock, hold } from '../kit/clock.js';
import { forEachEngine } from '../kit/engines.js';
import { eventually } from '../kit/eventually.js';
import { backedUpMachine, configure, listed, NOBODY, only, protectedMachine, script } from '../kit/scene.js';
import { testServer, TestServer } from '../kit/server.js';
import { adminKeys } from '../kit/signed-request.js';

const GONE = 'the job was cancelled while it ran; nothing that it has taken is left';

forEachEngine((engine) => {
  const clock = new Clock();
  const server = testServer(engine, { now: clock.now });
  const cancel = (jobid: string) => server.admin.call('cancelAsyncJob', { jobid });
  const query = (jobid: string) => server.admin.call('queryAsyncJobResult', { jobid });
  const backupsOf = (virtualmachineid: string) => listed(server.admin, 'listBackups', 'backup', { virtualmachineid });
  const submit = async (command: string, parameters: Readonly<Record<string, string>>) =>
    String((await server.admin.call(command, parameters)).jobid);
  const failed = (errortext: string) => ({ jobstatus: 2, jobresultcode: 530, jobresult: { errorcode: 530, errortext } });

  /** What the dummy provider keeps of the job's backup. */
  async function atProvider(jobid: string): Promise<string[]> {
    const { operationId } = (await server.db.knex('async_job').where({ uuid: jobid }).first())!;
    const kept = await server.db.knex('plugin_store').where('entryKey', `backup/dummy-${operationId}`);
    return kept.map(({ value }) => (JSON.parse(value as string) as { state: string }).state);
  }

  test('a job that waits ends at once, and those before it and after it are as they were', async () => {
    const { zoneId, vmId } = await protectedMachine(server);
    const first = await hold(server, clock, zoneId, 'createBackup', { virtualmachineid: vmId });
    const [second, third] = [await submit('createBackup', { virtualmachineid: vmId }), await submit('startVirtualMachine', { id: vmId })];
    expect(await cancel(second)).toEqual({ success: true });
    const ended = await query(second);
    const other = await query(first.jobId);
    await first.letGo();
    expect(ended).toMatchObject(failed('the job was cancelled before it began'));
    expect(other).toMatchObject({ jobstatus: 0 });
    expect(await server.admin.ended(third)).toMatchObject({ jobstatus: 1 });
    expect(await backupsOf(vmId)).toHaveLength(1);
    const { operationId } = (await server.db.knex('async_job').where({ uuid: second }).first())!;
    const told = await server.db.knex('event').where({ operationId }).orderBy('id');
    expect(told.map(({ state, level }) => `${state} ${level}`)).toEqual(['Scheduled INFO', 'Completed ERROR']);
  });

  test('a backup that is being taken is given up, and nothing of it is left, here or at the provider', async () => {
    const { zoneId, vmId } = await protectedMachine(server);
    const job = await hold(server, clock, zoneId, 'createBackup', { virtualmachineid: vmId });
    expect(await cancel(job.jobId)).toEqual({ success: true });
    expect(await server.admin.ended(job.jobId)).toMatchObject(failed(GONE));
    expect(await backupsOf(vmId)).toEqual([]);
    expect(await atProvider(job.jobId)).toEqual(['deleted']);
    expect(await server.admin.run('createBackup', { virtualmachineid: vmId })).toEqual({ success: true });
  });

  test('a job that another server runs is given up before a third of its lease is over', async () => {
    const { zoneId, vmId } = await protectedMachine(server);
    const job = await hold(server, clock, zoneId, 'createBackup', { virtualmachineid: vmId });
    const other = new TestServer(engine, { now: clock.now, installation: server.installation });
    await other.start();
    try {
      await other.client(adminKeys(server)).call('cancelAsyncJob', { jobid: job.jobId });
      expect(await server.admin.ended(job.jobId)).toMatchObject(failed(GONE));
    } finally {
      await other.stop();
    }
    expect([await backupsOf(vmId), await atProvider(job.jobId)]).toEqual([[], ['deleted']]);
  });

  test('a backup that waits for another try is given up at once', async () => {
    const { zoneId, vmId } = await protectedMachine(server);
    await script(server, zoneId, { 'fail.call': 'takeBackup', 'fail.fault': 'temporary' });
    const jobid = await submit('createBackup', { virtualmachineid: vmId });
    const isPutOff = ({ waitreason }: { waitreason?: unknown }) => String(waitreason).startsWith('it is run again');
    await eventually(() => query(jobid), isPutOff);
    await server.db
      .knex('async_job')
      .where({ uuid: jobid })
      .update({ leaseUntil: new Date(clock.now().getTime() + 3_600_000) });
    await cancel(jobid);
    expect(await server.admin.ended(jobid)).toMatchObject({ jobstatus: 2, jobresult: { errortext: expect.stringContaining(GONE) } });
    expect(await backupsOf(vmId)).toEqual([]);
  });

  test('what the provider cannot remove can be found and deleted afterwards', async () => {
    const { zoneId, vmId } = await protectedMachine(server);
    await script(server, zoneId, { 'fail.call': 'deleteBackup', 'fail.fault': 'unknown' });
    const job = await hold(server, clock, zoneId, 'createBackup', { virtualmachineid: vmId });
    await cancel(job.jobId);
    const { jobresult } = await server.admin.ended(job.jobId);
    const { id, status } = await only(server.admin, 'listBackups', 'backup', { virtualmachineid: vmId });
    expect(status).toBe('Error');
    expect((jobresult as { errortext: string }).errortext).toMatch(
      new RegExp(`^the job was cancelled, but what it has taken may still be there: .*; delete backup ${String(id)}`),
    );
    await script(server, zoneId, { 'fail.call': '' });
    await server.admin.run('deleteBackup', { id: String(id) });
    expect([await backupsOf(vmId), await atProvider(job.jobId)]).toEqual([[], ['deleted']]);
  });

  test('a restore that has begun is carried to its end', async () => {
    const { zoneId, backupId } = await backedUpMachine(server);
    const job = await hold(server, clock, zoneId, 'restoreBackup', { id: backupId });
    const refusal = await server.admin.refusal('cancelAsyncJob', { jobid: job.jobId });
    const ended = await job.letGo();
    const text = `job ${job.jobId} has begun, and restoreBackup would leave things half changed; wait for its end`;
    expect(refusal).toEqual({ code: 530, text });
    expect(ended).toMatchObject({ jobstatus: 1 });
  });

  test('a restore that has not begun ends, and its backup can be deleted', async () => {
    const { zoneId, vmId, backupId } = await backedUpMachine(server);
    const first = await hold(server, clock, zoneId, 'createBackup', { virtualmachineid: vmId });
    const restore = await submit('restoreBackup', { id: backupId });
    await cancel(restore);
    await first.letGo();
    await configure(server, 'backup.plugin.dummy.delay.ms', '0', zoneId);
    expect(await server.admin.run('deleteBackup', { id: backupId })).toEqual({ success: true });
  });

  test('a job that has ended is refused, and so is an id of no job', async () => {
    const { vmId } = await protectedMachine(server);
    const jobid = await submit('createBackup', { virtualmachineid: vmId, customjobid: randomUUID() });
    await server.admin.ended(jobid);
    expect(await server.admin.refusal('cancelAsyncJob', { jobid })).toEqual({ code: 530, text: `job ${jobid} has ended already` });
    expect((await server.admin.refusal('cancelAsyncJob', { jobid: NOBODY })).code).toBe(431);
    expect(await backupsOf(vmId)).toHaveLength(1);
  });
});
