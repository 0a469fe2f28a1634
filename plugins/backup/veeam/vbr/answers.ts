import { ProviderError } from '../../../../src/provider/index.js';

/** An object out of an answer: what it holds beside what is read does not matter. */
export type Answer = Readonly<Record<string, unknown>>;

/** The object; throws `corrupt` for anything else. */
export function asObject(value: unknown, where: string): Answer {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Answer;
  throw new ProviderError('corrupt', `Veeam answered ${where} with something else than it should`);
}

/** The list of objects; throws `corrupt` for anything else. */
export function asList(value: unknown, where: string): readonly Answer[] {
  if (Array.isArray(value)) return value.map((item) => asObject(item, where));
  throw new ProviderError('corrupt', `Veeam answered ${where} without its list`);
}

/** The text, if it is one and not empty. */
export const asText = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

/** The text that must be there; throws `corrupt`. */
export function textOf(answer: Answer, field: string, where: string): string {
  const text = asText(answer[field]);
  if (text !== undefined) return text;
  throw new ProviderError('corrupt', `Veeam answered ${where} without ${field}`);
}

/** The moment that must be there; throws `corrupt`. */
export function timeOf(answer: Answer, field: string, where: string): Date {
  const time = new Date(textOf(answer, field, where));
  if (!Number.isNaN(time.getTime())) return time;
  throw new ProviderError('corrupt', `Veeam answered ${where} with a ${field} that is no time`);
}

/** The number, or 0 where there is none. */
export const numberOf = (answer: Answer, field: string): number => {
  const number = Number(answer[field]);
  return Number.isFinite(number) ? number : 0;
};
