import type { CallContext, Caller } from '../call-context.js';
import { ApiError, NotFound } from '../errors.js';
import type { EventRecorder } from '../events/event-recorder.js';
import type { IdempotentCommands } from '../jobs/idempotent-commands.js';
import type { Services } from '../services.js';
import type { Authenticator } from './authenticate.js';
import { bind, idProblem, parameterHolding } from './bind.js';
import { OpenCommand, type Command, type CommandSpec } from './command.js';
import { sessionTokens, type Cookies } from './cookies.js';
import { lookUp, refuseControlCharacters, type RequestParameters } from './request-parameters.js';

/** Every command by its name in lower case. */
export type CommandTable = ReadonlyMap<string, CommandSpec>;

/** Accepts a command that will run as a job; answers the job's id. */
export type SubmitJob = (spec: CommandSpec, command: Command, parameters: RequestParameters, call: CallContext) => Promise<object>;

export interface ApiRequest {
  readonly requestId: string;
  readonly method: string;
  readonly parameters: RequestParameters;
  readonly cookies: Cookies;
  /** Where it comes from. */
  readonly remoteAddress: string;
}

/** What a request came to, also when it failed half-way: for the answer and for the access line. */
export interface Passage {
  spec?: CommandSpec;
  caller?: Caller;
  setCookies: readonly string[];
}

/** The path of every request: who, what, may they, with what, do it. */
export class Dispatcher {
  constructor(
    private readonly commands: CommandTable,
    private readonly authenticator: Authenticator,
    private readonly submit: SubmitJob,
    private readonly events: EventRecorder,
    private readonly once: IdempotentCommands,
    private readonly services: Services,
  ) {}

  /** The command that the parameters name, if there is one. */
  commandOf(parameters: RequestParameters): CommandSpec | undefined {
    return this.commands.get(nameOf(parameters).toLowerCase());
  }

  /** Answers what stands inside the envelope; notes in `passage` how far the request came. */
  async dispatch(request: ApiRequest, passage: Passage): Promise<object> {
    const { parameters } = request;
    const spec = this.commandOf(parameters);
    if (spec) passage.spec = spec;
    refuseControlCharacters(parameters);
    if (spec?.postOnly && request.method !== 'POST') throw new ApiError('login_by_get');
    if (spec) this.requirePost(spec, request);
    const open = spec?.open ? bind(spec, parameters) : undefined;
    if (spec && open instanceof OpenCommand) return this.answerOpen(spec, open, request, passage);

    const caller = await this.authenticator.authenticate(request);
    passage.caller = caller;
    this.services.apiLimits.admit(caller);
    if (!spec || !(await this.services.roles.rightsOf(caller)).has(spec.name)) throw unknownCommand(nameOf(parameters), caller);
    const call: CallContext = { requestId: request.requestId, caller, signal: NEVER };
    return runBound(spec, parameters, (command) =>
      this.once.performing(spec, parameters, call, () =>
        spec.async
          ? this.submit(spec, command, parameters, call)
          : this.events.performing(spec, parameters, call, () => command.execute(this.services, call)),
      ),
    );
  }

  private requirePost({ name }: CommandSpec, { method }: ApiRequest): void {
    if (method === 'POST' || READING.test(name) || !this.services.settings.get('enforce.post.requests.and.timestamps')) return;
    throw new ApiError('post_required', `State changing command ${name} needs to be sent using POST request`);
  }

  private async answerOpen(spec: CommandSpec, command: OpenCommand, request: ApiRequest, passage: Passage): Promise<object> {
    const { requestId, parameters, cookies, remoteAddress } = request;
    const { body, setCookies = [], user } = await command.answer(this.services, { sessionTokens: sessionTokens(cookies), remoteAddress });
    passage.setCookies = setCookies;
    if (user) await this.events.performed(spec, parameters, { ...user, userId: user.id, requestId }, body);
    return body;
  }
}

/** How the commands begin that change nothing. */
const READING = /^(get|list|query|find)\w+$/i;

const nameOf = (parameters: RequestParameters): string => lookUp(parameters, 'command') ?? '';

const NEVER = new AbortController().signal;

const unknownCommand = (name: string, caller: Caller): ApiError =>
  new ApiError(
    'unknown_command',
    name === ''
      ? 'Invalid request, no command sent'
      : `The API [${name}] does not exist or is not available for the account ${caller.accountName}`,
  );

/** Binds the command and runs it; an id that names nothing is reported under the name of the parameter that held it. */
export async function runBound(
  spec: CommandSpec,
  parameters: RequestParameters,
  run: (command: Command) => Promise<object> | object,
): Promise<object> {
  const command = bind(spec, parameters);
  if (command instanceof OpenCommand) throw new Error(`${spec.name} takes no credentials`);
  try {
    return await run(command);
  } catch (error) {
    const parameter = error instanceof NotFound ? parameterHolding(spec, parameters, error.id) : undefined;
    if (!(error instanceof NotFound) || parameter === undefined) throw error;
    throw new ApiError('not_found', idProblem(spec.name, parameter.name, parameter.value), error);
  }
}
