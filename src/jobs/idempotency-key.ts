import { lookUp, type RequestParameters } from '../api/request-parameters.js';
import { ApiError, invalid } from '../errors.js';

const LONGEST = 255;

/** The key by which the account recognises the request when it sends it again; undefined if it never does. */
export function idempotencyKeyOf(parameters: RequestParameters): string | undefined {
  const key = lookUp(parameters, 'idempotencykey');
  if (key === undefined) return undefined;
  if (key === '' || key.length > LONGEST) {
    throw new ApiError('invalid_value', `parameter idempotencykey: a key has from 1 to ${LONGEST} characters`);
  }
  return key;
}

/** That the key stands for another request. */
export const keyIsTaken = (by: string): ApiError => invalid('idempotencykey', `${by}, or with other parameters`);

export type Pairs = readonly (readonly [name: string, value: string])[];

/** The same text for all that name the same values, in whatever order and spelling of the names. */
export const normalForm = (pairs: Pairs): string =>
  JSON.stringify(pairs.map(([name, value]) => JSON.stringify([name.toLowerCase(), value])).sort());
