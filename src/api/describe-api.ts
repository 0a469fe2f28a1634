import type { CommandSpec, ParameterSpec } from './command.js';
import type { CommandTable } from './dispatcher.js';

/** A command as listApis tells of it; keys and types are those that client generators read. */
export interface ApiDescription {
  readonly name: string;
  readonly description: string;
  readonly since?: string;
  readonly isasync: boolean;
  readonly related: string;
  readonly params: readonly ParameterDescription[];
  readonly response: readonly { readonly name: string; readonly description: string; readonly type: string }[];
}

export interface ParameterDescription {
  readonly name: string;
  readonly description: string;
  readonly type: string;
  readonly length: number;
  readonly required: boolean;
  readonly since?: string;
  readonly related?: string;
}

/** Every command of these names, by name. */
export function describeApi(commands: CommandTable, names: ReadonlySet<string>): readonly ApiDescription[] {
  const specs = [...commands.values()].filter(({ name, unlisted }) => names.has(name) && !unlisted);
  const sorted = specs.sort((a, b) => (a.name < b.name ? -1 : 1));
  return sorted.map((spec) => describe(spec, sorted));
}

function describe(spec: CommandSpec, all: readonly CommandSpec[]): ApiDescription {
  const { name, description, since, async, returns } = spec;
  return {
    name,
    description,
    ...(since === undefined ? {} : { since }),
    isasync: async,
    related: answering(returns.object, all)
      .filter((other) => other !== name)
      .join(','),
    params: spec.parameters.flatMap((parameter) => describeParameter(parameter, all)),
    response: Object.entries(returns.fields).map(([field, [type, about]]) => ({ name: field, description: about, type })),
  };
}

function describeParameter(parameter: ParameterSpec, all: readonly CommandSpec[]): ParameterDescription[] {
  const { description, type, length, since, entity } = parameter;
  const about = {
    description,
    type,
    length,
    // Clients refuse a call that lacks a required name, even if its other name, or what may stand in its place, is there.
    required: parameter.required && parameter.alsoNamed.length === 0 && parameter.unless.length === 0,
    ...(since === undefined ? {} : { since }),
    ...(entity === undefined ? {} : { related: answering(entity, all).join(',') }),
  };
  return [parameter.name, ...parameter.alsoNamed].map((name) => ({ name, ...about }));
}

const answering = (object: string, all: readonly CommandSpec[]): string[] =>
  all.filter(({ returns }) => returns.object === object && object !== 'success').map(({ name }) => name);
