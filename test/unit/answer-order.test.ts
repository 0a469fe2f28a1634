import { AnswerOrder } from '../../src/api/answer-order.js';
import type { CommandSpec } from '../../src/api/command.js';
import { commands } from '../../src/commands/index.js';

const ZONES = { name: 'listZones' } as CommandSpec;
const APIS = { name: 'listApis', after: ['listZones'] } as unknown as CommandSpec;

/** A request that has come in: whether its answer may be sent, and how to send it. */
function arrival(order: AnswerOrder, sessions: readonly string[], spec: CommandSpec) {
  let isFree = false;
  let send: () => void = () => undefined;
  const sent = new Promise<void>((resolve) => (send = resolve));
  const turn = order.enter(sessions, spec, sent).then(() => void (isFree = true));
  return { send, turn, isFree: () => new Promise((resolve) => setImmediate(() => resolve(isFree))) };
}

test('an answer waits until those before it have been sent', async () => {
  const order = new AnswerOrder();
  const [first, second] = [arrival(order, ['s'], ZONES), arrival(order, ['s'], ZONES)];
  const apis = arrival(order, ['s'], APIS);
  expect(await apis.isFree()).toBe(false);
  first.send();
  expect(await apis.isFree()).toBe(false);
  second.send();
  expect(await apis.isFree()).toBe(true);
});

test('an answer does not wait for requests that came later, or had been answered', async () => {
  const order = new AnswerOrder();
  const before = arrival(order, ['s'], ZONES);
  before.send();
  await before.turn;
  const apis = arrival(order, ['s'], APIS);
  arrival(order, ['s'], ZONES);
  expect(await apis.isFree()).toBe(true);
});

test('an answer does not wait for another session, nor for a command that it may overtake', async () => {
  const order = new AnswerOrder();
  arrival(order, ['other'], ZONES);
  arrival(order, [], ZONES);
  arrival(order, ['s'], APIS);
  expect(await arrival(order, ['s'], APIS).isFree()).toBe(true);
  expect(await arrival(order, [], APIS).isFree()).toBe(true);
});

test('of several sessions in its cookies, each counts', async () => {
  const order = new AnswerOrder();
  const zones = arrival(order, ['old', 's'], ZONES);
  const apis = arrival(order, ['s', 'older'], APIS);
  expect(await apis.isFree()).toBe(false);
  zones.send();
  expect(await apis.isFree()).toBe(true);
});

test('patience with a client that does not read ends', async () => {
  const order = new AnswerOrder(1);
  arrival(order, ['s'], ZONES);
  await arrival(order, ['s'], APIS).turn;
});

test('nothing is remembered of requests that have been answered', async () => {
  const order = new AnswerOrder();
  const requests = ['a', 'b', 'a'].map((session) => arrival(order, [session, 'shared'], ZONES));
  const remembered = () => (order as unknown as { awaited: Map<string, unknown> }).awaited.size;
  expect(remembered()).toBe(3);
  for (const { send, isFree } of requests) {
    send();
    await isFree();
  }
  expect(remembered()).toBe(0);
});

test('commands come after commands that there are', () => {
  const named = [...commands.values()].flatMap(({ after = [] }) => after);
  expect(named).toEqual(['listZones']);
  for (const name of named) expect(commands.get(name.toLowerCase())?.name).toBe(name);
});
