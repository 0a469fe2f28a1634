import { ProviderError } from '../../../../src/provider/index.js';
import type { ConnectionStep } from '../../../../src/provider/index.js';
import { tryWay } from '../connection-steps.js';
import type { HttpsClient } from '../https-client.js';
import type { EmClient } from './client.js';
import { REFERENCES } from './entities.js';
import { templatesAmong } from './jobs.js';
import { Infrastructure } from './infrastructure.js';

interface Way {
  readonly https: HttpsClient;
  readonly em: EmClient;
  /** The name of the vCenter server that is set. */
  readonly vcenter: string;
}

const OF_EM = 'see that the setting url is the address of the API of Enterprise Manager, such as https://em.example:9398/api/';
const WHO = 'see that the settings username and password are right, and that the user may log on to Enterprise Manager';
const A_VCENTER = 'see that its server is in Veeam, and that the user may see it';
const NO_TEMPLATE = 'there is no job that could be copied: make one in Veeam, for the machines with a tag that no machine has';

/** Tries the way to Enterprise Manager, up to the first step that fails. */
export async function checkConnection({ https, em, vcenter }: Way, signal: AbortSignal): Promise<readonly ConnectionStep[]> {
  const infrastructure = new Infrastructure(em, vcenter);
  return tryWay({ https, path: '/', settings: 'the setting url' }, signal, [
    ['version', async (limited) => `versions ${(await em.versions(limited)).join(', ')} of the API`, OF_EM],
    ['login', (limited) => em.logOn(limited).then(() => 'the user name and the password are accepted'), WHO],
    ['vcenter', async (limited) => (await infrastructure.vcenter(limited)).name, A_VCENTER],
    [
      'templates',
      async (limited) => {
        const names = templatesAmong(await em.get('jobs', REFERENCES, limited)).map(({ name }) => name);
        if (names.length === 0) throw new ProviderError('not_found', NO_TEMPLATE);
        return `${names.length} jobs can be copied: ${names.slice(0, 10).join(', ')}`;
      },
      'see that the user has the role Portal Administrator',
    ],
  ]);
}
