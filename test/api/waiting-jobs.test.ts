import { ASKED, SCHEDULED, URGENT } from '../../src/dao/job-dao.js';
import { insertEvent, insertJob } from '../kit/builders.js';
import { Clock, hold } from '../kit/clock.js';
import { forEachEngine, present } from '../kit/engines.js';
import { eventually } from '../kit/eventually.js';
import { race } from '../kit/races.js';
import { backedUpMachine, configure, deploy, GIB, listed, only, protectedMachine, script } from '../kit/scene.js';
import { testServer, TestServer } from '../kit/server.js';
import { adminKeys, aDate } from '../kit/signed-request.js';

forEachEngine((engine) => {
  const clock = new Clock();
  const server = testServer(engine, { now: clock.now, settings: { 'jobs.parallel': 3 } });
  const query = (jobid: string) => server.admin.call('queryAsyncJobResult', { jobid });
  const submit = async (command: string, parameters: Readonly<Record<string, string>>) =>
    String((await server.admin.call(command, parameters)).jobid);
  const row = (uuid: string) => server.db.knex('async_job').where({ uuid }).first();

  /** Another machine of the zone in the same policy. */
  async function another({ zoneId, policyId }: { zoneId: string; policyId: string }): Promise<string> {
    const { id } = await deploy(server.admin, zoneId);
    await server.admin.run('assignBackupPolicy', { virtualmachineid: String(id), backuppolicyid: policyId });
    return String(id);
  }

  describe('a waiting job says', () => {
    test('which job goes first on its machine, and its place among those of the account', async () => {
      const { zoneId, vmId } = await protectedMachine(server);
      const first = await hold(server, clock, zoneId, 'createBackup', { virtualmachineid: vmId });
      const [second, third] = [await submit('startVirtualMachine', { id: vmId }), await submit('stopVirtualMachine', { id: vmId })];
      const shown = [await query(second), await query(third)];
      const inList = await listed(server.admin, 'listAsyncJobs', 'asyncjobs');
      const running = await query(first.jobId);
      await first.letGo();
      const waitreason = `job ${first.jobId} goes first on virtual machine ${vmId}`;
      expect(shown).toMatchObject([
        { jobstatus: 0, waitreason, queueposition: 1 },
        { waitreason, queueposition: 2 },
      ]);
      expect(inList.filter(({ jobid }) => jobid !== first.jobId)).toEqual(shown);
      expect(running).not.toHaveProperty('waitreason');
      expect(await server.admin.ended(third)).not.toHaveProperty('waitreason');
    });

    test('which limit is reached, and runs when it no longer is', async () => {
      const scene = await protectedMachine(server);
      const other = await another(scene);
      await configure(server, 'jobs.parallel.per.provider', '1', scene.zoneId);
      const first = await hold(server, clock, scene.zoneId, 'createBackup', { virtualmachineid: scene.vmId });
      const second = await submit('createBackup', { virtualmachineid: other });
      const { waitreason } = await query(second);
      await first.letGo();
      expect(waitreason).toBe('the backup provider has as many jobs running as it may: jobs.parallel.per.provider is 1');
      expect(await server.admin.ended(second)).toMatchObject({ jobstatus: 1 });
    });

    test('that the servers have no room, and schedules leave one place of each to what is asked for', async () => {
      const scene = await protectedMachine(server);
      const [vm2, vm3] = [await another(scene), await another(scene)];
      const { userId, accountId, domainId } = (await row(await submit('startVirtualMachine', { id: vm3 })))!;
      await script(server, scene.zoneId, { 'delay.ms': '40000' });
      const scheduled: { uuid: string }[] = [];
      for (const vm of [scene.vmId, vm2, vm3]) {
        const params = JSON.stringify([['virtualmachineid', vm]]);
        scheduled.push(await insertJob(server.db.daos, { userId, accountId, domainId, params, machineUuid: vm, priority: SCHEDULED }));
      }
      const shown = () => Promise.all(scheduled.map(({ uuid }) => query(uuid)));
      const meanwhile = await eventually(shown, (jobs) => jobs.filter(({ percentcomplete }) => percentcomplete !== undefined).length === 2);
      expect(meanwhile[2]).toMatchObject({ waitreason: 'its turn comes when a server has room for one more job', queueposition: 1 });
      expect(await server.admin.run('stopVirtualMachine', { id: String((await deploy(server.admin, scene.zoneId)).id) })).toBeDefined();
      expect(await query(String(meanwhile[2]?.jobid))).toMatchObject({ jobstatus: 0, queueposition: 1 });
      await script(server, scene.zoneId, { 'delay.ms': '0' });
      clock.forward(40_000);
      for (const { uuid } of scheduled) expect(await server.admin.ended(uuid)).toMatchObject({ jobstatus: 1 });
    });
  });

  describe('a job of a command that only another version has', () => {
    const text = 'this server does not know brewCoffee; a server of a version that does takes it up';

    /** The job of a machine, another one of the machine after it, and one of another machine, which has been done. */
    async function unknownJob() {
      const scene = await protectedMachine(server);
      const { id: userId, accountId, domainId } = present(await server.db.daos.users.findDefault());
      const { uuid: first } = await insertJob(server.db.daos, {
        userId,
        accountId,
        domainId,
        command: 'brewCoffee',
        machineUuid: scene.vmId,
      });
      const second = await submit('startVirtualMachine', { id: scene.vmId });
      await server.admin.run('startVirtualMachine', { id: await another(scene) });
      return { scene, first, second };
    }

    test('is left to a server that has it, and keeps no job but those of its machine waiting', async () => {
      const { scene, first, second } = await unknownJob();
      expect(await query(first)).toMatchObject({ jobstatus: 0, waitreason: text, queueposition: 1 });
      expect(await query(second)).toMatchObject({ jobstatus: 0, waitreason: expect.stringContaining(`job ${first} goes first`) as string });
      const job = () => server.db.knex('async_job').where({ uuid: first });
      // As after the death of a server that had begun it.
      await job().update({ turn: 0, holder: 'dead', attempts: 1, leaseUntil: new Date(0) });
      await server.admin.run('startVirtualMachine', { id: await another(scene) });
      expect(await query(first)).toMatchObject({ jobstatus: 0, waitreason: text });
      await job().update({ command: 'stopVirtualMachine', params: (await row(second))!.params });
      for (const uuid of [first, second]) expect(await server.admin.ended(uuid)).toMatchObject({ jobstatus: 1 });
    });

    test('can be cancelled, unless another version has begun it', async () => {
      const { first, second } = await unknownJob();
      await server.db.knex('async_job').where({ uuid: first }).update({ turn: 0, attempts: 1 });
      expect((await server.admin.refusal('cancelAsyncJob', { jobid: first })).text).toContain('has begun');
      await server.db.knex('async_job').where({ uuid: first }).update({ turn: ASKED, attempts: 0 });
      const { operationId } = (await row(first))!;
      const about = { type: 'COFFEE.BREW', operationId, resourceType: 'CoffeePot', resourceUuid: 'pot' };
      await insertEvent(server.db.daos, { ...about, state: 'Scheduled', archived: true });
      await server.admin.call('cancelAsyncJob', { jobid: first });
      const description = 'brewCoffee failed: the job was cancelled before it began';
      const ended = { ...about, state: 'Completed', level: 'ERROR', description };
      expect(await server.db.knex('event').where({ operationId, archived: false })).toMatchObject([ended]);
      expect(await query(first)).toMatchObject({ jobstatus: 2, jobresult: { errortext: 'the job was cancelled before it began' } });
      expect(await server.admin.ended(second)).toMatchObject({ jobstatus: 1 });
    });
  });

  test('two jobs of which servers may have died do not run beside each other on one server, and others do', async () => {
    const scene = await protectedMachine(server);
    const machines = [scene.vmId, await another(scene), await another(scene)];
    const { id: userId, accountId, domainId } = present(await server.db.daos.users.findDefault());
    await script(server, scene.zoneId, { 'delay.ms': '40000' });
    const uuids: string[] = [];
    for (const vm of machines) {
      const params = JSON.stringify([['virtualmachineid', vm]]);
      uuids.push((await insertJob(server.db.daos, { userId, accountId, domainId, params, machineUuid: vm, command: 'brewCoffee' })).uuid);
    }
    await server.db.knex('async_job').whereIn('uuid', uuids.slice(0, 2)).update({ command: 'createBackup', deaths: 2 });
    await server.db.knex('async_job').where({ uuid: uuids[2] }).update({ command: 'createBackup' });
    const begun = async () => (await Promise.all(uuids.map(row))).map((job) => job?.attempts as number);
    expect(await eventually(begun, ([first, , third]) => first === 1 && third === 1)).toEqual([1, 0, 1]);
    await script(server, scene.zoneId, { 'delay.ms': '0' });
    clock.forward(40_000);
    for (const uuid of uuids) expect(await server.admin.ended(uuid)).toMatchObject({ jobstatus: 1 });
  });

  describe('a temporary fault of the provider', () => {
    const away = { 'fail.call': 'takeBackup', 'fail.fault': 'temporary' };
    const tryNow = (uuid: unknown) => server.db.knex('async_job').where({ uuid, holder: null }).update({ leaseUntil: null });
    const isPutOff = ({ waitreason }: { waitreason?: unknown }) => String(waitreason).startsWith('it is run again after');

    test('is got over when it passes, and meanwhile the job says what it was and when it is tried again', async () => {
      const { zoneId, vmId } = await protectedMachine(server);
      await script(server, zoneId, away);
      const jobid = await submit('createBackup', { virtualmachineid: vmId });
      const meanwhile = await eventually(
        () => query(jobid),
        (job) => isPutOff(job) || job.jobstatus !== 0,
      );
      const states = await listed(server.admin, 'listBackups', 'backup', { virtualmachineid: vmId });
      await script(server, zoneId, { 'fail.call': '' });
      await tryNow(jobid);
      expect(await server.admin.ended(jobid)).toMatchObject({ jobstatus: 1 });
      expect(meanwhile.waitreason).toMatch(
        /^it is run again after \S+Z, because of: dummy\.takeBackup: scripted fault: .* \(temporary; it may work later\)$/,
      );
      expect(states).toMatchObject([{ status: 'BackingUp' }]);
      expect(await only(server.admin, 'listBackups', 'backup', { virtualmachineid: vmId })).toMatchObject({ status: 'BackedUp' });
    });

    test('costs no restore that has begun, whatever becomes of the user who asked for it', async () => {
      const user = await server.createUser('leaver');
      const { zoneId, backupId } = await backedUpMachine(server, { client: user.client });
      await script(server, zoneId, { 'fail.call': 'restoreMachine', 'fail.fault': 'temporary' });
      const { jobid } = await user.client.call('restoreBackup', { id: backupId });
      await eventually(() => query(String(jobid)), isPutOff);
      await server.admin.run('disableUser', { id: user.userId });
      await script(server, zoneId, { 'fail.call': '' });
      await tryNow(jobid);
      expect(await server.admin.ended(String(jobid))).toMatchObject({ jobstatus: 1 });
    });

    test('ends the job after so many tries, with the text of the provider', async () => {
      const { zoneId, vmId } = await protectedMachine(server);
      await configure(server, 'jobs.retries', '2', zoneId);
      await script(server, zoneId, away);
      const jobid = await submit('createBackup', { virtualmachineid: vmId });
      const ended = await eventually(
        async () => {
          await tryNow(jobid);
          return query(jobid);
        },
        ({ jobstatus }) => jobstatus !== 0,
      );
      const text =
        'dummy.takeBackup: scripted fault: takeBackup fails at step 1 (see fail.call) (temporary; it may work later); tried 3 times';
      expect(ended).toMatchObject({ jobstatus: 2, jobresult: { errorcode: 530, errortext: text } });
      expect(await only(server.admin, 'listBackups', 'backup', { virtualmachineid: vmId })).toMatchObject({ status: 'Error' });
    });

    test('does not give a machine back while nobody knows how its restore has ended', async () => {
      const { zoneId, vmId, backupId } = await backedUpMachine(server);
      // Step 3 comes after everything has been written.
      await script(server, zoneId, { 'fail.call': 'restoreMachine', 'fail.step': '3', 'fail.fault': 'unknown' });
      const { jobid } = await server.admin.call('restoreBackup', { id: backupId });
      await eventually(() => query(String(jobid)), isPutOff);
      const meanwhile = await only(server.admin, 'listVirtualMachines', 'virtualmachine', { id: vmId });
      await script(server, zoneId, { 'fail.call': '' });
      await tryNow(jobid);
      expect(await server.admin.ended(String(jobid))).toMatchObject({ jobstatus: 1 });
      expect(meanwhile).toMatchObject({ state: 'Restoring' });
      expect(await only(server.admin, 'listVirtualMachines', 'virtualmachine', { id: vmId })).toMatchObject({ state: 'Stopped' });
    });

    test('leaves no half-made machine when it does not pass', async () => {
      const { zoneId, backupId } = await backedUpMachine(server);
      await configure(server, 'jobs.retries', '1', zoneId);
      await script(server, zoneId, { 'fail.call': 'fillMachine', 'fail.fault': 'temporary' });
      const { jobid, id } = await server.admin.call('createVMFromBackup', { backupid: backupId, zoneid: zoneId, name: 'again' });
      await eventually(() => query(String(jobid)), isPutOff);
      const meanwhile = await listed(server.admin, 'listVirtualMachines', 'virtualmachine', { id: String(id) });
      await tryNow(jobid);
      expect(await server.admin.ended(String(jobid))).toMatchObject({ jobstatus: 2 });
      expect(meanwhile).toMatchObject([{ state: 'Restoring' }]);
      expect((await server.admin.refusal('listVirtualMachines', { id: String(id) })).code).toBe(431);
    });
  });

  test('two servers on one database never run more jobs at once than a limit allows, and run them all', async () => {
    const scene = await protectedMachine(server);
    const machines = [scene.vmId];
    for (let count = 0; count < 7; count++) machines.push(await another(scene));
    // More than the first server takes at once, and fewer than both.
    await configure(server, 'jobs.parallel.per.provider', '4', scene.zoneId);
    await script(server, scene.zoneId, { 'delay.ms': '1500' });
    const other = new TestServer(engine, { now: clock.now, installation: server.installation });
    await other.start();
    try {
      const clients = [server.admin, other.client(adminKeys(server))];
      const asked = await race(machines.length, (n) => clients[n % 2]!.call('createBackup', { virtualmachineid: machines[n]! }));
      const jobs = asked.map(({ jobid }) => String(jobid));
      const [counts, holders] = [new Set<number>(), new Set<unknown>()];
      await eventually(
        () => server.db.knex('async_job').whereIn('uuid', jobs).where({ status: 0 }),
        (pending) => {
          const running = pending.filter(({ holder }) => holder !== null);
          counts.add(running.length);
          for (const { holder } of running) holders.add(holder);
          return pending.length === 0;
        },
      );
      for (const job of jobs) expect(await server.admin.ended(job)).toMatchObject({ jobstatus: 1 });
      expect(Math.max(...counts)).toBe(4);
      expect(holders.size).toBe(2);
    } finally {
      await other.stop();
    }
  });

  test('a running job shows its bytes, how fast they move, its stage and when it will have ended', async () => {
    const { zoneId, vmId } = await protectedMachine(server);
    const job = await hold(server, clock, zoneId, 'createBackup', { virtualmachineid: vmId });
    const inTime = await eventually(
      async () => {
        clock.forward(1000);
        return query(job.jobId);
      },
      ({ estimatedend }) => estimatedend !== undefined,
    );
    const ended = await job.letGo();
    expect(inTime).toMatchObject({ bytestotal: GIB, stage: 'copying volumes', estimatedend: aDate, percentcomplete: expect.any(Number) });
    expect(Number(inTime.bytespersecond)).toBeGreaterThan(0);
    expect(Number(inTime.bytesdone)).toBeGreaterThan(0);
    expect(Date.parse(String(inTime.estimatedend))).toBeGreaterThan(Date.parse(String(inTime.created)));
    expect(ended).toMatchObject({ jobstatus: 1, percentcomplete: 100 });
    expect(ended).not.toHaveProperty('estimatedend');
  });

  test('a job knows how urgent it is, and whom its work burdens', async () => {
    const { zoneId, vmId, backupId } = await backedUpMachine(server);
    const restoring = (await row(await submit('restoreBackup', { id: backupId })))!;
    const starting = (await row(await submit('startVirtualMachine', { id: vmId })))!;
    const { id } = (await server.db.knex('zone').where({ uuid: zoneId }).first())!;
    expect(restoring).toMatchObject({ priority: URGENT, zoneId: id, providerKey: `${id}/dummy`, hostKey: null });
    expect(starting).toMatchObject({ priority: ASKED, zoneId: null, providerKey: null });
    // They ask the source where the machine runs, too.
    for (const job of [restoring, starting]) await server.admin.ended(job.uuid);
    await server.db.knex('virtual_machine').where({ uuid: vmId }).update({ host: 'host-1' });
    const taking = await submit('createBackup', { virtualmachineid: vmId });
    expect(await row(taking)).toMatchObject({ priority: ASKED, providerKey: `${id}/dummy`, hostKey: `${id}/host-1` });
    await server.admin.ended(taking);
  });
});
