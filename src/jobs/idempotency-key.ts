import { lookUp, type RequestParameters } from '../api/request-parameters.js';
import { ApiError } from '../errors.js';

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
