import type { Answer } from '../../src/client/api-client.js';
import type { Clock } from './clock.js';
import type { TestServer } from './server.js';

/** How long something must have been looked for in vain before anything comes of it. */
export const GRACE = 'backup.missing.grace.seconds';

/** What the report of a look counts at which nothing is new. */
export const NOTHING = { adopted: 0, updated: 0, missing: 0, back: 0, settled: 0, cleaned: 0, unclaimed: 0 };

/** Looks at the only provider of the zone, a second after the last look; answers the report. The server must go by the clock. */
export async function sync(server: TestServer, clock: Clock, zoneid: string, more: Readonly<Record<string, string>> = {}): Promise<Answer> {
  clock.forward(1000);
  const { backupsync } = await server.admin.run('syncBackups', { zoneid, ...more });
  const [report, ...others] = backupsync as Answer[];
  if (!report || others.length > 0) throw new Error('there is not one report');
  return report;
}
