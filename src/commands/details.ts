import { invalid } from '../errors.js';

const DETAILS: readonly string[] = ['all', 'resource', 'min'];

/** Whether the details that are asked for include what accounts and domains have and may have, as they do unless something else is said. */
export function wantsResources(details: readonly string[] = ['all']): boolean {
  const unknown = details.find((detail) => !DETAILS.includes(detail));
  if (unknown !== undefined) throw invalid('details', `"${unknown}" is no detail; there are ${DETAILS.join(', ')}`);
  return details.some((detail) => detail !== 'min');
}
