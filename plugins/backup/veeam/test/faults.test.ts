import { all, expectFault, never } from '../../../../test/kit/contract/samples.js';
import { eventually } from '../../../../test/kit/eventually.js';
import { sweepDeaths } from '../../../../test/kit/dying-store.js';
import type { ProviderFault } from '../../../../src/provider/index.js';
import { vbrBench } from './bench.js';
import type { FakeSession } from './fake/sessions.js';
import type { Fault } from './fake/server.js';

const bench = await vbrBench('1.3-rev2');
const { estate, server, vbr } = bench;
beforeEach(() => {
  server.reset();
  Object.assign(estate.sessions.script, { lastsMs: 0, neverStarts: false, result: 'Success' });
});
afterAll(() => bench.close());

/** How many sessions of that kind there have been. */
const sessions = (kind: FakeSession['kind']) => estate.sessions.all.filter((session) => session.kind === kind).length;

/** Longer than anybody waits for one who may be starting something. */
const CLAIM_MS = 60_000;

/** What goes wrong with the request that starts something, and what fault that is to the caller; undefined if it is none. */
const STARTS: readonly (readonly [string, Fault['how'], ProviderFault | undefined])[] = [
  ['is dropped before anything is done', 'drop', 'unknown'],
  ['is dropped after it is done', 'drop after', 'unknown'],
  ['is answered only in part', 'truncate', 'unknown'],
  ['is answered with half of its JSON', ({ status, body = '' }) => ({ status, body: body.slice(0, -9) }), 'unknown'],
  ['fails inside the server', { status: 500, body: '{"errorCode":"UnknownError","message":"Object reference not set"}' }, 'unknown'],
  ['finds the server busy', { status: 429, headers: { 'retry-after': '0' } }, 'temporary'],
  ['finds the service starting', { status: 503, headers: { 'retry-after': '0' } }, 'temporary'],
  ['is not understood', { status: 400, body: '{"errorCode":"InvalidParameter","message":"The job is misconfigured"}' }, 'rejected'],
  ['is not allowed', { status: 403, body: '{"errorCode":"AccessDenied","message":"No role allows it"}' }, 'auth'],
  ['is slow', 300, undefined],
];

describe('the request that starts a backup', () => {
  test.each(STARTS)('%s: the backup is taken once in the end', async (_what, how, fault) => {
    const { machine, take } = await bench.guarded();
    const before = sessions('Job');
    server.faults.push({ on: /POST .*\/start$/, times: 3, how });
    const request = take();
    if (fault) await expectFault(bench.open().takeBackup(request, never), fault);
    server.faults.length = 0;
    estate.advance(CLAIM_MS);
    const taken = await bench.open().takeBackup(request, never);
    expect(taken.operationId).toBe(request.operationId);
    expect(sessions('Job') - before).toBe(1);
    expect(estate.pointsOf(machine.name)).toHaveLength(1);
  });
});

describe('the request that starts a restore', () => {
  test.each(STARTS)('%s: the machine is restored once in the end', async (_what, how, fault) => {
    const { machine, take, restore } = await bench.guarded();
    const { externalId } = await bench.open().takeBackup(take(), never);
    const content = estate.contentOf(machine.name);
    estate.scribble(machine.name);
    const before = sessions('RestoreVm');
    server.faults.push({ on: /POST .*\/vSphere$/, times: 3, how });
    const request = restore(externalId);
    if (fault) await expectFault(bench.open().restoreMachine(request, never), fault);
    server.faults.length = 0;
    estate.advance(CLAIM_MS);
    await bench.open().restoreMachine(request, never);
    expect(sessions('RestoreVm') - before).toBe(1);
    expect(estate.contentOf(machine.name)).toEqual(content);
  });
});

test.each(STARTS.filter(([, , fault]) => fault !== undefined))(
  'the request that makes a job %s: there is one job in the end',
  async (_what, how) => {
    const made = bench.machine();
    const { assign, take } = bench.requests(made);
    server.faults.push({ on: /POST \/api\/v1\/jobs$/, times: 3, how });
    const request = assign();
    await bench
      .open()
      .assign(request, never)
      .then(
        () => expect('it failed').toBe('it did not'),
        () => undefined,
      );
    server.faults.length = 0;
    await bench.open().assign(request, never);
    expect(estate.jobs.filter(({ name }) => name.endsWith(made.machine.uuid))).toHaveLength(1);
    await bench.open().takeBackup(take(), never);
  },
);

test('nobody starts a backup again while the request of another may still be under way', async () => {
  const { machine, take } = await bench.guarded();
  const STARTS_JOB = /POST .*\/start$/;
  server.faults.push({ on: STARTS_JOB, times: 1, how: 'drop' });
  const request = take();
  await expectFault(bench.open().takeBackup(request, never), 'unknown');
  server.log.length = 0;
  const patient = { 'request.timeout': 600 };
  // Longer than the test lasts.
  server.faults.push({ on: STARTS_JOB, times: 1, how: 'drop' });
  estate.advance(CLAIM_MS);
  await expectFault(bench.open(patient).takeBackup(request, never), 'unknown');
  const [one, other] = [1, 2].map(() => bench.open(patient).takeBackup(request, never));
  await eventually(
    async () => server.count(/GET .*\/sessions$/),
    (looks) => looks >= 5,
  );
  expect(server.count(STARTS_JOB)).toBe(1);
  estate.advance(700_000);
  expect(await one).toEqual(await other);
  expect([server.count(STARTS_JOB), estate.pointsOf(machine.name).length]).toEqual([2, 1]);
});

test.each(['domain-c1', 'datastore-11'])(
  'restores no volume where a name of the target means several (%s), and says so beforehand',
  async (objectId) => {
    const { volumes, take, restoreOne } = await bench.guarded();
    const { externalId } = await bench.open().takeBackup(take(), never);
    const fcds = estate.firstClassDisks.length;
    const shownTwice =
      (as: string): Fault['how'] =>
      ({ status, body = '' }) => {
        const { data, pagination } = JSON.parse(body) as { data: { objectId: string }[]; pagination: object };
        const doubles = data.filter((each) => each.objectId === objectId).map((each) => ({ ...each, objectId: as }));
        const [shown, total] = [[...data, ...doubles], data.length + doubles.length];
        return { status, body: JSON.stringify({ data: shown, pagination: { ...pagination, total, count: total } }) };
      };
    const on = /GET .*\/hosts\/./;
    server.faults.push({ on, how: shownTwice('another') });
    expect((await expectFault(bench.open().restoreVolume(restoreOne(externalId, volumes[1]!), never), 'rejected')).message).toContain(
      'several',
    );
    expect((await bench.open().checkConnection!(never)).at(-1)).toMatchObject({
      isPassed: false,
      detail: expect.stringContaining('several'),
    });
    expect(estate.firstClassDisks).toHaveLength(fcds);
    // One that is listed twice is one.
    server.faults.splice(0, 1, { on, how: shownTwice(objectId) });
    await bench.open().restoreVolume(restoreOne(externalId, volumes[1]!), never);
  },
);

test('nothing is started when the questions before it have used up the time of the start', async () => {
  const { volumes, take, restoreOne } = await bench.guarded();
  const { externalId } = await bench.open().takeBackup(take(), never);
  const request = restoreOne(externalId, volumes[1]!);
  server.faults.push({ on: /GET .*\/hosts/, how: 700 });
  await expectFault(bench.open({ 'request.timeout': 1 }).restoreVolume(request, never), 'temporary');
  expect(server.count(/POST .*\/fcd$/)).toBe(0);
  server.faults.length = 0;
  await bench.open().restoreVolume(request, never);
});

test.each([429, 503, 400])('a start that was refused with %i can be tried again at once', async (status) => {
  const { take } = await bench.guarded();
  server.faults.push({ on: /POST .*\/start$/, times: 3, how: { status, headers: { 'retry-after': '0' } } });
  const request = take();
  const patient = { 'request.timeout': 600 };
  await expectFault(bench.open(patient).takeBackup(request, never), 'temporary', 'rejected');
  server.faults.length = 0;
  expect(await bench.open(patient).takeBackup(request, never)).toMatchObject({ operationId: request.operationId });
});

test('starts nothing while the job runs for somebody else', async () => {
  const { machine, take } = await bench.guarded();
  const job = estate.jobs.find(({ name }) => name.endsWith(machine.uuid))!;
  estate.sessions.script.lastsMs = 1_000_000;
  estate.startJob(job);
  const request = take();
  await expectFault(bench.open().takeBackup(request, never), 'temporary');
  // Ended before the next begins.
  estate.advance(1_000_000);
  estate.sessions.settle();
  estate.advance(2000);
  estate.sessions.script.lastsMs = 0;
  await bench.open().takeBackup(request, never);
  expect(estate.pointsOf(machine.name)).toHaveLength(2);
});

test.each([
  ['its name', (name: string) => name],
  ['the name that it had when it was backed up', (name: string) => `renamed-${name}`],
])('restores nothing over a machine while somebody else restores it under %s, and has restored it since', async (_which, now) => {
  const { machine, take, restore } = await bench.guarded();
  const { externalId } = await bench.open().takeBackup(take(), never);
  const [point] = estate.pointsOf(machine.name);
  Object.assign(estate.sessions, { initiator: 'VBR\\somebody' });
  estate.sessions.script.lastsMs = 1_000_000;
  estate.startRestore(point!);
  estate.sessions.script.lastsMs = 0;
  estate.startRestore(point!);
  Object.assign(estate.sessions, { initiator: 'VBR\\Stackvault' });
  estate.rename(machine.name, now(machine.name));
  const request = { ...restore(externalId), machine: { ...machine, name: now(machine.name) } };
  const { message } = await expectFault(bench.open().restoreMachine(request, never), 'temporary');
  expect(message).toContain(`restoring the machine ${machine.name} already`);
  expect(server.count(/POST .*\/vSphere$/)).toBe(0);
  estate.advance(1_000_000);
  await bench.open().restoreMachine(request, never);
  expect(server.count(/POST .*\/vSphere$/)).toBe(1);
});

test.each([20, 1, 0, -1, null, ''])('a token that is said to last %p seconds is used, and not only asked for', async (seconds) => {
  const before = vbr.logons;
  server.faults.push({
    on: /POST .*\/token$/,
    how: ({ status, body = '' }) => ({ status, body: JSON.stringify({ ...(JSON.parse(body) as object), expires_in: seconds }) }),
  });
  const provider = bench.open();
  await provider.capacity(never);
  await provider.capacity(never);
  expect(vbr.logons - before).toBe(1);
});

test.each([
  ['the revision', /GET \/swagger/],
  ['a token', /POST .*\/token$/],
])('gives up waiting for %s at once, and others who wait for it do not', async (_what, on) => {
  const provider = bench.open();
  let release = () => {};
  server.faults.push({ on, times: 1, how: new Promise((resolve) => void (release = resolve)) });
  const cut = new AbortController();
  const [given, waiting] = [provider.capacity(cut.signal), provider.capacity(never)];
  await eventually(
    async () => server.count(on),
    (asked) => asked > 0,
  );
  cut.abort();
  await expectFault(given, 'temporary');
  release();
  await waiting;
  expect(server.count(on)).toBe(1);
});

test('a token that ends while something is started is no failure', async () => {
  const { take } = await bench.guarded();
  const provider = bench.open();
  await provider.capacity(never);
  const before = vbr.logons;
  server.faults.push({ on: /POST .*\/start$/, times: 1, how: { status: 401, body: '{"message":"expired"}' } });
  await provider.takeBackup(take(), never);
  expect(vbr.logons - before).toBe(1);
});

describe('a listing', () => {
  const POINTS = /GET \/api\/v1\/restorePoints$/;
  beforeAll(async () => {
    const [one, other] = [await bench.guarded(), await bench.guarded()];
    for (const { take } of [one, other, one, other]) await bench.open().takeBackup(take(), never);
  });
  const list = () => all(bench.open().listBackups(never));
  afterEach(() => void (vbr.doubts.longestPage = 100_000));

  test.each<[string, Fault['how'], ProviderFault]>([
    ['is dropped', 'drop', 'temporary'],
    ['comes only in part', 'truncate', 'temporary'],
    ['is half of its JSON', ({ status, body = '' }) => ({ status, body: body.slice(0, body.length / 2) }), 'temporary'],
    ['has no list', { status: 200, body: '{}' }, 'corrupt'],
    ['has an item without its time', ({ status, body = '' }) => ({ status, body: body.replace(/"creationTime":"[^"]+",/, '') }), 'corrupt'],
    ['has an item without its backup', ({ status, body = '' }) => ({ status, body: body.replace(/"backupId":"[^"]+",/, '') }), 'corrupt'],
    ['promises more than there is', ({ status, body = '' }) => ({ status, body: body.replace(/"total":\d+/, '"total":99999') }), 'corrupt'],
    ['fails inside the server', { status: 500, body: '{"message":"boom"}' }, 'temporary'],
    ['does not count', ({ status, body = '' }) => ({ status, body: body.replace(/"total":\d+/, '"total":"?"') }), 'corrupt'],
  ])('of which a page %s is an error and never a part', async (_what, how, fault) => {
    vbr.doubts.longestPage = 3;
    server.faults.push({ on: POINTS, skip: 1, how });
    await expectFault(list(), fault);
  });

  test('that becomes shorter while it is read is an error, and not one that leaves something out', async () => {
    vbr.doubts.longestPage = 3;
    server.faults.push({
      on: POINTS,
      times: 1,
      skip: 1,
      how: ({ status, body = '' }) => ({ status, body: body.replace(/"total":\d+/, '"total":3') }),
    });
    await expectFault(list(), 'temporary');
  });

  test('comes whole in however many pages, with whatever fields nobody knows', async () => {
    const whole = await list();
    expect(whole.length).toBeGreaterThanOrEqual(4);
    vbr.doubts.longestPage = 1;
    expect(await list()).toEqual(whole);
    vbr.doubts.hasUnknownFields = false;
    expect(await list()).toEqual(whole);
    vbr.doubts.hasUnknownFields = true;
  });
});

test('says who was refused when the password is wrong, and not the password', async () => {
  const { message } = await expectFault(bench.open({ password: 'wr0ng-password' }).listOfferings(never), 'auth');
  expect(message).toContain('stackvault');
  expect(message).not.toContain('wr0ng-password');
});

test('does not show a password that the server repeats', async () => {
  server.faults.push({ on: /repositories$/, how: { status: 400, body: JSON.stringify({ message: `bad: ${bench.settings().password}` }) } });
  const { message } = await expectFault(bench.open().listOfferings(never), 'rejected');
  expect(message).toContain('bad: ***');
});

describe('a server that dies', () => {
  test('takes one backup in the end, at whatever moment it died', async () => {
    const runs = await sweepDeaths(async ({ store, dying }) => {
      const made = bench.machine();
      const { assign, take } = bench.requests(made);
      await bench.open({}, store).assign(assign(), never);
      const before = sessions('Job');
      const request = take();
      await bench
        .open({}, dying)
        .takeBackup(request, never)
        .catch(() => undefined);
      estate.advance(CLAIM_MS);
      const taken = await bench.open({}, store).takeBackup(request, never);
      expect(taken).toMatchObject({ operationId: request.operationId, volumes: made.volumes });
      expect(sessions('Job') - before).toBe(1);
    });
    expect(runs).toBeGreaterThan(20);
  });

  test('restores a machine and a volume once in the end, at whatever moment it died', async () => {
    const runs = await sweepDeaths(async ({ store, dying }) => {
      const made = bench.machine();
      const { assign, take, restore, restoreOne } = bench.requests(made);
      await bench.open({}, store).assign(assign(), never);
      const { externalId } = await bench.open({}, store).takeBackup(take(), never);
      const before = [sessions('RestoreVm'), estate.firstClassDisks.length];
      const requests = [restore(externalId), restoreOne(externalId, made.volumes[1]!)] as const;
      const doomed = bench.open({}, dying);
      await doomed
        .restoreMachine(requests[0], never)
        .then(() => doomed.restoreVolume(requests[1], never))
        .catch(() => undefined);
      estate.advance(CLAIM_MS);
      const provider = bench.open({}, store);
      await provider.restoreMachine(requests[0], never);
      await provider.restoreVolume(requests[1], never);
      expect([sessions('RestoreVm'), estate.firstClassDisks.length]).toEqual(before.map((count) => count + 1));
    });
    expect(runs).toBeGreaterThan(20);
  });

  test('leaves no backup when it is deleted by the operation that was taking it', async () => {
    await sweepDeaths(async ({ store, dying }) => {
      const made = bench.machine();
      const { assign, take, ...asking } = bench.requests(made);
      await bench.open({}, store).assign(assign(), never);
      const request = take();
      await bench
        .open({}, dying)
        .takeBackup(request, never)
        .catch(() => undefined);
      const provider = bench.open({}, store);
      const { externalId: _, ...deletion } = asking.delete('');
      const report = async () => void estate.advance(CLAIM_MS);
      await provider.deleteBackup({ ...deletion, report, takenBy: request.operationId }, never);
      await expectFault(provider.takeBackup(request, never), 'not_found');
      expect(estate.pointsOf(made.machine.name)).toEqual([]);
    });
    expect.hasAssertions();
  });
});

test('a backup that is deleted while the request that starts it is on its way is none in the end', async () => {
  const { machine, take, ...asking } = await bench.guarded();
  const request = take();
  server.faults.push({ on: /POST .*\/start$/, how: 'drop' });
  await expectFault(bench.open().takeBackup(request, never), 'unknown');
  server.faults.length = 0;
  const { externalId: _, ...deletion } = asking.delete('');
  // It arrives when it has been looked for once.
  const arrive = () => estate.startJob(estate.jobs.find(({ name }) => name.endsWith(machine.uuid))!);
  let reports = 0;
  const report = async () => void (reports++ === 0 && arrive());
  await bench.open().deleteBackup({ ...deletion, report, takenBy: request.operationId }, never);
  expect(estate.pointsOf(machine.name)).toEqual([]);
  expect(reports).toBeGreaterThan(0);
});
