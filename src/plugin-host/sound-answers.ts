import { ProviderError } from '../provider/index.js';
import type { AnswerCheck } from './supervise.js';

const LAST_YEAR = 9999;

/** Whether a value is as it has to be, whatever a plugin has put there. */
export type Test = (value: unknown) => boolean;

/** What answers a method can give: what one is like, what one is that is not, and whether it is about what was asked for. */
export type Answers = readonly [isSound: Test, otherwise: string, isMeant?: (answer: unknown, request: unknown) => boolean];

/** Any text. */
export const isText: Test = (value) => typeof value === 'string';
/** Yes or no. */
export const isBoolean: Test = (value) => typeof value === 'boolean';
/** A moment that every engine can record. */
export const isTime: Test = (value) => value instanceof Date && value.getTime() >= 0 && value.getUTCFullYear() <= LAST_YEAR;
/** A number of bytes, or of anything else that is counted. */
export const isSize: Test = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
/** A text that is not empty, and that a column holds. */
export const isName: Test = (value) => typeof value === 'string' && value.length > 0 && value.length <= 255;

/** A text of at most so many characters. */
export const textUpTo =
  (length: number): Test =>
  (value) =>
    typeof value === 'string' && value.length <= length;

/** A text of this form. */
export const matching =
  (pattern: RegExp): Test =>
  (value) =>
    typeof value === 'string' && pattern.test(value);

/** One of these values. */
export const oneOf =
  (...values: readonly unknown[]): Test =>
  (value) =>
    values.includes(value);

/** The same, or nothing. */
export const orAbsent =
  (isSound: Test): Test =>
  (value) =>
    value === undefined || isSound(value);

/** A list of such things. */
export const listOf =
  (isSound: Test, least = 0, most = Infinity): Test =>
  (value) =>
    Array.isArray(value) && value.length >= least && value.length <= most && value.every((item) => isSound(item));

/** An object that has these fields; what else it has does not matter. */
export const withFields =
  (fields: Readonly<Record<string, Test>>): Test =>
  (value) =>
    isObject(value) && Object.entries(fields).every(([name, isSound]) => isSound(value[name]));

/** An object whose fields are all named and made like this. */
export const recordOf =
  (isSoundName: Test, isSound: Test): Test =>
  (value) =>
    isObject(value) && Object.entries(value).every(([name, item]) => isSoundName(name) && isSound(item));

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The check of what such a plugin answers, by its methods: throws `corrupt` for what cannot be meant. Methods that are not named are not looked at. */
export const checkOf =
  (plugin: string, methods: Readonly<Partial<Record<string, Answers>>>): AnswerCheck =>
  (method, answer, request) => {
    const known = Object.hasOwn(methods, method) ? methods[method] : undefined;
    if (!known) return;
    const [isSound, otherwise, isMeant = () => true] = known;
    if (!isSound(answer)) throw new ProviderError('corrupt', `the ${plugin} answered with ${otherwise}`);
    if (!isMeant(answer, request)) throw new ProviderError('corrupt', `the ${plugin} answered with something else than was asked for`);
  };
