import { randomUUID } from 'node:crypto';
import { isDuplicate } from '../../src/dao/database-error.js';
import type { SaidOfSchedule } from '../../src/dao/backup-schedule-dao.js';
import { ruleIn } from '../../src/retention-rule.js';
import { insertAccount, insertDomain, insertSchedule, insertVm, ownerOf } from '../kit/builders.js';
import { forEachEngine, testDatabase } from '../kit/engines.js';
import { race } from '../kit/races.js';

/** What can be said of a schedule again. */
function terms({ accountId, domainId, intervalType, schedule, timezone, runWindow, ...more }: SaidOfSchedule): SaidOfSchedule {
  const { jitterMinutes, catchUp, quiesceVm, nextRun } = more;
  const said = { accountId, domainId, intervalType, schedule, timezone, runWindow, jitterMinutes, catchUp, quiesceVm, nextRun };
  return { ...said, ...ruleIn(more) };
}

const ALL = { limit: 100, offset: 0 };

forEachEngine((engine) => {
  const handle = testDatabase(engine);
  const daos = () => handle.db.daos;

  test('finds a schedule as it was saved, with the names of the machine', async () => {
    const vm = await insertVm(daos());
    const nextRun = new Date('2026-03-29T01:30:00Z');
    const wanted = {
      intervalType: 'WEEKLY',
      schedule: '30:2:1',
      timezone: 'Europe/Zurich',
      maxBackups: 3,
      quiesceVm: true,
      nextRun,
    } as const;
    const schedule = await insertSchedule(daos(), vm, wanted);
    expect(schedule).toMatchObject({ ...wanted, vmId: vm.id, accountId: vm.accountId, vmUuid: vm.uuid, vmName: vm.name });
    expect(await daos().schedules.findByUuid(schedule.uuid)).toMatchObject(wanted);
    expect(await daos().schedules.findByUuid(randomUUID())).toBeUndefined();
    expect((await insertSchedule(daos(), vm)).quiesceVm).toBeNull();
  });

  test('has one of each interval type for a machine: what is saved again is overwritten and keeps its uuid', async () => {
    const vm = await insertVm(daos());
    const first = await insertSchedule(daos(), vm, { maxBackups: 1, quiesceVm: false });
    const other = await insertSchedule(daos(), vm, { intervalType: 'HOURLY', schedule: '15' });
    const nextRun = new Date('2026-01-04T00:00:00Z');
    const changed = { schedule: '0:0', timezone: 'Asia/Tokyo', maxBackups: 7, quiesceVm: null, nextRun };
    const again = await insertSchedule(daos(), vm, { ...changed, created: new Date(0) });
    expect(again).toEqual({ ...first, ...changed });
    expect((await daos().schedules.list({ vmId: vm.id }, ALL)).rows).toEqual([other, again]);
  });

  test('has one of each cron expression for a machine, beside those of interval types', async () => {
    const vm = await insertVm(daos());
    const cron = { intervalType: 'CRON', schedule: '0 2 * * *', runWindow: '22:00-06:00', jitterMinutes: 30, catchUp: false } as const;
    const [daily, first] = [await insertSchedule(daos(), vm), await insertSchedule(daos(), vm, cron)];
    const second = await insertSchedule(daos(), vm, { ...cron, schedule: '0 3 * * *' });
    expect(first).toMatchObject(cron);
    expect(await insertSchedule(daos(), vm, { ...cron, maxBackups: 3 })).toEqual({ ...first, maxBackups: 3 });
    const { rows } = await daos().schedules.list({ vmId: vm.id }, ALL);
    expect(rows.map(({ id }) => id)).toEqual([second.id, first.id, daily.id]);
    expect([await daos().schedules.countCron(vm.id), await daos().schedules.countCron(vm.id + 1)]).toEqual([2, 0]);
  });

  test.each([
    [{}, false],
    [{ maxBackups: 3, catchUp: false }, false],
    [{ schedule: '0 3 * * *' }, true],
    [{ timezone: 'Asia/Tokyo' }, true],
    [{ runWindow: '22:00-06:00' }, true],
    [{ jitterMinutes: 5 }, true],
    [{ intervalType: 'DAILY', schedule: '0:3' }, true],
  ] as const)('changed by %j, by its uuid or by saving it again, is due at another time: %s', async (change, isMoved) => {
    const before = new Date('2026-01-03T02:15:00Z');
    const said = { intervalType: 'CRON', schedule: '0 2 * * *', nextRun: before } as const;
    const schedule = await insertSchedule(daos(), await insertVm(daos()), said);
    const { id, uuid, vmId, created, vmUuid, vmName, zoneId } = schedule;
    const wanted = { ...terms(schedule), ...change, nextRun: new Date('2027-01-01T00:00:00Z') };
    await daos().schedules.update(uuid, wanted);
    const changed = await daos().schedules.findByUuid(uuid);
    expect(changed).toMatchObject({ ...wanted, id, created, vmUuid, vmName, zoneId, nextRun: isMoved ? wanted.nextRun : before });
    if (wanted.intervalType === 'CRON' && wanted.schedule === said.schedule) {
      const other = await insertSchedule(daos(), await insertVm(daos()), said);
      await daos().schedules.save({ ...wanted, uuid: randomUUID(), vmId: other.vmId, created });
      expect((await daos().schedules.findById(other.id))?.nextRun).toEqual(isMoved ? wanted.nextRun : before);
    }
    expect(await daos().schedules.findSame({ ...wanted, vmId })).toMatchObject({ uuid });
  });

  test('cannot be changed into another one that the machine has', async () => {
    const vm = await insertVm(daos());
    const [daily, cron] = [
      await insertSchedule(daos(), vm),
      await insertSchedule(daos(), vm, { intervalType: 'CRON', schedule: '0 2 * * *' }),
    ];
    const failure = await daos()
      .schedules.update(cron.uuid, terms(daily))
      .catch((error: unknown) => error);
    expect(isDuplicate(failure)).toBe(true);
  });

  test('keeps one of many that are saved at the same time', async () => {
    const vm = await insertVm(daos());
    const saved = await race(8, () => handle.db.transaction((tx) => insertSchedule(tx, vm)));
    expect(new Set(saved.map(({ uuid }) => uuid)).size).toBe(1);
    expect((await daos().schedules.list({ vmId: vm.id }, ALL)).total).toBe(1);
  });

  test('lists the newest first, narrowed by each of the filters', async () => {
    const domain = await insertDomain(daos());
    const owner = ownerOf(await insertAccount(daos(), { domainId: domain.id }));
    const vm = await insertVm(daos(), { ...owner, name: 'wanted' });
    const [daily, hourly] = [await insertSchedule(daos(), vm), await insertSchedule(daos(), vm, { intervalType: 'HOURLY', schedule: '1' })];
    const other = await insertSchedule(daos(), await insertVm(daos()));
    expect((await daos().schedules.list({}, ALL)).rows).toEqual([other, hourly, daily]);
    for (const filter of [{ vmId: vm.id }, { keyword: 'ANT' }, owner, { domainPath: domain.path }]) {
      expect(await daos().schedules.list(filter, ALL)).toEqual({ rows: [hourly, daily], total: 2 });
    }
    expect(await daos().schedules.list({ id: daily.id }, ALL)).toEqual({ rows: [daily], total: 1 });
    expect(await daos().schedules.list({}, { limit: 1, offset: 1 })).toEqual({ rows: [hourly], total: 3 });
  });

  test('tells which are due, from an id on, and when the next one is', async () => {
    const vm = await insertVm(daos());
    const [past, now, later] = [1, 2, 3].map((day) => new Date(Date.UTC(2001, 0, day))) as [Date, Date, Date];
    const last = await insertSchedule(daos(), vm, { intervalType: 'MONTHLY', schedule: '0:0:1', nextRun: later });
    const [second, first] = [
      await insertSchedule(daos(), vm, { intervalType: 'WEEKLY', schedule: '0:0:1', nextRun: now }),
      await insertSchedule(daos(), vm, { nextRun: past }),
    ];
    expect(await daos().schedules.listDue(now, 0, 10)).toEqual([second, first]);
    expect(await daos().schedules.listDue(now, 0, 1)).toEqual([second]);
    expect(await daos().schedules.listDue(now, second.id, 10)).toEqual([first]);
    expect(await daos().schedules.listDue(later, first.id - 1, 10)).toEqual([first]);
    expect(last.nextRun).toEqual(later);
    expect(await daos().schedules.earliestRun()).toEqual(past);
    await daos().schedules.deleteByVm(vm.id);
  });

  test('is moved on by one of many, and by nobody once it is another or gone', async () => {
    const schedule = await insertSchedule(daos(), await insertVm(daos()));
    const next = new Date('2027-01-01T00:00:00Z');
    const moved = await race(8, () => daos().schedules.moveOn(schedule, next));
    expect(moved.filter(Boolean)).toHaveLength(1);
    expect((await daos().schedules.findById(schedule.id))?.nextRun).toEqual(next);
    await daos().schedules.delete(schedule.id);
    expect(await daos().schedules.moveOn({ ...schedule, nextRun: next }, next)).toBe(false);
  });

  test('deletes one, or all of a machine', async () => {
    const [vm, other] = [await insertVm(daos()), await insertVm(daos())];
    const [daily, hourly] = [await insertSchedule(daos(), vm), await insertSchedule(daos(), vm, { intervalType: 'HOURLY', schedule: '1' })];
    const kept = await insertSchedule(daos(), other);
    await daos().schedules.delete(daily.id);
    expect((await daos().schedules.list({}, ALL)).rows).toEqual([kept, hourly]);
    await daos().schedules.deleteByVm(vm.id);
    expect((await daos().schedules.list({}, ALL)).rows).toEqual([kept]);
  });
});
