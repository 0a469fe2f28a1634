import { setTimeout as pause } from 'node:timers/promises';
import type { CommandSpec } from '../api/command.js';
import { withFormattedDates } from '../api/date.js';
import { sentParameters, type RequestParameters } from '../api/request-parameters.js';
import type { CallContext } from '../call-context.js';
import { witnessed, type Database, type Witness } from '../dao/database.js';
import type { IdempotentAnswer } from '../dao/idempotent-answer-dao.js';
import { invalid, isOwnFault } from '../errors.js';
import { answeredResource } from '../events/resource.js';
import type { Secrets } from '../secrets.js';
import { acknowledgementOf } from './acknowledgement.js';
import { idempotencyKeyOf } from './idempotency-key.js';

/** An answer that is longer is not kept. */
const LONGEST_ANSWER = 32_768;
/** So soon after its change a command has answered, if its server lives. */
const ANSWERED_WITHIN_MS = 1000;
const LOOK_EVERY_MS = 20;

type Work = () => Promise<object> | object;
type Asked = Pick<IdempotentAnswer, 'accountId' | 'idempotencyKey' | 'command' | 'digest' | 'created'>;

/** Does commands once for each `idempotencykey` of an account. */
export class IdempotentCommands {
  constructor(
    private readonly db: Database,
    private readonly secrets: Secrets,
    private readonly now: () => Date,
  ) {}

  /**
   * Does the work of a command that changes something, or answers what it answered when the account first asked for it under the key;
   * refuses if anything else was asked for under that key. The key is recorded together with the change. If a server has died
   * before it could record its answer too, the answer is no more than the ids.
   */
  async performing(spec: CommandSpec, sent: RequestParameters, { caller }: CallContext, work: Work): Promise<object> {
    const key = spec.event === undefined ? undefined : idempotencyKeyOf(sent);
    if (key === undefined) return work();
    const asked = this.asked(spec, sent, caller.accountId, key);
    return (await this.repeated(spec, asked)) ?? this.first(spec, asked, work);
  }

  private asked({ name: command, parameters }: CommandSpec, sent: RequestParameters, accountId: number, idempotencyKey: string): Asked {
    const pairs = sentParameters(parameters, sent).map(({ name, value }) => JSON.stringify([name.toLowerCase(), value]));
    return { accountId, idempotencyKey, command, digest: this.secrets.digest(JSON.stringify(pairs.sort())), created: this.now() };
  }

  private async first(spec: CommandSpec, asked: Asked, work: Work): Promise<object> {
    const { accountId, idempotencyKey } = asked;
    const { idempotentAnswers } = this.db.daos;
    let kept: IdempotentAnswer | undefined;
    const witness: Witness = {
      before: async () => undefined,
      after: async (daos, about) => {
        kept = { ...asked, about: about ?? null, answer: null };
        await daos.idempotentAnswers.insert(kept);
      },
    };
    try {
      const answer = await witnessed(witness, async () => work());
      if (!kept) await idempotentAnswers.insert({ ...asked, about: null, answer: null });
      const text = JSON.stringify(withFormattedDates(answer));
      if (text.length <= LONGEST_ANSWER) await idempotentAnswers.setAnswer(accountId, idempotencyKey, this.secrets.seal(text));
      return answer;
    } catch (error) {
      // Whoever refuses what has been changed has taken it back. It may have been undone before that, and the key be another's by now.
      if (kept && !isOwnFault(error)) await idempotentAnswers.delete(kept);
      // Somebody may have been faster, or the change may have been made before the work failed.
      const meanwhile = await this.repeated(spec, asked);
      if (meanwhile) return meanwhile;
      throw error;
    }
  }

  private async repeated(spec: CommandSpec, asked: Asked): Promise<object | undefined> {
    const known = await this.find(asked);
    if (!known) return undefined;
    if (known.command !== asked.command || known.digest !== asked.digest) {
      throw invalid('idempotencykey', `${known.command} was asked for under this key, or with other parameters`);
    }
    return known.answer === null ? this.ids(spec, known.about) : (JSON.parse(this.secrets.open(known.answer)) as object);
  }

  /** What is known of the key, with its answer if that is given soon. */
  private async find({ accountId, idempotencyKey }: Asked): Promise<IdempotentAnswer | undefined> {
    for (;;) {
      const known = await this.db.daos.idempotentAnswers.find(accountId, idempotencyKey);
      if (!known || known.answer !== null) return known;
      const ageMs = this.now().getTime() - known.created.getTime();
      if (ageMs < 0 || ageMs > ANSWERED_WITHIN_MS) return known;
      await pause(LOOK_EVERY_MS);
    }
  }

  private async ids(spec: CommandSpec, about: string | null): Promise<object> {
    if (about === null) return { success: true };
    if (spec.async) return acknowledgementOf(spec, about, (await this.db.daos.jobs.find(about))?.instanceUuid);
    return answeredResource(spec, about) ? { [spec.returns.object]: { id: about } } : { success: true };
  }
}
