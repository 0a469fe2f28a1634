import type { RoleType } from '../account/role-type.js';

/** What limits an account: its own limit, else nothing if it is a root administrator's, else what is usual. */
export const accountLimit = (own: number | undefined, role: RoleType, usual: number): number =>
  own ?? (role === 'Admin' ? Infinity : usual);

/**
 * What limits the last domain of a line that begins at the top, by the limits that each has of its own: its own, else that of the
 * nearest domain above it, else what is usual. The top is unlimited unless it has a limit, and hands none down.
 */
export function domainLimit(own: readonly (number | undefined)[], usual: number): number {
  const [top, ...below] = own;
  if (below.length === 0) return top ?? Infinity;
  return below.findLast((limit) => limit !== undefined) ?? usual;
}
