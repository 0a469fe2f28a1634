import { isDuplicate } from '../dao/database-error.js';
import { ApiError } from '../errors.js';

/** Does the work; if a name or key in it is taken already, refuses it with that reason. */
export async function refusingDuplicates<T>(why: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw isDuplicate(error) ? new ApiError('invalid_value', why, error) : error;
  }
}
