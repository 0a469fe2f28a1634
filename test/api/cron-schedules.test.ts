import { nextRun } from '../../src/backup/next-run.js';
import type { Answer } from '../../src/client/api-client.js';
import { Clock } from '../kit/clock.js';
import { forEachEngine, present } from '../kit/engines.js';
import { eventually } from '../kit/eventually.js';
import { each, listed, protectedMachine, scheduleBackup } from '../kit/scene.js';
import { testServer } from '../kit/server.js';

type Parameters = Readonly<Record<string, string>>;
type Runs = readonly { readonly local: string; readonly utc: string }[];

const NIGHTLY = { cron: '30 2 * * MON-FRI', timezone: 'Europe/Zurich' };
const YEARS_AGO = new Date('2020-01-01T00:00:00Z');

forEachEngine((engine) => {
  const clock = new Clock();
  const server = testServer(engine, { now: clock.now });
  const create = async (virtualmachineid: string, wish: Parameters = NIGHTLY) =>
    (await server.admin.call('createBackupSchedule', { virtualmachineid, ...wish })).backupschedule as Answer;
  const change = async ({ id }: Answer, wish: Parameters) =>
    (await server.admin.call('updateBackupSchedule', { id: String(id), ...wish })).backupschedule as Answer;
  const refused = (virtualmachineid: string, wish: Parameters) =>
    server.admin.refusal('createBackupSchedule', { virtualmachineid, ...NIGHTLY, ...wish });
  const schedules = (parameters: Parameters) => listed(server.admin, 'listBackupSchedule', 'backupschedule', parameters);
  const rowOf = async ({ id }: Answer) => present(await server.db.daos.schedules.findByUuid(String(id)));
  const machine = async () => (await protectedMachine(server)).vmId;

  test('a schedule with a cron expression is answered as one of type CRON, and listed', async () => {
    const vmId = await machine();
    const made = await create(vmId, { ...NIGHTLY, cron: ' 30  2 * * mon-fri', jitter: '30', window: '22:00-06:00', catchup: 'false' });
    expect(made).toMatchObject({ intervaltype: 'CRON', schedule: '30 2 * * MON-FRI', timezone: 'Europe/Zurich', maxbackups: 0 });
    expect(made).toMatchObject({ jitter: 30, window: '22:00-06:00', catchup: false });
    expect(await schedules({ virtualmachineid: vmId })).toEqual([made]);
    const row = await rowOf(made);
    expect(row.nextRun).toEqual(nextRun(row, row.created));
  });

  test('a machine has several, one for each expression, beside those of the shipped formats', async () => {
    const vmId = await machine();
    const daily = await scheduleBackup(server.admin, vmId);
    const [first, second] = [await create(vmId), await create(vmId, { ...NIGHTLY, cron: '0 12 * * SUN', maxbackups: '4' })];
    const again = await create(vmId, { cron: '30 2 * * mon-fri', timezone: 'Asia/Tokyo', maxbackups: '2' });
    expect(again).toMatchObject({ id: first.id, timezone: 'Asia/Tokyo', maxbackups: 2 });
    expect(await schedules({ virtualmachineid: vmId })).toEqual([second, again, daily]);
    await server.admin.call('deleteBackupSchedule', { id: String(first.id) });
    expect(each(await schedules({ virtualmachineid: vmId }), 'id')).toEqual([second.id, daily.id]);
    await server.admin.call('deleteBackupSchedule', { virtualmachineid: vmId });
    expect(await schedules({ virtualmachineid: vmId })).toEqual([]);
  });

  test('a machine has 20 of them at most, also when many are made at once', async () => {
    const vmId = await machine();
    const tries = Array.from({ length: 23 }, (_, minute) => ({ virtualmachineid: vmId, ...NIGHTLY, cron: `${minute} 3 * * *` }));
    const made = await Promise.allSettled(tries.map((wish) => server.admin.call('createBackupSchedule', wish)));
    const why = `virtual machine ${vmId} has 20 backup schedules with a cron expression; delete one`;
    const refusals = made.filter(({ status }) => status === 'rejected') as PromiseRejectedResult[];
    expect(new Set(refusals.map(({ reason }) => (reason as Error).message))).toEqual(new Set([expect.stringContaining(why)]));
    const left = await schedules({ virtualmachineid: vmId });
    expect(left.length).toBeLessThanOrEqual(20);
    for (let minute = left.length; minute < 20; minute++) await create(vmId, { ...NIGHTLY, cron: `${minute} 4 * * *` });
    expect(await refused(vmId, { cron: '0 5 * * *' })).toEqual({ code: 530, text: why });
    const [one] = await schedules({ virtualmachineid: vmId });
    expect(await create(vmId, { ...NIGHTLY, cron: String(one?.schedule) })).toMatchObject({ id: one?.id });
    const daily = await scheduleBackup(server.admin, vmId);
    const turned = await server.admin.refusal('updateBackupSchedule', { id: String(daily.id), cron: '0 5 * * *' });
    expect(turned).toEqual({ code: 530, text: why });
    expect(await schedules({ virtualmachineid: vmId })).toHaveLength(21);
  });

  describe('updateBackupSchedule with an id', () => {
    test('changes what is said, and leaves the rest', async () => {
      const vmId = await machine();
      const made = await create(vmId, { ...NIGHTLY, maxbackups: '3', jitter: '30', window: '22:00-06:00', catchup: 'false' });
      const kept = await change(made, { maxbackups: '5' });
      expect(kept).toEqual({ ...made, maxbackups: 5 });
      const moved = await change(made, { cron: '0 3 * * *', window: '' });
      const { window: _, ...unbound } = kept;
      expect(moved).toEqual({ ...unbound, schedule: '0 3 * * *', nextruns: moved.nextruns });
      const row = await rowOf(moved);
      expect(row.nextRun).toEqual(nextRun(row, clock.now()));
      expect(await schedules({ id: String(made.id) })).toEqual([moved]);
    });

    test('turns one of a shipped format into one with a cron expression, and back', async () => {
      const daily = await scheduleBackup(server.admin, await machine());
      expect(await change(daily, { cron: '0 3 * * *' })).toMatchObject({ id: daily.id, intervaltype: 'CRON', schedule: '0 3 * * *' });
      const weekly = await change(daily, { intervaltype: 'weekly', schedule: '15:02:1' });
      expect(weekly).toMatchObject({ id: daily.id, intervaltype: 'WEEKLY', schedule: '15:02:1', timezone: 'Europe/Zurich' });
      expect(await change(daily, { schedule: '20:02:1' })).toMatchObject({ intervaltype: 'WEEKLY', schedule: '20:02:1' });
    });

    test('leaves what is due as it is when the timing stays', async () => {
      const made = await create(await machine());
      // Not announced, so that nobody looks before it is changed.
      await server.db
        .knex('backup_schedule')
        .where({ uuid: String(made.id) })
        .update({ nextRun: YEARS_AGO });
      await change(made, { maxbackups: '1' });
      await eventually(
        () => server.db.knex('async_job').where({ machineUuid: String(made.virtualmachineid), command: 'createBackup' }),
        (jobs: unknown[]) => jobs.length === 1,
      );
    });

    test('refuses what another schedule of the machine has already, and what was made differently', async () => {
      const vmId = await machine();
      const [daily, first, second] = [
        await scheduleBackup(server.admin, vmId),
        await create(vmId),
        await create(vmId, { ...NIGHTLY, cron: '0 1 * * *' }),
      ];
      const refusal = (id: unknown, wish: Parameters) => server.admin.refusal('updateBackupSchedule', { id: String(id), ...wish });
      const has = `virtual machine ${vmId} has another backup schedule`;
      expect(await refusal(second.id, { cron: NIGHTLY.cron })).toEqual({
        code: 530,
        text: `${has} with the cron expression "${NIGHTLY.cron}"`,
      });
      expect(await refusal(first.id, { intervaltype: 'daily', schedule: '0:1' })).toEqual({ code: 530, text: `${has} that is DAILY` });
      expect(await refusal(daily.id, { schedule: NIGHTLY.cron })).toMatchObject({
        text: expect.stringContaining('is not of the form MM:HH'),
      });
      expect(await refusal(first.id, { timezone: 'Mars/Olympus' })).toMatchObject({ code: 530 });
      expect(await schedules({ virtualmachineid: vmId })).toEqual([second, first, daily]);
    });

    test("refuses another account's", async () => {
      const { client } = await server.createUser('stranger');
      const made = await create(await machine());
      expect(await client.refusal('updateBackupSchedule', { id: String(made.id), maxbackups: '1' })).toMatchObject({ code: 531 });
      expect(await schedules({ id: String(made.id), listall: 'true' })).toEqual([made]);
    });
  });

  test.each<[Parameters, string]>([
    [{ cron: '0 25 * * *' }, 'parameter cron: the hour "25" in "0 25 * * *" is not numbers from 0 to 23'],
    [{ cron: '0 2 * *' }, 'parameter cron: "0 2 * *" does not have the 5 fields of a cron expression'],
    [{ cron: '0 0 30 2 *' }, 'parameter cron: "0 0 30 2 *" is never due'],
    [{ cron: '' }, 'parameter cron: "" does not have the 5 fields'],
    [{ intervaltype: 'DAILY', schedule: '0:2' }, 'say either cron, or intervaltype and schedule'],
    [{ timezone: 'Mars/Olympus' }, 'parameter timezone: "Mars/Olympus" is not the name of a time zone'],
    [{ window: '22-6' }, 'parameter window: "22-6" is not of the form HH:MM-HH:MM, such as 22:00-06:00'],
    [{ window: '06:00-06:00' }, 'parameter window: "06:00-06:00" ends when it begins'],
    [{ jitter: '-1' }, 'parameter jitter: -1 is not from 0 to 1440 minutes'],
    [{ jitter: '1441' }, 'parameter jitter: 1441 is not from 0 to 1440 minutes'],
  ])('%j is refused', async (wish, why) => {
    const vmId = await machine();
    expect(await refused(vmId, wish)).toEqual({ code: 530, text: expect.stringContaining(why) as string });
    expect(await schedules({ virtualmachineid: vmId })).toEqual([]);
  });

  test.each(['virtualmachineid', 'intervaltype', 'schedule', 'timezone'])(
    'without %s, a shipped schedule is refused as ever',
    async (name) => {
      const whole: Parameters = { virtualmachineid: await machine(), intervaltype: 'DAILY', schedule: '15:02', timezone: 'Etc/UTC' };
      const lacking = Object.fromEntries(Object.entries(whole).filter(([other]) => other !== name));
      const text = `Unable to execute API command createbackupschedule due to missing parameter ${name}`;
      expect(await server.admin.refusal('createBackupSchedule', lacking)).toEqual({ code: 431, text });
    },
  );

  test('the next runs are told in the time zone and in UTC: three, or as many as are asked for', async () => {
    const made = await create(await machine(), { cron: '30 2 25 OCT *', timezone: 'Europe/Zurich' });
    const runs = async (parameters: Parameters = {}) =>
      (await schedules({ id: String(made.id), ...parameters }))[0]?.nextruns as unknown as Runs;
    expect(await runs()).toEqual(made.nextruns);
    expect(await runs()).toHaveLength(3);
    for (const { local, utc } of await runs({ nextruns: '24' })) {
      expect(local).toMatch(/^20\d\d-10-25T02:30:00\+0[12]00$/);
      expect(new Date(utc)).toEqual(new Date(local));
    }
    expect(await runs({ nextruns: '24' })).toHaveLength(24);
    expect(await runs({ nextruns: '0' })).toEqual([]);
    const refusal = (nextruns: string, more = {}) => server.admin.refusal('listBackupSchedule', { nextruns, ...more });
    const text = (nextruns: string, most: number) =>
      `parameter nextruns: ${nextruns} is not from 0 to ${most}; with id or virtualmachineid it may be 24`;
    expect(await refusal('25', { id: String(made.id) })).toEqual({ code: 530, text: text('25', 24) });
    expect(await refusal('4')).toEqual({ code: 530, text: text('4', 3) });
    expect(await refusal('-1')).toEqual({ code: 530, text: text('-1', 3) });
  });

  describe('what was missed', () => {
    const jobsOf = async (schedule: Answer): Promise<{ status: number }[]> =>
      server.db.knex('async_job').where({ backupScheduleId: (await rowOf(schedule)).id });

    async function makeDue(schedule: Answer): Promise<void> {
      await server.db
        .knex('backup_schedule')
        .where({ uuid: String(schedule.id) })
        .update({ nextRun: YEARS_AGO });
      await server.db.daos.cacheChanges.insert('schedule', clock.now());
    }

    test('is caught up with by one backup, unless the schedule says otherwise', async () => {
      const schedule = await create(await machine());
      await makeDue(schedule);
      await eventually(
        () => jobsOf(schedule),
        (jobs) => jobs.length === 1 && jobs[0]?.status === 1,
      );
      expect((await rowOf(schedule)).nextRun.getTime()).toBeGreaterThan(Date.now());
    });

    test('is skipped with catchup=false, on record', async () => {
      const vmId = await machine();
      const schedule = await create(vmId, { ...NIGHTLY, catchup: 'false' });
      await makeDue(schedule);
      const events = await eventually(
        () => listed(server.admin, 'listEvents', 'event', { resourceid: vmId, resourcetype: 'VirtualMachine', level: 'WARN' }),
        (told) => told.length > 0,
      );
      const why = 'it was missed more than 100 times since 2020-01-01T01:00:00+0100, and its schedule does not catch up';
      expect(each(events, 'description')).toEqual([expect.stringContaining(why)]);
      expect(await jobsOf(schedule)).toEqual([]);
      expect((await rowOf(schedule)).nextRun.getTime()).toBeGreaterThan(Date.now());
    });

    test('waits for the window to open', async () => {
      const now = clock.now();
      const hour = (ahead: number) => new Date(now.getTime() + ahead * 3_600_000).toISOString().slice(11, 16);
      const window = `${hour(2)}-${hour(4)}`;
      const schedule = await create(await machine(), { cron: '0 0 1 1 *', timezone: 'Etc/UTC', window });
      await makeDue(schedule);
      const waiting = await eventually(
        () => rowOf(schedule),
        ({ nextRun: due }) => due > YEARS_AGO,
      );
      expect(waiting.nextRun.toISOString().slice(11, 16)).toBe(hour(2));
      expect(waiting.nextRun.getTime() - now.getTime()).toBeLessThanOrEqual(2 * 3_600_000);
      expect(await jobsOf(schedule)).toEqual([]);
    });
  });
});
