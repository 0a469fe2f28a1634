import { invalid } from '../../errors.js';
import { isTimezone } from '../../timezone.js';

/** The name of a time zone; undefined if none is given. */
export function readTimezone(name: string | undefined): string | undefined {
  if (name !== undefined && !isTimezone(name)) throw invalid('timezone', `"${name}" is not the name of a time zone`);
  return name;
}
