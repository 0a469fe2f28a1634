import assert from 'node:assert/strict';
import { inspect, isDeepStrictEqual } from 'node:util';
import { ProviderError, type ProviderFault } from '../provider/index.js';

/** Expects two values to be the same; a field that is undefined is one that is absent. The failure names the first place where they differ. */
export function expectSame(actual: unknown, expected: unknown, what: string): void {
  const found = difference(actual, expected, what);
  if (found !== undefined) assert.fail(found);
}

/** Expects the value to have these fields, whatever else it has. */
export function expectFields(actual: object, expected: Readonly<Record<string, unknown>>, what: string): void {
  const fields = Object.keys(expected).map((key) => [key, (actual as Readonly<Record<string, unknown>>)[key]]);
  expectSame(Object.fromEntries(fields), expected, what);
}

/** Expects a name of at most 255 characters in one line. */
export const expectName = (name: unknown, what: string): void =>
  assert.ok(typeof name === 'string' && /^.{1,255}$/.test(name), `${what} is ${shown(name)}, not a text of 1 to 255 characters`);

/** Expects a whole number of bytes. */
export const expectSize = (bytes: unknown, what: string): void =>
  assert.ok(Number.isSafeInteger(bytes) && (bytes as number) >= 0, `${what} is ${shown(bytes)}, not a whole number of bytes`);

/** Expects a plugin to refuse with a `ProviderError` of one of these faults, and answers it. */
export async function expectFault(answer: Promise<unknown>, ...faults: readonly ProviderFault[]): Promise<ProviderError> {
  const wanted = `a ProviderError with the fault ${faults.join(' or ')}`;
  const refusal = await answer.then(
    (value: unknown) => assert.fail(`expected ${wanted}; the call was not refused and answered ${shown(value)}`),
    (error: unknown) => error,
  );
  assert.ok(refusal instanceof ProviderError, `expected ${wanted}; it threw ${shown(refusal)}`);
  assert.ok(faults.includes(refusal.fault), `expected ${wanted}; its fault is ${refusal.fault}: ${refusal.message}`);
  assert.notEqual(refusal.message, '', 'the ProviderError has no message');
  return refusal;
}

const shown = (value: unknown): string => inspect(value, { breakLength: Infinity, depth: 2 }).slice(0, 200);

const isPlain = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !(value instanceof Date);

function difference(actual: unknown, expected: unknown, at: string): string | undefined {
  if (isPlain(actual) && isPlain(expected) && Array.isArray(actual) === Array.isArray(expected)) {
    const keys = new Set([...Object.keys(expected), ...Object.keys(actual)]);
    for (const key of keys) {
      const found = difference(actual[key], expected[key], Array.isArray(expected) ? `${at}[${key}]` : `${at}.${key}`);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  return isDeepStrictEqual(actual, expected) ? undefined : `${at} is ${shown(actual)} instead of ${shown(expected)}`;
}
