import type { KeptProgress } from '../dao/job-dao.js';
import type { Progress } from '../provider/index.js';
import { moved, type BytesMoved } from './byte-rate.js';

const KEEP_EVERY_MS = 500;

type Keep = (changes: KeptProgress) => Promise<unknown>;

/** What plugins report while a job runs: references are kept at once, because they must survive a crash, all else now and then. */
export class JobProgress {
  private readonly references: Record<string, string>;
  private step: string | undefined;
  private bytes: BytesMoved | undefined;
  private lastKept = -Infinity;

  constructor(
    resume: string,
    private readonly keep: Keep,
    private readonly now: () => Date,
  ) {
    this.references = JSON.parse(resume) as Record<string, string>;
  }

  /** The last reference reported in the step; each step has its own, because each may be another plugin's. */
  resumeOf(step: string): string | undefined {
    return this.references[step];
  }

  async report(step: string, { reference, ...progress }: Progress): Promise<void> {
    const isNew = reference !== undefined && reference !== this.references[step];
    const isDue = Object.keys(progress).length > 0 && performance.now() - this.lastKept >= KEEP_EVERY_MS;
    if (isNew) this.references[step] = reference;
    else if (!isDue) return;
    else this.lastKept = performance.now();
    await this.keep({ ...this.measured(step, progress), ...(isNew ? { resume: JSON.stringify(this.references) } : {}) });
  }

  private measured(step: string, { percent, doneBytes, totalBytes, stage }: Progress): KeptProgress {
    if (step !== this.step) [this.step, this.bytes] = [step, undefined];
    const progressed = this.now();
    if (doneBytes !== undefined) this.bytes = moved(this.bytes, doneBytes, progressed);
    const share = percent ?? (doneBytes !== undefined && totalBytes ? Math.floor((100 * doneBytes) / totalBytes) : undefined);
    return {
      progressed,
      ...(share === undefined ? {} : { percent: share }),
      ...(doneBytes === undefined ? {} : { doneBytes, bytesPerSecond: this.bytes?.bytesPerSecond ?? null }),
      ...(totalBytes === undefined ? {} : { totalBytes }),
      ...(stage === undefined ? {} : { stage }),
    };
  }
}
