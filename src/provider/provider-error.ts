/**
 * Why a plugin could not do what it was asked.
 *
 * - `temporary`: nothing was done, and the same request may succeed later; the only fault that may be repeated
 * - `rejected`: the outside system understood the request and refused it
 * - `not_found`: the thing named in the request does not exist there
 * - `unsupported`: the plugin does not offer this; see its capabilities
 * - `auth`: the outside system did not accept the plugin's credentials
 * - `capacity`: no room, or a limit of the outside system is reached
 * - `corrupt`: the data are there but cannot be trusted
 * - `unknown`: nobody can say whether it was done; asking again with the same operation tells
 */
export type ProviderFault = 'temporary' | 'rejected' | 'not_found' | 'unsupported' | 'auth' | 'capacity' | 'corrupt' | 'unknown';

/** What makes an error a `ProviderError`, also one of a plugin that brings its own copy of this contract. */
const BRAND = Symbol.for('stackvault.ProviderError');

/** The one way in which a plugin reports a failure. The message is shown to callers: name the thing, and never a secret. */
export class ProviderError extends Error {
  override readonly name = 'ProviderError';
  readonly [BRAND] = true;

  static override [Symbol.hasInstance](value: unknown): boolean {
    // Inherited by classes that are derived from this one, of which the brand says nothing.
    if (this !== ProviderError) return Function.prototype[Symbol.hasInstance].call(this, value);
    return typeof value === 'object' && value !== null && BRAND in value;
  }

  constructor(
    readonly fault: ProviderFault,
    message: string,
    cause?: unknown,
  ) {
    super(message, { cause });
  }
}

const NOTHING_DONE: ReadonlySet<ProviderFault> = new Set(['temporary', 'rejected', 'not_found', 'unsupported', 'auth', 'capacity']);

/** Whether a failure means that the outside system is as it was before the call. */
export const leftNothingDone = (error: unknown): boolean => error instanceof ProviderError && NOTHING_DONE.has(error.fault);
