import { randomUUID } from 'node:crypto';
import { Clock, hold } from '../kit/clock.js';
import { forEachEngine } from '../kit/engines.js';
import { eventually } from '../kit/eventually.js';
import { race } from '../kit/races.js';
import { deploy, each, GIB, listed, makeZone, NOBODY, only, protectedMachine, script, uniqueName } from '../kit/scene.js';
import { testServer, TestServer } from '../kit/server.js';
import { aDate, aUuid } from '../kit/signed-request.js';

const HOUR_MS = 3_600_000;

forEachEngine((engine) => {
  const clock = new Clock();
  const server = testServer(engine, { now: clock.now });
  const pending = (parameters = {}) => listed(server.admin, 'listAsyncJobs', 'asyncjobs', parameters);
  const query = (jobid: string) => server.admin.call('queryAsyncJobResult', { jobid });

  describe('a job', () => {
    test('is pending while it runs, with how far it is and without a result', async () => {
      const { zoneId, vmId } = await protectedMachine(server);
      const job = await hold(server, clock, zoneId, 'createBackup', { virtualmachineid: vmId });
      const meanwhile = await query(job.jobId);
      const [listedJob] = await pending();
      await job.letGo();
      expect(meanwhile).toEqual({
        accountid: aUuid,
        account: 'admin',
        domainid: aUuid,
        domainpath: 'ROOT',
        userid: aUuid,
        cmd: 'createBackup',
        jobprocstatus: 0,
        jobresultcode: 0,
        jobinstancetype: 'VirtualMachine',
        jobinstanceid: vmId,
        managementserverid: aUuid,
        percentcomplete: expect.any(Number) as number,
        bytesdone: expect.any(Number) as number,
        bytestotal: GIB,
        stage: 'copying volumes',
        created: aDate,
        jobid: job.jobId,
        jobstatus: 0,
      });
      const moving = { percentcomplete: 0, bytesdone: 0, bytespersecond: 0, estimatedend: '' };
      expect({ ...listedJob, ...moving }).toEqual({ ...meanwhile, ...moving });
    });

    test('shows its result when it has succeeded, and is listed no more', async () => {
      const { vmId } = await protectedMachine(server);
      const { jobid } = await server.admin.call('createBackup', { virtualmachineid: vmId });
      const ended = await server.admin.ended(String(jobid));
      expect(ended).toMatchObject({
        jobstatus: 1,
        jobresultcode: 0,
        jobresulttype: 'object',
        jobresult: { success: true },
        completed: aDate,
      });
      expect(ended).not.toHaveProperty('managementserverid');
      expect(each(await pending(), 'jobid')).not.toContain(jobid);
    });

    test('shows the code and the text of its failure', async () => {
      const vmId = String((await deploy(server.admin, await makeZone(server))).id);
      const { jobid } = await server.admin.call('createBackup', { virtualmachineid: vmId });
      const errortext = `virtual machine ${vmId} has no backup offering`;
      expect(await server.admin.ended(String(jobid))).toMatchObject({
        jobstatus: 2,
        jobresultcode: 530,
        jobresulttype: 'object',
        jobresult: { errorcode: 530, errortext },
        completed: aDate,
      });
    });

    test('keeps the code of a wrong parameter', async () => {
      const [here, there] = [await protectedMachine(server), await makeZone(server)];
      const { jobid } = await server.admin.call('assignBackupPolicy', {
        virtualmachineid: here.vmId,
        backuppolicyid: here.policyId,
        zoneid: there,
      });
      expect(await server.admin.ended(String(jobid))).toMatchObject({ jobstatus: 2, jobresultcode: 431, jobresult: { errorcode: 431 } });
    });

    test('names the machine, the volume, the backup or the policy that it is about', async () => {
      const { zoneId, vmId, policyId } = await protectedMachine(server);
      const about = async (command: string, parameters: Readonly<Record<string, string>>) => {
        const { jobid } = await server.admin.call(command, parameters);
        const { jobinstancetype, jobinstanceid } = await server.admin.ended(String(jobid));
        return [jobinstancetype, jobinstanceid];
      };
      expect(await about('assignBackupPolicy', { virtualmachineid: vmId, backuppolicyid: policyId })).toEqual(['VirtualMachine', vmId]);
      expect(await about('createBackup', { virtualmachineid: vmId })).toEqual(['VirtualMachine', vmId]);
      const { id } = await only(server.admin, 'listBackups', 'backup', { virtualmachineid: vmId });
      expect(await about('restoreBackup', { id: String(id) })).toEqual(['Backup', id]);
      expect(await about('createVolume', { zoneid: zoneId, name: 'v', size: '1' })).toEqual(['Volume', aUuid]);
      expect(await about('importBackupPolicy', { zoneid: zoneId, name: 'silver', externalid: 'silver-policy' })).toEqual([
        'BackupOffering',
        aUuid,
      ]);
    });

    test('keeps no secrets: neither signatures nor keys', async () => {
      const { jobid } = await server.admin.call('deployVirtualMachine', { zoneid: await makeZone(server) });
      const { params } = (await server.db.knex('async_job').where({ uuid: jobid }).first()) as { params: string };
      await server.admin.ended(String(jobid));
      expect(params).not.toMatch(/signature|apikey|expires/i);
    });
  });

  describe('jobs of one machine', () => {
    test('run in the order in which they came', async () => {
      const id = String((await deploy(server.admin, await makeZone(server))).id);
      const jobs: unknown[] = [];
      for (const command of [
        'startVirtualMachine',
        'stopVirtualMachine',
        'startVirtualMachine',
        'destroyVirtualMachine',
        'startVirtualMachine',
      ]) {
        jobs.push((await server.admin.call(command, { id })).jobid);
      }
      const ended = await Promise.all(jobs.map((job) => server.admin.ended(String(job))));
      expect(ended.map(({ jobstatus }) => jobstatus)).toEqual([1, 1, 1, 1, 2]);
      expect(await only(server.admin, 'listVirtualMachines', 'virtualmachine', { id })).toMatchObject({ state: 'Destroyed' });
    });

    test('do not keep those of another machine waiting', async () => {
      const { zoneId, vmId } = await protectedMachine(server);
      const other = String((await deploy(server.admin, zoneId)).id);
      const job = await hold(server, clock, zoneId, 'createBackup', { virtualmachineid: vmId });
      await server.admin.run('startVirtualMachine', { id: other });
      const { jobstatus } = await query(job.jobId);
      expect([jobstatus, (await job.letGo()).jobstatus]).toEqual([0, 1]);
    });
  });

  describe('customjobid', () => {
    test('chooses the id of the job, in lower case', async () => {
      const custom = randomUUID();
      const zoneid = await makeZone(server);
      const { jobid } = await server.admin.call('createVolume', { zoneid, name: 'chosen', size: '1', customjobid: custom.toUpperCase() });
      expect(jobid).toBe(custom);
      expect(await server.admin.ended(custom)).toMatchObject({ jobstatus: 1 });
    });

    test('is refused when it is no uuid, or taken', async () => {
      const zoneid = await makeZone(server);
      const wanted = { zoneid, name: uniqueName('twice'), size: '1', customjobid: randomUUID() };
      await server.admin.run('createVolume', wanted);
      const again = await server.admin.refusal('createVolume', wanted);
      expect(again).toEqual({ code: 431, text: `parameter customjobid: there is a job ${wanted.customjobid} already` });
      expect((await server.admin.refusal('createVolume', { ...wanted, customjobid: 'mine' })).code).toBe(431);
      expect(await listed(server.admin, 'listVolumes', 'volume', { name: wanted.name })).toHaveLength(1);
    });
  });

  describe('queryAsyncJobResult', () => {
    test('refuses the id of no job in the words that clients know', async () => {
      const { code, text } = await server.admin.refusal('queryAsyncJobResult', { jobid: NOBODY });
      const words = `Invalid parameter jobid value=${NOBODY} due to incorrect long value format, or entity does not exist`;
      expect([code, text]).toEqual([431, expect.stringContaining(words)]);
    });

    test('refuses a request without an id', async () => {
      const refusal = await server.admin.refusal('queryAsyncJobResult');
      expect(refusal).toEqual({ code: 431, text: 'Unable to execute API command queryasyncjobresult due to missing parameter jobid' });
    });

    test('takes the name of its parameter in any case', async () => {
      const { jobid } = await server.admin.call('createVolume', { zoneid: await makeZone(server), name: 'cased', size: '1' });
      await server.admin.ended(String(jobid));
      expect(await server.admin.call('queryAsyncJobResult', { jobId: String(jobid).toUpperCase() })).toMatchObject({ jobid });
    });
  });

  describe('listAsyncJobs', () => {
    test('finds pending jobs by keyword and date, page by page', async () => {
      const { zoneId, vmId } = await protectedMachine(server);
      const job = await hold(server, clock, zoneId, 'createBackup', { virtualmachineid: vmId });
      const { jobid: second } = await server.admin.call('startVirtualMachine', { id: vmId });
      const found = {
        all: each(await pending(), 'jobid'),
        keyword: each(await pending({ keyword: 'CREATEb' }), 'jobid'),
        past: each(await pending({ startdate: '2026-01-01' }), 'jobid'),
        future: await pending({ startdate: '2999-01-01T00:00:00+0000' }),
        page: await server.admin.call('listAsyncJobs', { page: '2', pagesize: '1' }),
      };
      await job.letGo();
      await server.admin.ended(String(second));
      expect(found).toEqual({
        all: [job.jobId, second],
        keyword: [job.jobId],
        past: [job.jobId, second],
        future: [],
        page: { count: 2, asyncjobs: [expect.objectContaining({ jobid: second })] },
      });
    });

    test('shows an administrator the jobs of others when all are asked for', async () => {
      const { client } = await server.createUser(uniqueName('worker'));
      const scene = await protectedMachine(server, { client });
      await script(server, scene.zoneId, { 'delay.ms': '0' });
      const job = await hold(server, clock, scene.zoneId, 'createBackup', { virtualmachineid: scene.vmId });
      const { jobid } = await client.call('startVirtualMachine', { id: scene.vmId });
      const seen = [
        await pending(),
        await pending({ listall: 'true' }),
        await listed(client, 'listAsyncJobs', 'asyncjobs', { listall: 'true' }),
      ];
      await job.letGo();
      await server.admin.ended(String(jobid));
      expect(seen.map((jobs) => each(jobs, 'jobid'))).toEqual([[job.jobId], [job.jobId, jobid], [jobid]]);
    });
  });

  describe('idempotencykey', () => {
    const wish = async (more = {}) => ({
      zoneid: await makeZone(server),
      name: uniqueName('volume'),
      size: '1',
      idempotencykey: randomUUID(),
      ...more,
    });

    test('gives what was asked for before the answer that it had then, also after it has ended', async () => {
      const wanted = await wish();
      const first = await server.admin.call('createVolume', wanted);
      const again = await server.admin.call('createVolume', Object.fromEntries(Object.entries(wanted).reverse()));
      await server.admin.ended(String(first.jobid));
      expect([again, await server.admin.call('createVolume', wanted)]).toEqual([first, first]);
      expect(await listed(server.admin, 'listVolumes', 'volume', { name: wanted.name })).toMatchObject([{ id: first.id }]);
    });

    test('makes one job of many that ask at once', async () => {
      const wanted = await wish();
      const answers = await race(10, () => server.admin.call('createVolume', wanted));
      expect(new Set(each(answers, 'jobid')).size).toBe(1);
      await server.admin.ended(String(answers[0]?.jobid));
      expect(await listed(server.admin, 'listVolumes', 'volume', { name: wanted.name })).toHaveLength(1);
    });

    test('takes one backup and does one restore, however often they are asked for', async () => {
      const { vmId } = await protectedMachine(server);
      const taking = { virtualmachineid: vmId, idempotencykey: randomUUID() };
      for (let time = 0; time < 2; time++) await server.admin.run('createBackup', taking);
      const { id } = await only(server.admin, 'listBackups', 'backup', { virtualmachineid: vmId });
      const restoring = { id: String(id), idempotencykey: randomUUID() };
      const jobs = [await server.admin.call('restoreBackup', restoring), await server.admin.call('restoreBackup', restoring)];
      expect(each(jobs, 'jobid')[1]).toBe(each(jobs, 'jobid')[0]);
      await server.admin.ended(String(jobs[0]?.jobid));
    });

    test('is not that of what its job changes', async () => {
      const { accountId: id } = await server.createUser(uniqueName('leaving'));
      const { jobid: uuid } = await server.admin.call('disableAccount', { id, lock: 'false', idempotencykey: randomUUID() });
      await server.admin.ended(String(uuid));
      // Otherwise it would have failed at first.
      expect(await server.db.knex('async_job').where({ uuid })).toMatchObject([{ status: 1, attempts: 1 }]);
    });

    test('refuses another command and other parameters, and a key that is empty or too long', async () => {
      const wanted = await wish();
      await server.admin.call('createVolume', wanted);
      const refusals = [
        await server.admin.refusal('createVolume', { ...wanted, size: '2' }),
        await server.admin.refusal('startVirtualMachine', { id: NOBODY, idempotencykey: wanted.idempotencykey }),
      ];
      const text = 'parameter idempotencykey: createVolume was asked for under this key, or with other parameters';
      expect(refusals).toEqual([
        { code: 431, text },
        { code: 431, text },
      ]);
      for (const idempotencykey of ['', 'k'.repeat(256)]) {
        expect((await server.admin.refusal('createVolume', await wish({ idempotencykey }))).code).toBe(431);
      }
    });

    test('is the own of each account', async () => {
      const wanted = await wish();
      const { client } = await server.createUser(uniqueName('another'));
      const [first, other] = [await server.admin.call('createVolume', wanted), await client.call('createVolume', wanted)];
      expect(other.jobid).not.toBe(first.jobid);
      for (const { jobid } of [first, other]) await server.admin.ended(String(jobid));
    });
  });

  test('a job is forgotten when it ended long enough ago, and not before', async () => {
    const zoneid = await makeZone(server);
    const run = async () => {
      const { jobid } = await server.admin.call('deployVirtualMachine', { zoneid, name: uniqueName('vm'), rootdisksize: '1' });
      await server.admin.ended(String(jobid));
      return String(jobid);
    };
    const [old, recent] = [await run(), await run()];
    const endedHoursAgo = (uuid: string, hours: number) =>
      server.db
        .knex('async_job')
        .where({ uuid })
        .update({ completed: new Date(clock.now().getTime() - hours * HOUR_MS) });
    await endedHoursAgo(old, 25);
    await endedHoursAgo(recent, 23);
    // It is the turn of whichever server looks first.
    await server.db.knex('lease').where({ name: 'purge jobs' }).delete();
    const other = new TestServer(engine, { now: clock.now, installation: server.installation });
    await other.start();
    try {
      await eventually(
        () => server.db.daos.jobs.find(old),
        (job) => job === undefined,
      );
    } finally {
      await other.stop();
    }
    expect(await query(recent)).toMatchObject({ jobstatus: 1 });
    expect((await server.admin.refusal('queryAsyncJobResult', { jobid: old })).code).toBe(431);
  });
});
