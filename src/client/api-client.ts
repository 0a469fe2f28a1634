import { setTimeout as pause } from 'node:timers/promises';
import { signedQuery } from './sign.js';

/** Where a server is, and the keys to call it with. */
export interface Credentials {
  readonly endpoint: string;
  readonly apikey: string;
  readonly secretkey: string;
}

/** What stands inside the envelope of an answer. */
export type Answer = Readonly<Record<string, unknown>>;

/** A job as queryAsyncJobResult shows it. */
interface JobAnswer {
  readonly jobstatus: number;
  readonly jobresult?: Answer;
  readonly percentcomplete?: number;
}

/** The server refused or failed; the message is the server's. */
export class CallFailed extends Error {
  override readonly name = 'CallFailed';

  constructor(
    readonly errorcode: number,
    message: string,
  ) {
    super(message);
  }
}

const EXPIRES_MS = 600_000;
const POLL_MS = 500;
const ANSWER_MS = 60_000;

/** Calls a server that speaks the CloudStack API. */
export class ApiClient {
  constructor(private readonly credentials: Credentials) {}

  /** Sends one command and answers what stands inside the envelope. */
  async call(command: string, parameters: Readonly<Record<string, string>> = {}): Promise<Answer> {
    const { endpoint, apikey, secretkey } = this.credentials;
    const expires = `${new Date(Date.now() + EXPIRES_MS).toISOString().slice(0, 19)}+0000`;
    const body = signedQuery({ ...parameters, command, response: 'json', signatureVersion: '3', expires }, apikey, secretkey);
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
    const request = { method: 'POST', headers, body, signal: AbortSignal.timeout(ANSWER_MS) };
    const response = await fetch(endpoint, request).catch((error: unknown) => {
      throw unreachable(endpoint, error);
    });
    const [answer = {}] = Object.values((await response.json()) as Record<string, Answer>);
    if (!response.ok) throw failureOf(response.status, answer);
    return answer;
  }

  /** As `call`, and follows the job that the command may have become to its end. */
  async run(
    command: string,
    parameters: Readonly<Record<string, string>>,
    onProgress: (percent: number | undefined) => void,
  ): Promise<Answer> {
    const answer = await this.call(command, parameters);
    // An answer about a job carries its id too.
    if (typeof answer.jobid !== 'string' || answer.jobstatus !== undefined) return answer;
    for (;;) {
      const job = (await this.call('queryAsyncJobResult', { jobid: answer.jobid })) as unknown as JobAnswer;
      if (job.jobstatus === 1) return job.jobresult ?? {};
      if (job.jobstatus !== 0) throw failureOf(530, job.jobresult ?? {});
      onProgress(job.percentcomplete);
      await pause(POLL_MS);
    }
  }
}

/** What fetch says is less than what it knows. */
function unreachable(endpoint: string, error: unknown): Error {
  const { message, cause } = error as Error;
  return new Error(`${endpoint} cannot be reached: ${cause instanceof Error ? cause.message || cause.name : message}`, { cause: error });
}

const failureOf = (status: number, { errorcode, errortext }: Answer): CallFailed =>
  new CallFailed(typeof errorcode === 'number' ? errorcode : status, typeof errortext === 'string' ? errortext : `HTTP ${status}`);
