import { ProviderError } from '../../../../src/provider/index.js';
import type { ConnectionStep } from '../../../../src/provider/index.js';
import type { Transport } from '../transport.js';
import type { EmClient } from './client.js';
import type { Infrastructure } from './infrastructure.js';
import type { Jobs } from './jobs.js';

/** What is tried, over a client of its own: the logon is part of it. */
export interface Tried {
  readonly em: EmClient;
  readonly infrastructure: Infrastructure;
  readonly jobs: Jobs;
}

type Step = readonly [name: string, take: (signal: AbortSignal) => Promise<string>];

/** Tries the way to Enterprise Manager step by step, and then that of the companion. */
export class ConnectionCheck {
  constructor(
    private readonly begin: () => Tried,
    private readonly companion: Transport | undefined,
  ) {}

  async run(signal: AbortSignal): Promise<readonly ConnectionStep[]> {
    const tried = this.begin();
    const taken: ConnectionStep[] = [];
    for (const [name, take] of stepsOf(tried)) {
      taken.push(await outcomeOf(name, () => take(signal)));
      if (!taken.at(-1)?.isPassed) return taken;
    }
    await tried.em.logOff(signal);
    return [...taken, ...((await this.companion?.checkConnection(signal)) ?? [])];
  }
}

const stepsOf = ({ em, infrastructure, jobs }: Tried): readonly Step[] => [
  ['Enterprise Manager', async (signal) => `it speaks ${(await em.versions(signal)).join(', ')}`],
  [
    'logon',
    async (signal) => {
      await em.logOn(signal);
      return 'the user name and the password are accepted';
    },
  ],
  ['vCenter', async (signal) => `machines are looked for in ${(await infrastructure.vcenter(signal)).name}`],
  [
    'templates',
    async (signal) => {
      const names = (await jobs.listTemplates(signal)).map(({ name }) => name);
      if (names.length > 0) return `${names.length} jobs can be copied: ${names.slice(0, 10).join(', ')}`;
      throw new ProviderError(
        'not_found',
        'there is no job that could be copied: make one in Veeam, for machines with a tag that none has',
      );
    },
  ],
];

async function outcomeOf(name: string, take: () => Promise<string>): Promise<ConnectionStep> {
  try {
    return { name, isPassed: true, detail: await take() };
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    return { name, isPassed: false, detail: error.message };
  }
}
