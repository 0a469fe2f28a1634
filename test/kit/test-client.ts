import { setTimeout as pause } from 'node:timers/promises';
import { ApiClient, CallFailed, type Answer } from '../../src/client/api-client.js';

const POLL_MS = 20;

/** The client of the command line, but quicker in following jobs. */
export class TestClient extends ApiClient {
  /** Sends a command and, if it becomes a job, waits for its result; a failed job rejects with `CallFailed`. */
  override async run(command: string, parameters: Readonly<Record<string, string>> = {}): Promise<Answer> {
    const answer = await this.call(command, parameters);
    if (typeof answer.jobid !== 'string') return answer;
    const { jobstatus, jobresult } = await this.ended(answer.jobid);
    const result = jobresult as Answer;
    if (jobstatus !== 1) throw new CallFailed(Number(result.errorcode), String(result.errortext));
    return result;
  }

  /** Waits for the end of a job; answers it as queryAsyncJobResult shows it. */
  async ended(jobId: string): Promise<Answer> {
    for (;;) {
      const job = await this.call('queryAsyncJobResult', { jobid: jobId });
      if (job.jobstatus !== 0) return job;
      await pause(POLL_MS);
    }
  }

  /** The error that the server answers; rejects if it accepts the command or the job of it succeeds. */
  async refusal(command: string, parameters: Readonly<Record<string, string>> = {}): Promise<{ code: number; text: string }> {
    try {
      await this.run(command, parameters);
    } catch (error) {
      if (error instanceof CallFailed) return { code: error.errorcode, text: error.message };
      throw error;
    }
    throw new Error(`${command} was accepted`);
  }
}
