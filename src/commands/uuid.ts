import { invalid } from '../errors.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The uuid that a caller chooses for something new, in lower case. */
export function readUuid(parameter: string, text: string | undefined): string | undefined {
  const uuid = text?.toLowerCase();
  if (uuid !== undefined && !UUID.test(uuid)) throw invalid(parameter, `"${uuid.slice(0, 64)}" is not a uuid`);
  return uuid;
}
