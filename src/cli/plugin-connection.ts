import { ApiClient, type Answer } from '../client/api-client.js';
import { callerCredentials } from './credentials.js';

interface Step {
  readonly name: string;
  readonly success: boolean;
  readonly detail: string;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** `stackvault plugin check <name> --zone <zone>`: has the running server try the way to the backup system; whether every step was passed. */
export async function checkConnection(provider: string, zone: string): Promise<boolean> {
  const client = new ApiClient(await callerCredentials());
  const { zone: zones = [] } = await client.call('listZones', UUID.test(zone) ? { id: zone } : { name: zone });
  const [found] = zones as readonly Answer[];
  if (!found) throw new Error(`there is no zone ${zone}; see: stackvault call listZones`);
  const { backupprovidercheck: report } = await client.call('checkBackupProvider', { zoneid: String(found.id), provider });
  const { success, steps } = report as { success: boolean; steps: readonly Step[] };
  const lines = steps.map((step) => `  ${step.success ? 'passed' : 'FAILED'}  ${step.name}: ${step.detail}`);
  const told = lines.length > 0 ? lines : ['  it has nothing outside that could be tried'];
  process.stdout.write(`${provider} in zone ${String(found.name)}\n${told.join('\n')}\n`);
  return success;
}
