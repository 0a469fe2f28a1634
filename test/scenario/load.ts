import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { CallFailed, type Answer } from '../../src/client/api-client.js';
import type { Random } from '../kit/random.js';
import { each, listed, only } from '../kit/scene.js';
import type { TestClient } from '../kit/test-client.js';

type Parameters = Readonly<Record<string, string>>;

/** What was asked for and accepted, and how it ended. */
export interface Done {
  readonly command: 'createBackup' | 'restoreBackup' | 'deleteBackup';
  readonly backupId: string | undefined;
  readonly job: Answer;
}

/** Stopped machines of the sandbox under a policy of the dummy provider; answers their ids. */
export async function protectMachines(client: TestClient, machines: number): Promise<string[]> {
  const zoneid = String((await only(client, 'listZones', 'zone', { name: 'sandbox' })).id);
  const { backuppolicy } = await client.run('importBackupPolicy', { name: 'Gold', externalid: 'gold-policy', zoneid });
  const made = Array.from({ length: machines }, async (_, number) => {
    const wish = { zoneid, name: `load-${number}`, rootdisksize: '1', startvm: 'false' };
    const { id } = (await client.run('deployVirtualMachine', wish)).virtualmachine as Answer;
    await client.run('assignBackupPolicy', { virtualmachineid: String(id), backuppolicyid: String((backuppolicy as Answer).id) });
    return String(id);
  });
  return Promise.all(made);
}

/** Clients that back up, restore and delete until they are told to stop, one on each machine, whichever server answers. */
export class Load {
  /** In the order in which it ended. */
  readonly done: Done[] = [];
  /** How often a call had to be sent again, because a server was not there or not well. */
  sentAgain = 0;
  /** The longest time that this took. */
  longestWaitMs = 0;
  private isStopping = false;
  private readonly working: Promise<void[]>;

  constructor(
    machineIds: readonly string[],
    /** A server that can be asked now. */
    private readonly server: () => Promise<TestClient>,
    private readonly random: Random,
  ) {
    this.working = Promise.all(machineIds.map((id) => this.work(id)));
    // Looked at by whoever ends it.
    this.working.catch(() => undefined);
  }

  /** Begins nothing more, and waits for the end of everything. */
  async end(): Promise<void> {
    this.isStopping = true;
    await this.working;
  }

  private async work(virtualmachineid: string): Promise<void> {
    while (!this.isStopping) {
      const backups = await this.sent(async (client) =>
        each(await listed(client, 'listBackups', 'backup', { virtualmachineid, status: 'BackedUp' }), 'id'),
      );
      const command = backups.length === 0 ? 'createBackup' : this.random.pick(['createBackup', 'restoreBackup', 'deleteBackup'] as const);
      const backupId = command === 'createBackup' ? undefined : this.random.pick(backups);
      const job = await this.perform(command, backupId === undefined ? { virtualmachineid } : { id: backupId });
      this.done.push({ command, backupId, job });
    }
  }

  private async perform(command: string, parameters: Parameters): Promise<Answer> {
    const wish = { ...parameters, idempotencykey: randomUUID() };
    const { jobid } = await this.sent((client) => client.call(command, wish));
    for (;;) {
      const job = await this.sent((client) => client.call('queryAsyncJobResult', { jobid: String(jobid) }));
      if (job.jobstatus !== 0) return job;
      await pause(20);
    }
  }

  /** Sends it until a server answers; one that is not there, or not well, may have done it all the same. */
  private async sent<T>(send: (client: TestClient) => Promise<T>): Promise<T> {
    const began = performance.now();
    for (;;) {
      try {
        const answer = await send(await this.server());
        this.longestWaitMs = Math.max(this.longestWaitMs, performance.now() - began);
        return answer;
      } catch (error) {
        const isRefused = error instanceof CallFailed && !error.message.startsWith('internal error');
        if (isRefused) throw error;
        this.sentAgain++;
        await pause(20);
      }
    }
  }
}
