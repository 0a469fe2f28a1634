import type { Answer } from '../../src/client/api-client.js';
import { configure } from './scene.js';
import type { TestServer } from './server.js';

/** Longer than a test may take, and short enough for some holds: requests expire ten minutes after the client's clock. */
const HELD_MS = 40_000;

/** A server's clock, which a test can put forward. */
export class Clock {
  private aheadMs = 0;

  readonly now = (): Date => new Date(Date.now() + this.aheadMs);

  /** It is never put back: what began in the future would wait for it. */
  forward(ms: number): void {
    this.aheadMs += ms;
  }
}

/** A backup or restore job that goes on until it is let go. */
export interface HeldJob {
  readonly jobId: string;
  /** Lets the provider finish; answers the ended job. */
  letGo(): Promise<Answer>;
}

/** Submits a command whose work at the dummy provider of the zone takes until it is let go. The server must go by the clock. */
export async function hold(
  server: TestServer,
  clock: Clock,
  zoneId: string,
  command: string,
  parameters: Readonly<Record<string, string>>,
): Promise<HeldJob> {
  const name = 'backup.plugin.dummy.delay.ms';
  await configure(server, name, String(HELD_MS), zoneId);
  const jobId = String((await server.admin.call(command, parameters)).jobid);
  while (!(await isAtProvider(server, jobId))) await new Promise((resolve) => setTimeout(resolve, 10));
  await configure(server, name, '0', zoneId);
  const letGo = () => {
    clock.forward(HELD_MS);
    return server.admin.ended(jobId);
  };
  return { jobId, letGo };
}

/** The dummy provider reports as soon as it has begun; what the zone did before that was done at once. A job that ends without is at an end. */
async function isAtProvider({ admin }: TestServer, jobid: string): Promise<boolean> {
  const { percentcomplete, jobstatus } = await admin.call('queryAsyncJobResult', { jobid });
  return Number(percentcomplete) < 100 || jobstatus !== 0;
}
