import '../symbol-metadata.js';
import type { RoleType } from '../account/role-type.js';
import type { CallContext } from '../call-context.js';
import type { User } from '../dao/user-dao.js';
import type { Services } from '../services.js';
import type { ResponseSpec } from './response.js';

interface ParameterTypes {
  string: string;
  uuid: string;
  integer: number;
  long: number;
  boolean: boolean;
  date: Date;
  list: readonly string[];
  /** One record for each index, in the order of the indexes. */
  map: readonly Readonly<Record<string, string>>[];
}
export type ParameterType = keyof ParameterTypes;
type Required = boolean | { readonly unless: readonly string[] };
type ParameterValue<T extends ParameterType, R extends Required> = R extends true ? ParameterTypes[T] : ParameterTypes[T] | undefined;
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? unknown : never) : never;

export interface ParameterSpec {
  readonly field: string;
  readonly name: string;
  /** Further names under which the parameter may be sent instead; then listApis calls none of them required. */
  readonly alsoNamed: readonly string[];
  readonly type: ParameterType;
  readonly required: boolean;
  /** Parameters beside any of which a required one may be left out; then listApis does not call it required. */
  readonly unless: readonly string[];
  /** A required parameter that may be the empty text. */
  readonly mayBeEmpty: boolean;
  readonly description: string;
  /** Most characters of a string. */
  readonly length: number;
  /** What a uuid names, by the object's key in answers. */
  readonly entity: string | undefined;
  readonly since: string | undefined;
  /** A uuid that may also be `-1`, for all there are. */
  readonly mayBeAll: boolean;
  /** Never logged, never kept. */
  readonly sensitive: boolean;
}

/** What a job is about. */
export interface Subject {
  /** CloudStack's name of the kind, such as `VirtualMachine`. */
  readonly type: string;
  readonly uuid: string;
  /** The machine that the job works on: jobs of one machine run one after the other. */
  readonly machineUuid?: string;
  /** The backup that the job reads: it cannot be deleted before the job has ended. */
  readonly backupUuid?: string;
}

/** One API call: what it takes, who may call it, and what it does. */
export abstract class Command {
  /** Does the work; the result is what stands inside the envelope. */
  abstract execute(services: Services, call: CallContext): Promise<object> | object;

  /** For jobs: says what the job is about, before it is accepted. Refuses what the caller may not touch. */
  subject(_services: Services, _call: CallContext): Promise<Subject> | undefined {
    return undefined;
  }
}

/** What is known of a request before anybody has been authenticated. */
export interface OpenRequest {
  /** Every session that the request's cookies name. */
  readonly sessionTokens: readonly string[];
  readonly remoteAddress: string;
}

/** An answer that may also set cookies. */
export interface OpenAnswer {
  readonly body: object;
  readonly setCookies?: readonly string[];
  /** Who has logged in or out. */
  readonly user?: Pick<User, 'id' | 'accountId' | 'domainId'>;
}

/** A call that needs no credentials: login and logout. */
export abstract class OpenCommand {
  abstract answer(services: Services, request: OpenRequest): Promise<OpenAnswer>;
}

type AnyCommand = Command | OpenCommand;

export interface CommandAbout {
  readonly name: string;
  /** Further names of the same command. */
  readonly aliases?: readonly string[];
  readonly description: string;
  /** CloudStack release whose API has it; absent for commands of the original design. */
  readonly since?: string;
  /** Who may call it. */
  readonly roles: readonly RoleType[];
  /** Refused unless sent by POST, so that what it carries is in no log of addresses. */
  readonly postOnly?: boolean;
  /** The type of the event that tells of it, such as `BACKUP.CREATE`; commands that change something have one. */
  readonly event?: string;
  /** Answered, but left out of listApis: clients that show whatever is listed there would show something that is not here. */
  readonly unlisted?: boolean;
  /** Commands that clients send before this one and must see answered before it, where both are of one session. */
  readonly after?: readonly string[];
  /** Runs as a job. */
  readonly async?: boolean;
  /** With `async`: goes before whatever else waits, because a machine or its content is missed until it is done. */
  readonly urgent?: boolean;
  /** With `async`: its work is the backup provider's, and counts in the limits of the provider, the repository and the host. */
  readonly atProvider?: boolean;
  /** With `async`: may be cancelled while it runs, because it leaves nothing behind then. */
  readonly cancellable?: boolean;
  /** With `async`: the first answer also carries the id of the subject, mostly a thing that the job will create. */
  readonly creates?: boolean;
  /** The command whose name stands in the answer's envelope, where that is not this one's. */
  readonly envelope?: string;
  readonly returns: ResponseSpec;
}

export interface CommandSpec extends CommandAbout {
  /** The first name and the aliases: the same in the declarations of all of them. */
  readonly names: readonly string[];
  readonly aliases: readonly string[];
  readonly async: boolean;
  readonly creates: boolean;
  readonly postOnly: boolean;
  /** Needs no credentials. */
  readonly open: boolean;
  readonly parameters: readonly ParameterSpec[];
  create(): AnyCommand;
}

const PARAMETERS = Symbol('parameters');
type Declared = { [PARAMETERS]?: readonly ParameterSpec[] };

const DEFAULTS = {
  alsoNamed: [],
  mayBeEmpty: false,
  length: 255,
  entity: undefined,
  since: undefined,
  mayBeAll: false,
  sensitive: false,
};

/** Declares a field as a parameter; its wire name is the field name in lower case. The compiler checks the field's type. */
export function Parameter<T extends ParameterType, const R extends Required = false>(
  spec: { readonly type: T; readonly required?: R; readonly description: string } & Partial<
    Pick<ParameterSpec, 'alsoNamed' | 'mayBeEmpty' | 'length' | 'entity' | 'since' | 'mayBeAll' | 'sensitive'>
  >,
) {
  return <C extends AnyCommand, V>(_: undefined, context: ClassFieldDecoratorContext<C, V> & Same<V, ParameterValue<T, R>>): void => {
    const declared = context.metadata as Declared;
    const field = String(context.name);
    const told = { ...DEFAULTS, ...spec, ...needOf(spec.required ?? false), field, name: field.toLowerCase() };
    declared[PARAMETERS] = [...(declared[PARAMETERS] ?? []), told];
  };
}

const needOf = (required: Required): Pick<ParameterSpec, 'required' | 'unless'> =>
  typeof required === 'object' ? { required: true, unless: required.unless } : { required, unless: [] };

export type CommandClass = new () => AnyCommand;

const specs = new WeakMap<object, CommandSpec>();

/** Declares a class as a command. */
export function ApiCommand(about: CommandAbout) {
  return <C extends CommandClass>(cls: C, context: ClassDecoratorContext<C>): void => {
    const parameters = (context.metadata as Declared)[PARAMETERS] ?? [];
    if (about.async && parameters.some(({ sensitive }) => sensitive)) throw new Error(`${about.name} would keep a secret in its job`);
    const open = cls.prototype instanceof OpenCommand;
    const defaults = { aliases: [], async: false, creates: false, postOnly: false };
    const names = [about.name, ...(about.aliases ?? [])];
    specs.set(cls, { ...defaults, ...about, names, open, parameters, create: () => new cls() });
  };
}

/** The declaration of a command class. */
export function specOf(cls: CommandClass): CommandSpec {
  const spec = specs.get(cls);
  if (!spec) throw new Error(`${cls.name} has no @ApiCommand`);
  return spec;
}
