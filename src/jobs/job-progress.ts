import type { Job } from '../dao/job-dao.js';

const KEEP_EVERY_MS = 500;

type Keep = (changes: Partial<Pick<Job, 'percent' | 'resume'>>) => Promise<unknown>;

/** What plugins report while a job runs: references are kept at once, because they must survive a crash, percentages now and then. */
export class JobProgress {
  private readonly references: Record<string, string>;
  private lastKept = -Infinity;

  constructor(
    resume: string,
    private readonly keep: Keep,
  ) {
    this.references = JSON.parse(resume) as Record<string, string>;
  }

  /** The last reference reported in the step; each step has its own, because each may be another plugin's. */
  resumeOf(step: string): string | undefined {
    return this.references[step];
  }

  async report(step: string, { percent, reference }: { readonly percent?: number; readonly reference?: string }): Promise<void> {
    const changes = percent === undefined ? {} : { percent };
    if (reference !== undefined && reference !== this.references[step]) {
      this.references[step] = reference;
      await this.keep({ ...changes, resume: JSON.stringify(this.references) });
    } else if (percent !== undefined && performance.now() - this.lastKept >= KEEP_EVERY_MS) {
      this.lastKept = performance.now();
      await this.keep(changes);
    }
  }
}
