import { ApiError } from '../errors.js';

/** Something that is wrong with what somebody wants to have done. */
export interface Finding {
  /** Whether it cannot be done like this, or can be and may not be what is wanted. */
  readonly severity: 'blocks' | 'warns';
  /** Names the thing, says what is wrong with it and what to do. */
  readonly text: string;
  /** What blocks: with which it is refused. */
  readonly refusal?: ApiError;
}

export const blocks = (refusal: ApiError): Finding => ({ severity: 'blocks', text: refusal.message, refusal });

export const warns = (text: string): Finding => ({ severity: 'warns', text });

/** What the work answers; undefined if it refuses, and then the refusal is among the findings. */
export function attempt<T>(findings: Finding[], work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    findings.push(blocks(error));
    return undefined;
  }
}

/** The refusal that says everything that blocks; undefined if nothing does. */
export function refusalOf(findings: readonly Finding[]): ApiError | undefined {
  const [first, ...others] = findings.flatMap(({ refusal }) => refusal ?? []);
  if (!first || others.length === 0) return first;
  return new ApiError(first.kind, [first, ...others].map(({ message }) => message).join('; '));
}
