import { PostponedSchedules } from '../../src/backup/postponed-schedules.js';
import { insertSchedule, insertVm } from '../kit/builders.js';
import { forEachEngine, testDatabase } from '../kit/engines.js';

forEachEngine((engine) => {
  const handle = testDatabase(engine);

  test('schedules that a clock moved on that was far ahead are put back, all servers are told, and the others stay', async () => {
    const { db } = handle;
    const logged: unknown[] = [];
    const log = (level: string, message: string, details?: object) => void logged.push([level, message, { ...details }]);
    const save = async (nextRun: string, more = {}) =>
      insertSchedule(db.daos, await insertVm(db.daos), { nextRun: new Date(nextRun), ...more });
    const far = await save('2027-01-03T02:15:00Z');
    const unknown = await save('2027-01-03T02:15:00Z', { timezone: 'Mars/Olympus' });
    const right = [
      await save('2026-01-03T02:15:00Z'),
      await save('2026-12-03T02:15:00Z', { intervalType: 'CRON', schedule: '15 2 3 12 *' }),
    ];
    const alsoFar = await save('2027-01-03T02:15:00Z');
    const before = await db.daos.cacheChanges.marks();
    const now = new Date('2026-01-02T12:00:00Z');
    const postponed = new PostponedSchedules(db, () => now, log);
    await Promise.all([postponed.putBack(new AbortController().signal), postponed.putBack(new AbortController().signal)]);
    const next = new Date('2026-01-03T02:15:00Z');
    for (const { uuid } of [far, alsoFar]) expect(await db.daos.schedules.findByUuid(uuid)).toMatchObject({ nextRun: next });
    for (const each of [...right, unknown]) expect(await db.daos.schedules.findByUuid(each.uuid)).toEqual(each);
    expect((await db.daos.cacheChanges.marks()).get('schedule')).not.toEqual(before.get('schedule'));
    const warned = logged.filter((line) => (line as [string])[0] === 'warn');
    expect(warned).toHaveLength(2);
    expect(warned).toContainEqual([
      'warn',
      expect.stringContaining('was far ahead'),
      expect.objectContaining({ schedule: far.uuid, next }),
    ]);
  });
});
