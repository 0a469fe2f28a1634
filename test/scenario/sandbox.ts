import type { Answer } from '../../src/client/api-client.js';
import { only, takeBackup } from '../kit/scene.js';
import type { TestClient } from '../kit/test-client.js';

/** A machine of the sandbox, under a backup policy. */
export interface Guarded {
  readonly zoneId: string;
  readonly machineId: string;
}

/** Imports a policy and assigns the sandbox's machine db-1 to it. */
export async function guard(client: TestClient): Promise<Guarded> {
  const zoneId = String((await only(client, 'listZones', 'zone', { name: 'sandbox' })).id);
  const machineId = String((await only(client, 'listVirtualMachines', 'virtualmachine', { name: 'db-1' })).id);
  const { backuppolicy } = await client.run('importBackupPolicy', { name: 'Gold', externalid: 'gold-policy', zoneid: zoneId });
  await client.run('assignBackupPolicy', { backuppolicyid: String((backuppolicy as Answer).id), virtualmachineid: machineId });
  return { zoneId, machineId };
}

/** Takes a backup of the machine, stops the machine, and answers the backup's id. */
export async function backUpAndStop(client: TestClient, { machineId }: Guarded): Promise<string> {
  const backup = await takeBackup(client, machineId);
  await client.run('stopVirtualMachine', { id: machineId });
  return String(backup.id);
}

/** Makes every backup and restore of the zone last so long. */
export const slowDown = (client: TestClient, { zoneId }: Guarded, ms: number): Promise<Answer> =>
  client.call('updateConfiguration', { name: 'backup.plugin.dummy.delay.ms', value: String(ms), zoneid: zoneId });

/** Submits a job and answers its id. */
export const submit = async (client: TestClient, command: string, parameters: Readonly<Record<string, string>>): Promise<string> =>
  String((await client.call(command, parameters)).jobid);

/** Waits until the provider is at work for the job. */
export async function underWay(client: TestClient, jobid: string): Promise<void> {
  for (;;) {
    const { jobstatus, percentcomplete } = await client.call('queryAsyncJobResult', { jobid });
    if (jobstatus !== 0) throw new Error('the job ended too soon for this test');
    if (percentcomplete !== undefined) return;
  }
}
