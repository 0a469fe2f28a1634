import type { CommandSpec, ParameterSpec } from '../../src/api/command.js';
import { NOBODY } from './scene.js';

type Parameters = Readonly<Record<string, string>>;

/** The numbers and the text of an answer that refuses. */
export interface Refusal {
  readonly code: number;
  readonly cs: number | undefined;
  readonly text: string;
}

/** A request that is wrong in one parameter, and the documented answer to it. */
export interface BadInput {
  /** What is wrong, such as `page=one`. */
  readonly what: string;
  /** Makes the request of a good one, which has the required parameters only. */
  readonly request: (good: Parameters) => Parameters;
  readonly refusal: Refusal;
}

type Rule = (parameter: ParameterSpec, command: string) => readonly BadInput[];

const refusal = (text: string): Refusal => ({ code: 431, cs: 9999, text });

/** What a client recognises as "gone", and as no id at all. */
const noSuchId = (command: string, name: string, value: string): Refusal =>
  refusal(
    `Unable to execute API command ${command} due to invalid value. Invalid parameter ${name} value=${value} due to incorrect long value ` +
      'format, or entity does not exist or due to incorrect parameter annotation for the field in api cmd class.',
  );

const invalidValue = (command: string, name: string, value: string): Refusal =>
  refusal(`Unable to execute API command ${command} due to invalid value ${value} for parameter ${name}`);

const shown = (value: string): string => (value.length > 40 ? `${value.slice(0, 40)}…` : JSON.stringify(value));

/** The request with the parameter so, whatever it had there. */
const sent = ({ name }: ParameterSpec, value: string, answer: Refusal): BadInput => ({
  what: `${name}=${shown(value)}`,
  request: (good) => ({ ...good, [name]: value }),
  refusal: answer,
});

const without = (good: Parameters, name: string): Parameters =>
  Object.fromEntries(Object.entries(good).filter(([other]) => other.split('[')[0] !== name));

const missing: Rule = ({ name, required }, command) => {
  const answer = refusal(`Unable to execute API command ${command} due to missing parameter ${name}`);
  return required ? [{ what: `no ${name}`, request: (good) => without(good, name), refusal: answer }] : [];
};

const isNeeded = ({ required, mayBeEmpty, type }: ParameterSpec): boolean => required && !mayBeEmpty && type !== 'map';

const empty: Rule = (parameter) => {
  const answer = refusal(`Empty or null value provided for API arg: ${parameter.name}`);
  return isNeeded(parameter) ? ['', ' \n '].map((value) => sent(parameter, value, answer)) : [];
};

const controlled: Rule = (parameter) => {
  const answer = refusal(`Received value containing illegal ASCII non-printable characters for parameter ${parameter.name}`);
  return [sent(parameter, 'a\u0001b', answer)];
};

const tooLong: Rule = (parameter, command) => {
  const { type, length, name } = parameter;
  const why = `Value greater than max allowed length ${length} for param: ${name}`;
  const answer = refusal(`Unable to execute API command ${command} due to invalid value. ${why}`);
  return type === 'string' ? [sent(parameter, 'é'.repeat(length + 1), answer)] : [];
};

const notANumber: Rule = (parameter, command) => {
  const { type, name } = parameter;
  const most = { integer: '2147483648', long: '9007199254740992' }[type as string];
  if (most === undefined) return [];
  const values = ['one', '1.5', '0x10', '1e3', '--1', most, `-${most}`, '99999999999999999999'];
  // An empty integer is none; see "what is neither missing nor wrong".
  const blank = type === 'long' && !isNeeded(parameter) ? [''] : [];
  return [...values, ...blank].map((value) => sent(parameter, value, invalidValue(command, name, value)));
};

const notAnId: Rule = (parameter, command) => {
  const { type, mayBeAll, name } = parameter;
  if (type !== 'uuid') return [];
  const values = ['42', 'not-a-uuid', `${NOBODY}0`, `{${NOBODY}}`, ...(mayBeAll ? [] : ['-1']), ...(isNeeded(parameter) ? [] : [''])];
  return values.map((value) => sent(parameter, value, noSuchId(command, name, value)));
};

const notADate: Rule = (parameter, command) => {
  if (parameter.type !== 'date') return [];
  const answer = (value: string) =>
    refusal(`Unable to parse date ${value} for command ${command}, please pass dates in the format mentioned in the api documentation`);
  const values = ['yesterday', '2026', '01/02/2026', ...(isNeeded(parameter) ? [] : [''])];
  return values.map((value) => sent(parameter, value, answer(value)));
};

const tooMany: Rule = (parameter, command) => {
  const answer = invalidValue(command, parameter.name, 'of 1001 items, more than 1000');
  return parameter.type === 'list' ? [sent(parameter, 'a,'.repeat(1001), answer)] : [];
};

const notAMap: Rule = (parameter, command) => {
  const { type, name } = parameter;
  if (type !== 'map') return [];
  const plain = ['plain', ''].map((value) => sent(parameter, value, invalidValue(command, name, value)));
  const unreadable = (key: string): BadInput => ({
    what: key,
    request: (good) => ({ ...good, [key]: 'x' }),
    refusal: {
      ...refusal(`Unable to decode parameter ${key}; if specifying an object array, please use parameter[index].field=XXX`),
      code: 430,
    },
  });
  return [...plain, ...[`${name}[x].key`, `${name}[0]`, `${name}[0].`, `${name}[0][1].key`, `${name}.key[0]`].map(unreadable)];
};

const twice: Rule = ({ name, alsoNamed, type }) => {
  const [other] = alsoNamed;
  const answer = refusal(`Parameters ${[name, ...alsoNamed].join(', ')} mean the same and were given different values`);
  const values = type === 'uuid' ? [NOBODY, NOBODY.replace('d', 'e')] : ['1', '2'];
  const both = (one: string): Parameters => ({ [name]: String(values[0]), [one]: String(values[1]) });
  return other === undefined ? [] : [{ what: `${name} and ${other}`, request: (good) => ({ ...good, ...both(other) }), refusal: answer }];
};

const RULES = [missing, empty, controlled, tooLong, notANumber, notAnId, notADate, tooMany, notAMap, twice];

/** What is wrong with a request whatever there is in the server, by the types of the command's parameters. */
export const badInputs = ({ name, parameters }: CommandSpec): readonly BadInput[] =>
  parameters.flatMap((parameter) => RULES.flatMap((rule) => rule(parameter, name.toLowerCase())));

/** Ids that name nothing, under each name that a parameter has. */
export const strayIds = ({ name: command, parameters }: CommandSpec): readonly BadInput[] =>
  parameters
    .filter(({ type }) => type === 'uuid')
    .flatMap(({ name, alsoNamed }) =>
      [name, ...alsoNamed].map((used) => ({
        what: `${used}=${NOBODY}`,
        request: (good) => ({ ...without(good, name), [used]: NOBODY }),
        refusal: noSuchId(command.toLowerCase(), used, NOBODY),
      })),
    );
