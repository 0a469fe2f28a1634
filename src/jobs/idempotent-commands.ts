import { answeredResource } from '../events/resource.js';
import type { CommandSpec } from '../api/command.js';
import { withFormattedDates } from '../api/date.js';
import { sentParameters, type RequestParameters } from '../api/request-parameters.js';
import type { CallContext } from '../call-context.js';
import { witnessed, type Database, type Witness } from '../dao/database.js';
import type { IdempotentAnswer } from '../dao/idempotent-answer-dao.js';
import type { Secrets } from '../secrets.js';
import { idempotencyKeyOf, keyIsTaken, normalForm } from './idempotency-key.js';

/** An answer that is longer is not kept. */
const LONGEST_ANSWER = 32_768;

type Asked = Pick<IdempotentAnswer, 'accountId' | 'idempotencyKey' | 'command' | 'digest' | 'created'>;

/** Does commands that are no jobs once for each `idempotencykey` of an account. */
export class IdempotentCommands {
  constructor(
    private readonly db: Database,
    private readonly secrets: Secrets,
    private readonly now: () => Date,
  ) {}

  /**
   * Does the work of a command that changes something, or answers what it answered when the account first asked for it under the key;
   * refuses if anything else was asked for under that key. The key is recorded together with the change. If a server has died
   * before it could record its answer too, the answer is no more than the id.
   */
  async performing(
    spec: CommandSpec,
    sent: RequestParameters,
    { caller }: CallContext,
    work: () => Promise<object> | object,
  ): Promise<object> {
    const key = spec.event === undefined ? undefined : idempotencyKeyOf(sent);
    if (key === undefined) return work();
    const asked = this.asked(spec, sent, caller.accountId, key);
    const known = await this.repeated(spec, asked);
    if (known) return known;
    try {
      return await this.first(asked, work);
    } catch (error) {
      // Somebody may have been faster, or the change may have been made before the work failed.
      const meanwhile = await this.repeated(spec, asked);
      if (meanwhile) return meanwhile;
      throw error;
    }
  }

  private asked({ name: command, parameters }: CommandSpec, sent: RequestParameters, accountId: number, idempotencyKey: string): Asked {
    const pairs = sentParameters(parameters, sent).map(({ name, value }) => [name, value] as const);
    return { accountId, idempotencyKey, command, digest: this.secrets.digest(normalForm(pairs)), created: this.now() };
  }

  private async first(asked: Asked, work: () => Promise<object> | object): Promise<object> {
    const { accountId, idempotencyKey } = asked;
    let isKept = false;
    const witness: Witness = {
      before: async () => undefined,
      after: async ({ idempotentAnswers }, about) => {
        await idempotentAnswers.insert({ ...asked, about: about ?? null, answer: null });
        isKept = true;
      },
    };
    const answer = await witnessed(witness, async () => work());
    const { idempotentAnswers } = this.db.daos;
    if (!isKept) await idempotentAnswers.insert({ ...asked, about: null, answer: null });
    const text = JSON.stringify(withFormattedDates(answer));
    if (text.length <= LONGEST_ANSWER) await idempotentAnswers.setAnswer(accountId, idempotencyKey, this.secrets.seal(text));
    return answer;
  }

  private async repeated(spec: CommandSpec, { accountId, idempotencyKey, command, digest }: Asked): Promise<object | undefined> {
    const { idempotentAnswers, jobs } = this.db.daos;
    const job = await jobs.findByKey(accountId, idempotencyKey);
    if (job) throw keyIsTaken(`job ${job.uuid} was asked for under this key, by ${job.command}`);
    const known = await idempotentAnswers.find(accountId, idempotencyKey);
    if (!known) return undefined;
    if (known.command !== command || known.digest !== digest) throw keyIsTaken(`${known.command} was asked for under this key`);
    if (known.answer !== null) return JSON.parse(this.secrets.open(known.answer)) as object;
    const isShown = known.about !== null && answeredResource(spec, known.about) !== undefined;
    return isShown ? { [spec.returns.object]: { id: known.about } } : { success: true };
  }
}
