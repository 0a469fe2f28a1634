import { jest } from '@jest/globals';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { eventually } from '../../../../test/kit/eventually.js';
import { expectFault, never } from '../../../../test/kit/contract/samples.js';
import { hostOn, MemoryStore } from '../../../../test/kit/memory-store.js';
import veeam from '../index.js';
import { SharedClients } from '../shared-clients.js';
import type { VeeamSettings } from '../settings.js';
import { TARGET } from './bench.js';
import { emBench, type EmBench } from './em-bench.js';

let bench: EmBench;
beforeAll(async () => {
  bench = await emBench();
});
afterEach(() => {
  bench.reset();
  jest.restoreAllMocks();
});
afterAll(() => bench.close());

/** A Stackvault server, with its clock, and the zones that it opens: each has a memory of its own. */
const stackvault = (overrides: () => Partial<VeeamSettings>) => {
  const now = () => bench.estate.now();
  return (others: Partial<VeeamSettings> = {}) =>
    veeam.create(bench.settings({ ...overrides(), ...others }), { ...hostOn(new MemoryStore()), now });
};

describe.each([
  ['Backup & Replication', () => ({ api: 'vbr', 'vbr.url': bench.server.origin, ...TARGET }), /^POST .*oauth2\/token/, /^POST .*logout/],
  ['Enterprise Manager', () => ({ api: 'em' }), /^POST .*sessionMngr/, /^DELETE .*logonSessions/],
] as const)('zones on one server, over %s', (_name, set, logon, logoff) => {
  const logons = () => bench.server.count(logon);
  const forgetLogons = () => {
    bench.vbr.endTokens();
    bench.em.forgetLogons();
  };

  test('log on once for all, also at the same time, and once again when the server has forgotten them', async () => {
    const zone = stackvault(set);
    const zones = [zone(), zone({ vcenter: 'vcenter.fake' }), zone({ 'restore.datastore': '' })];
    const ask = () => Promise.all(zones.map((provider) => provider.listOfferings(never)));
    await ask();
    await zone().capacity(never);
    expect(logons()).toBe(1);
    forgetLogons();
    await ask();
    expect(logons()).toBe(2);
  });

  test('log on for themselves where the user, the password or the manner of connecting differs, or the server that opens them', async () => {
    const zone = stackvault(set);
    const provider = zone();
    await provider.listOfferings(never);
    const { message } = await expectFault(zone({ password: 'wr0ng' }).listOfferings(never), 'auth');
    expect(message).not.toContain('wr0ng');
    await expectFault(zone({ username: 'somebody' }).listOfferings(never), 'auth');
    await expectFault(zone({ 'ca.file': '' }).listOfferings(never), 'rejected');
    const before = logons();
    await zone({ 'ca.file': '', 'validate.ssl': false }).listOfferings(never);
    await stackvault(set)().listOfferings(never);
    expect(logons()).toBe(before + 2);
    // Nobody else has made it log on anew.
    await provider.listOfferings(never);
    expect(logons()).toBe(before + 2);
  });

  test('try the way under a logon of its own, which ends with it', async () => {
    const provider = stackvault(set)();
    await provider.listOfferings(never);
    const open = () => bench.vbr.openTokens + bench.em.logons.size;
    const before = open();
    const steps = (await provider.checkConnection?.(never)) ?? [];
    expect([steps.every(({ isPassed }) => isPassed), logons(), bench.server.count(logoff), open()]).toEqual([true, 2, 1, before]);
    await provider.listOfferings(never);
    expect(logons()).toBe(2);
  });

  test('do not wait for a server that does not let them log off', async () => {
    const late = new AbortController();
    const { timeout } = AbortSignal;
    jest.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => (ms === 5000 ? late.signal : timeout.call(AbortSignal, ms)));
    bench.server.faults.push({ on: logoff, how: new Promise<void>(() => undefined) });
    const checked = stackvault(set)({ 'request.timeout': 600 }).checkConnection?.(never);
    await eventually(
      async () => bench.server.count(logoff),
      (count) => count === 1,
    );
    late.abort(new Error('late'));
    expect((await checked)?.map(({ isPassed }) => isPassed)).not.toContain(false);
  });
});

test('a client that nobody uses is not kept', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const clients = new SharedClients();
  const now = () => new Date();
  const used = clients.of(now, 'a')(() => ({ name: 'used' }));
  clients.of(now, 'b')(() => ({ name: 'unused' }));
  expect(clients.inUse(now).size).toBe(2);
  const left = () => {
    collect();
    return Promise.resolve(clients.inUse(now).size);
  };
  await eventually(left, (count) => count < 2);
  expect(clients.of(now, 'a')(() => ({ name: 'another' }))).toBe(used);
});
