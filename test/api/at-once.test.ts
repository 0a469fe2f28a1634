import { randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import { isEmbedded } from '../../db/migrations/create-table.js';
import { commands } from '../../src/commands/index.js';
import type { Daos } from '../../src/dao/database.js';
import { Clock } from '../kit/clock.js';
import { forEachEngine, present } from '../kit/engines.js';
import { FaultPlan, MANNERS, type Manner } from '../kit/faulty.js';
import { CAPACITY } from '../kit/golden/capacity.js';
import { EVENTS } from '../kit/golden/events.js';
import { commandOf, makeWorld, Stage, type Parameters, type Row, type World } from '../kit/golden/scene.js';
import { SUCCESSES } from '../kit/golden/successes.js';
import type { RawAnswer } from '../kit/raw-request.js';
import { testServer, type Keys } from '../kit/server.js';
import { adminKeys } from '../kit/signed-request.js';
import { tableDigests } from '../kit/table-digests.js';

/** What changes while nobody asks for it, and the events themselves. */
const LEFT_OUT = new Set(['lease', 'event', 'webhook_delivery', 'async_job', 'plugin_store', 'session', 'idempotent_answer']);

/** So long a request that is sent again waits for the answer of the first one. */
const ANSWERED_WITHIN_MS = 1100;
/** So long nobody takes over what a dead server was at. */
const LEASE_MS = 3000;
/** What a dead server may leave: whoever asks again takes the mark over. */
const MARKS = new Set(['restoreOperation']);

/** Those that change traces, in batches, or nothing in the database: told of right after. */
const TOLD_AFTERWARDS = [
  'archiveAlerts',
  'archiveEvents',
  'deleteAlerts',
  'deleteEvents',
  'deleteWebhookDelivery',
  'executeWebhookDelivery',
  'resetApiLimit',
];

const isAtOnce = ({ name }: Row): boolean => {
  const { async, open, event } = present(commands.get(commandOf(name).toLowerCase()));
  return !async && !open && event !== undefined;
};

/** A row of each command that changes something and is no job. */
const ROWS = [...new Map([...SUCCESSES, ...EVENTS, ...CAPACITY].filter(isAtOnce).map((row) => [commandOf(row.name), row])).values()];

const noFault = (): FaultPlan => new FaultPlan(Infinity, MANNERS[0] as Manner);

/** While it is there, no event can be written. */
async function withoutEvents<T>(knex: Knex, work: () => Promise<T>): Promise<T> {
  const act = isEmbedded(knex) ? "begin select raise(abort, 'no events'); end" : "for each row signal sqlstate '45000'";
  await knex.raw(`create trigger no_events before insert on event ${act}`);
  return work().finally(() => knex.raw('drop trigger no_events'));
}

/** What came of a request that was sent when it could not be told of, and then again and again with one key, with ever later faults. */
interface Sent {
  readonly untold: RawAnswer;
  readonly isUnchanged: boolean;
  readonly answers: readonly RawAnswer[];
  readonly other: RawAnswer;
  /** How many events were written of the second request and those after it. */
  readonly events: number;
}

/** Whose calls fail, while a plan is made for them. */
class Faults {
  plan = noFault();

  readonly bindDaos = (db: Knex): Daos => new Proxy({} as Daos, { get: (_, name) => Reflect.get(this.plan.bindDaos(db), name) as unknown });

  /** Does the work with its nth call failing; answers whether there were so many. */
  async during(failsAt: number, manner: Manner, work: () => Promise<void>): Promise<boolean> {
    const plan = new FaultPlan(failsAt, manner);
    this.plan = plan;
    plan.arm();
    await work().finally(() => (this.plan = noFault()));
    return plan.hit;
  }
}

class RepeatingStage extends Stage {
  sent: Sent | undefined;
  manner: Manner = { when: 'before', then: 'goes on' };
  faults = new Faults();

  override async ask(parameters: Parameters, keys: Keys = adminKeys(this.server)): Promise<RawAnswer> {
    const { knex } = this.server.db;
    const before = JSON.stringify(await tableDigests(knex, LEFT_OUT, MARKS));
    const untold = await withoutEvents(knex, () => super.ask(parameters, keys));
    let isUnchanged = JSON.stringify(await tableDigests(knex, LEFT_OUT, MARKS)) === before;
    const told = async () =>
      Number(
        (
          await knex('event')
            .where({ type: eventOf(parameters), level: 'INFO' })
            .count({ all: '*' })
        )[0]?.all,
      );
    const isLeased = () => knex('lease').whereRaw('length(name) = 36').where('until', '>', this.clock.now()).first('id');
    const known = await told();
    let wasKept = false;
    const keyed = { ...parameters, idempotencykey: randomUUID() };
    for (let n = 1; await this.faults.during(n, this.manner, async () => void (await super.ask(keyed, keys))); n++) {
      const isKept = (await told()) > known;
      if (isKept && !wasKept) this.clock.forward(ANSWERED_WITHIN_MS);
      if (await isLeased()) this.clock.forward(LEASE_MS);
      wasKept = isKept;
      // That a transaction is undone as a whole on the other engine too, the first request has shown.
      if (!isKept && isEmbedded(knex)) isUnchanged &&= JSON.stringify(await tableDigests(knex, LEFT_OUT, MARKS)) === before;
    }
    const answers = [await super.ask(keyed, keys), await super.ask(keyed, keys)];
    const events = (await told()) - known;
    const other = await super.ask({ ...keyed, ...otherThan(parameters) }, keys);
    this.sent = { untold, isUnchanged, answers, other, events };
    return present(answers[0]);
  }
}

const eventOf = ({ command = '' }: Parameters): string => present(present(commands.get(command.toLowerCase())).event);

/** A parameter that the command has, with another value. */
function otherThan({ command = '' }: Parameters): Parameters {
  const { parameters } = present(commands.get(command.toLowerCase()));
  const { name } = present(parameters.find(({ type }) => type === 'uuid' || type === 'string'));
  return { [name]: randomUUID() };
}

forEachEngine((engine) => {
  const clock = new Clock();
  const faults = new Faults();
  const server = testServer(engine, { now: clock.now, bindDaos: faults.bindDaos });
  let world: World | undefined;
  beforeAll(async () => void (world = await makeWorld(server)));

  test.each(ROWS)('$name is done together with its event or not at all, and once for a key', async ({ name, send }) => {
    const stage = new RepeatingStage(server, clock, present(world), name, 'json');
    // Where the engines differ is what becomes of a transaction whose server is gone.
    Object.assign(stage, { faults, manner: engine === 'sqlite' ? MANNERS[0] : MANNERS[3] });
    await stage.record(send);
    const { untold, isUnchanged, answers, other, events } = present(stage.sent);
    if (!TOLD_AFTERWARDS.includes(commandOf(name))) {
      expect({ status: untold.status, isUnchanged }).toEqual({ status: 530, isUnchanged: true });
      expect(answers[0]?.status).toBe(200);
      expect(events).toBe(1);
      expect(other.text).toMatch(/idempotencykey/);
    }
    expect(answers[1]).toMatchObject({ status: answers[0]?.status, text: answers[0]?.text });
  });
});
