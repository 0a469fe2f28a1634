import { runningJob, type CallContext } from '../call-context.js';
import type { Operation, Progress } from '../provider/index.js';

const LONGEST_REFERENCE = 255;

/** The running job as the operation that a plugin's method sees; `step` is the method, of which a job calls each once. */
export function operationOf(call: CallContext, step: string): Operation {
  const job = runningJob(call);
  const resume = job.resumeOf(step);
  return {
    operationId: job.operationId,
    ...(resume === undefined ? {} : { resume }),
    report: (progress) => job.report(step, sound(progress)),
  };
}

/** The request as the operation that a plugin's method sees, for what is so short that it needs no job: after a crash, the client asks again. */
export const requestOperation = ({ requestId }: CallContext): Operation => ({ operationId: requestId, report: async () => undefined });

/** The two known facts of a report, within their bounds, whatever else a plugin has put there. */
function sound({ percent, reference }: Progress): Progress {
  const isNumber = typeof percent === 'number' && Number.isFinite(percent);
  return {
    ...(isNumber ? { percent: Math.round(Math.min(100, Math.max(0, percent))) } : {}),
    ...(typeof reference === 'string' && reference.length <= LONGEST_REFERENCE ? { reference } : {}),
  };
}
