import { jest } from '@jest/globals';
import { fileURLToPath } from 'node:url';
import { BackupFramework } from '../../src/backup/backup-framework.js';
import { ScheduledBackups } from '../../src/backup/scheduled-backups.js';
import { commands } from '../../src/commands/index.js';
import type { BackupScheduleView } from '../../src/dao/backup-schedule-dao.js';
import { Database } from '../../src/dao/database.js';
import { EventRecorder } from '../../src/events/event-recorder.js';
import { ZoneDirectory } from '../../src/inventory/zone-directory.js';
import { JobQueue } from '../../src/jobs/job-queue.js';
import { PluginInstances } from '../../src/plugin-host/plugin-instances.js';
import { pluginKeys } from '../../src/plugin-host/plugin-settings.js';
import { loadPlugins } from '../../src/provider/load-plugins.js';
import { Secrets } from '../../src/secrets.js';
import { allKeys, DynamicSettings } from '../../src/settings/dynamic-settings.js';
import { insertSchedule, insertUser, insertVm, insertZone } from '../kit/builders.js';
import { forEachEngine, testDatabase } from '../kit/engines.js';
import { at, expected, isOneOf, lookAtClocks, meantMinutes, YEAR, type Meaning } from '../kit/looked-up-clocks.js';

const PLUGINS = fileURLToPath(new URL('../../plugins', import.meta.url));
const HOUR_MS = 3_600_000;

/** Where the clocks are changed, at times at which they are changed there; and around the nights of it by the hour. */
const WANTED: readonly (readonly [timezone: string, meaning: Meaning, intervalType?: 'WEEKLY' | 'MONTHLY'])[] = [
  ['Europe/Berlin', ['30 2 * * SUN', (shown) => shown.weekday === 0 && at(2, 30)(shown)]],
  ['Europe/Berlin', ['0 * 25,29 3,10 *', ({ month, day, minute }) => isOneOf(month, 3, 10) && isOneOf(day, 25, 29) && minute === 0, 'hourly']],
  ['America/New_York', ['0 2,3 1,8 3,11 *', ({ month, day, hour, minute }) => isOneOf(month, 3, 11) && isOneOf(day, 1, 8) && isOneOf(hour, 2, 3) && minute === 0]],
  ['America/New_York', ['30 1 * * SUN', (shown) => shown.weekday === 0 && at(1, 30)(shown)]],
  ['Australia/Lord_Howe', ['15 * 4-5 4,10 *', ({ month, day, minute }) => isOneOf(month, 4, 10) && isOneOf(day, 4, 5) && minute === 15, 'hourly']],
  ['America/Santiago', ['15 0 * * SUN', (shown) => shown.weekday === 0 && at(0, 15)(shown)]],
  ['Asia/Kolkata', ['45 5 1 * *', (shown) => shown.day === 1 && at(5, 45)(shown)]],
  // As CloudStack writes them, which counts the days of the week from 1.
  ['Europe/Berlin', ['30:02:1', (shown) => shown.weekday === 0 && at(2, 30)(shown)], 'WEEKLY'],
  ['America/New_York', ['30:01:1', (shown) => shown.weekday === 0 && at(1, 30)(shown)], 'WEEKLY'],
  ['Asia/Kolkata', ['45:05:1', (shown) => shown.day === 1 && at(5, 45)(shown)], 'MONTHLY'],
]; // prettier-ignore

forEachEngine((engine) => {
  const database = testDatabase(engine);
  let moment = YEAR.from;
  const now = () => new Date(moment);

  beforeEach(() => void jest.useFakeTimers({ now: 0, doNotFake: EVERYTHING_ELSE }));
  afterEach(() => void jest.useRealTimers());

  /** A server, as far as it has backups taken by schedule; nobody runs their jobs. */
  async function serve(db: Database): Promise<ScheduledBackups> {
    const plugins = await loadPlugins(PLUGINS);
    const settings = new DynamicSettings(db, new Secrets('pass phrase'), allKeys(pluginKeys(plugins)));
    const zones = new ZoneDirectory(db);
    await Promise.all([settings.load(), zones.load()]);
    const log = () => undefined;
    const framework = new BackupFramework(settings, plugins, new PluginInstances(plugins, settings, db, now, log));
    const queue = new JobQueue(commands, new EventRecorder(db, now, log), now);
    const scheduled = new ScheduledBackups(db, zones, framework, queue, () => undefined, now, log);
    scheduled.start();
    return scheduled;
  }

  async function insertSchedules({ daos }: Database): Promise<BackupScheduleView[]> {
    await insertUser(daos, { isDefault: true });
    const { id: zoneId } = await insertZone(daos);
    await daos.configuration.save({ name: 'backup.framework.enabled', scope: 'Zone', scopeId: zoneId, value: 'true' });
    const schedules: BackupScheduleView[] = [];
    for (const [timezone, [schedule], intervalType = 'CRON'] of WANTED) {
      const due = { intervalType, schedule, timezone, nextRun: new Date(YEAR.from) } as const;
      schedules.push(await insertSchedule(daos, await insertVm(daos, { zoneId }), due));
    }
    return schedules;
  }

  test('two servers take each due time of a year once, whatever is done to the clocks', async () => {
    const { db, installation } = database;
    const schedules = await insertSchedules(db);
    const other = new Database(installation.connect());
    const servers = await Promise.all([serve(db), serve(other)]);
    const due = meantMinutes(WANTED.map(([, meaning]) => meaning)).map((meant, index) => {
      const [timezone, [, , hourly]] = WANTED[index]!;
      return [YEAR.from, ...expected(meant, hourly !== undefined, lookAtClocks(timezone))];
    });

    /** Has both servers look at the clock, until nothing is due that they have not seen to. */
    const look = async () => {
      do jest.advanceTimersByTime(1000);
      while (((await db.daos.schedules.earliestRun()) ?? now()) <= now());
    };
    for (const [turn, at] of [...new Set(due.flat())].sort((a, b) => a - b).entries()) {
      moment = at;
      await look();
      await db.knex('async_job').where({ status: 0 }).update({ status: 1 });
      // Now and then somebody puts the server's clock back.
      if (turn % 20 === 0) {
        moment -= HOUR_MS;
        await look();
      }
    }
    await Promise.all(servers.map((server) => server.stop()));
    await other.knex.destroy();
    const taken = await Promise.all(
      schedules.map(async ({ id }) => {
        const jobs = (await db.knex('async_job').where({ backupScheduleId: id }).orderBy('created')) as { created: Date }[];
        return jobs.map(({ created }) => created.getTime());
      }),
    );
    expect(taken).toEqual(due);
    expect(await db.knex('event').where({ level: 'WARN' })).toEqual([]);
  }, 180_000);
});

/** All that can be faked but the timer by which servers look at the clock. */
const EVERYTHING_ELSE = [
  ...(['Date', 'hrtime', 'nextTick', 'performance', 'queueMicrotask'] as const),
  ...(['setImmediate', 'clearImmediate', 'setTimeout', 'clearTimeout'] as const),
];
