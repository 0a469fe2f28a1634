import { ApiError } from '../errors.js';
import type { CommandSpec, ParameterSpec, ParameterType } from './command.js';
import { parseDate } from './date.js';
import type { RequestParameters } from './request-parameters.js';

type Maps = ReadonlyMap<string, readonly Readonly<Record<string, string>>[]>;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const MOST_LIST_ITEMS = 1000;

/** Builds the command and fills its fields from the request's parameters, in the words that clients of CloudStack match on. */
export function bind(spec: CommandSpec, parameters: RequestParameters): ReturnType<CommandSpec['create']> {
  const { values, maps } = unpack(parameters);
  const command = spec.create();
  for (const parameter of spec.parameters) {
    const value = parameter.type === 'map' ? mapOf(spec, parameter, values, maps) : scalarOf(spec, parameter, values);
    if (value === undefined && parameter.required && !parameter.unless.some((name) => values.has(name))) throw missing(spec, parameter);
    (command as unknown as Record<string, unknown>)[parameter.field] = value;
  }
  return command;
}

/** The parameter of the command that carried the id, as it was sent. */
export function parameterHolding(
  spec: CommandSpec,
  parameters: RequestParameters,
  id: string,
): { name: string; value: string } | undefined {
  const naming = spec.parameters.filter(({ type, entity }) => type === 'uuid' || (type === 'list' && entity !== undefined));
  const names = new Set(naming.flatMap((p) => [p.name, ...p.alsoNamed]));
  for (const [name, sent] of parameters) {
    const value = names.has(name.toLowerCase()) ? sent.split(',').find((item) => item.toLowerCase() === id) : undefined;
    if (value !== undefined) return { name: name.toLowerCase(), value };
  }
  return undefined;
}

/** The answer for an id that names nothing; clients recognise "gone" by this sentence. */
export const idProblem = (command: string, parameter: string, value: string): string =>
  `Unable to execute API command ${command.toLowerCase()} due to invalid value. Invalid parameter ${parameter} value=${value} ` +
  'due to incorrect long value format, or entity does not exist or due to incorrect parameter annotation for the field in api cmd class.';

const problem = (text: string) => new ApiError('bad_parameter', text);

/** As much of what was sent as an answer repeats. */
const clipped = (text: string): string => text.slice(0, 255);

const missing = (spec: CommandSpec, { name }: ParameterSpec) =>
  problem(`Unable to execute API command ${spec.name.toLowerCase()} due to missing parameter ${name}`);

const invalidValue = (spec: CommandSpec, { name }: ParameterSpec, text: string) =>
  problem(`Unable to execute API command ${spec.name.toLowerCase()} due to invalid value ${clipped(text)} for parameter ${name}`);

function scalarOf(spec: CommandSpec, parameter: ParameterSpec, values: ReadonlyMap<string, string>): unknown {
  const sent = [parameter.name, ...parameter.alsoNamed].flatMap((name) => values.get(name) ?? []);
  if (new Set(sent).size > 1) {
    throw problem(`Parameters ${[parameter.name, ...parameter.alsoNamed].join(', ')} mean the same and were given different values`);
  }
  const text = sent[0];
  if (text === undefined) return undefined;
  if (text.trim() === '') {
    if (parameter.required && !parameter.mayBeEmpty) throw problem(`Empty or null value provided for API arg: ${parameter.name}`);
    if (parameter.type !== 'string') return blank(spec, parameter);
  }
  return parsers[parameter.type](text, spec, parameter);
}

/** An empty value is no value for numbers and lists; for an id or a date it is a wrong one, often a variable that was not set. */
function blank(spec: CommandSpec, parameter: ParameterSpec): unknown {
  if (parameter.type === 'integer' || parameter.type === 'list') return undefined;
  return parsers[parameter.type]('', spec, parameter);
}

type Parser = (text: string, spec: CommandSpec, parameter: ParameterSpec) => unknown;

const wholeNumber =
  (most: number): Parser =>
  (text, spec, parameter) => {
    if (!/^[+-]?\d{1,19}$/.test(text.trim()) || Math.abs(Number(text)) > most) throw invalidValue(spec, parameter, text);
    return Number(text);
  };

const parsers: Record<ParameterType, Parser> = {
  string: (text, spec, { length, name }) => {
    if (text.length > length) {
      throw problem(
        `Unable to execute API command ${spec.name.toLowerCase()} due to invalid value. Value greater than max allowed length ${length} for param: ${name}`,
      );
    }
    return text;
  },
  uuid: (text, spec, { name, mayBeAll }) => {
    if (mayBeAll && text === '-1') return text;
    if (!UUID.test(text)) throw problem(idProblem(spec.name, name, clipped(text)));
    return text.toLowerCase();
  },
  integer: wholeNumber(2 ** 31 - 1),
  long: wholeNumber(Number.MAX_SAFE_INTEGER),
  boolean: (text) => text.toLowerCase() === 'true',
  date: (text, spec, { name }) => {
    const moment = parseDate(text, name.startsWith('end'));
    if (!moment) {
      throw problem(
        `Unable to parse date ${clipped(text)} for command ${spec.name.toLowerCase()}, please pass dates in the format mentioned in the api documentation`,
      );
    }
    return moment;
  },
  list: (text, spec, parameter) => {
    const items = text.split(',').filter((item) => item !== '');
    if (items.length > MOST_LIST_ITEMS) throw invalidValue(spec, parameter, `of ${items.length} items, more than ${MOST_LIST_ITEMS}`);
    return items;
  },
  map: (text, spec, parameter) => {
    throw invalidValue(spec, parameter, text);
  },
};

function mapOf(spec: CommandSpec, parameter: ParameterSpec, values: ReadonlyMap<string, string>, maps: Maps): unknown {
  const plain = values.get(parameter.name);
  if (plain !== undefined) throw invalidValue(spec, parameter, plain);
  return maps.get(parameter.name);
}

/** Lower-cases names, and collects `name[index].field=value` into records in the order of the indexes. */
function unpack(parameters: RequestParameters): { values: ReadonlyMap<string, string>; maps: Maps } {
  const values = new Map<string, string>();
  const indexed = new Map<string, Map<number, Record<string, string>>>();
  for (const [name, value] of parameters) {
    if (!/[[\]]/.test(name)) {
      values.set(name.toLowerCase(), value);
      continue;
    }
    const [, map, index, field] = /^([^.[\]]+)\[(\d{1,9})\]\.([^[\]]+)$/.exec(name) ?? [];
    if (map === undefined || index === undefined || field === undefined) {
      throw new ApiError(
        'malformed_map',
        `Unable to decode parameter ${clipped(name)}; if specifying an object array, please use parameter[index].field=XXX`,
      );
    }
    const records = indexed.get(map.toLowerCase()) ?? new Map<number, Record<string, string>>();
    const record = records.get(Number(index)) ?? (Object.create(null) as Record<string, string>);
    record[field] = value;
    indexed.set(map.toLowerCase(), records.set(Number(index), record));
  }
  const inOrder = (records: Map<number, Record<string, string>>) => [...records].sort(([a], [b]) => a - b).map(([, record]) => record);
  return { values, maps: new Map([...indexed].map(([name, records]) => [name, inOrder(records)])) };
}
