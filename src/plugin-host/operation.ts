import { runningJob, type CallContext } from '../call-context.js';
import type { Operation, Progress } from '../provider/index.js';
import { stableUuid } from '../stable-uuid.js';

const LONGEST_REFERENCE = 255;
const LONGEST_STAGE = 64;

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

/** The same for a step that is done to several things, of which each is an operation of its own: the one with the uuid. */
export function operationOn(call: CallContext, step: string, uuid: string): Operation {
  const { operationId } = runningJob(call);
  return { ...operationOf(call, `${step} ${uuid}`), operationId: stableUuid(`${operationId}/${step}/${uuid}`) };
}

/** The request as the operation that a plugin's method sees, for what is so short that it needs no job: after a crash, the client asks again. */
export const requestOperation = ({ requestId }: CallContext): Operation => ({ operationId: requestId, report: async () => undefined });

/** What is known of reports, within its bounds, whatever else a plugin has put there. */
function sound({ percent, reference, doneBytes, totalBytes, stage }: Progress): Progress {
  const isNumber = typeof percent === 'number' && Number.isFinite(percent);
  const total = isSize(totalBytes) ? totalBytes : undefined;
  return {
    ...(isNumber ? { percent: Math.round(Math.min(100, Math.max(0, percent))) } : {}),
    ...(isText(reference, LONGEST_REFERENCE) ? { reference } : {}),
    ...(isSize(doneBytes) ? { doneBytes: Math.min(doneBytes, total ?? doneBytes) } : {}),
    ...(total === undefined ? {} : { totalBytes: total }),
    ...(isText(stage, LONGEST_STAGE) ? { stage } : {}),
  };
}

const isSize = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

const isText = (value: unknown, most: number): value is string => typeof value === 'string' && value.length <= most;
