import type { Answer } from '../../../../src/client/api-client.js';
import { listed, only, volumesOf } from '../../../../test/kit/scene.js';
import type { TestClient } from '../../../../test/kit/test-client.js';
import type { Estate } from './fake/estate.js';

/** The machine of the sandbox that Veeam knows. */
export const MACHINE = 'db-1';

/** A zone whose backup system is Veeam, and its machine. */
export interface VeeamSandbox {
  readonly zoneid: string;
  readonly vmId: string;
}

/** Makes Veeam the backup system of the sandbox, by these settings of the plugin, and the machine known there. */
export async function useVeeam(client: TestClient, estate: Estate, settings: Readonly<Record<string, string>>): Promise<VeeamSandbox> {
  const zoneid = String((await only(client, 'listZones', 'zone', { name: 'sandbox' })).id);
  for (const [key, value] of Object.entries(settings)) {
    await client.call('updateConfiguration', { name: `backup.plugin.veeam.${key}`, value, zoneid });
  }
  await client.call('updateConfiguration', { name: 'backup.framework.provider.plugin', value: 'veeam', zoneid });
  const vmId = String((await only(client, 'listVirtualMachines', 'virtualmachine', { name: MACHINE })).id);
  const disks = (await volumesOf(client, vmId)).map(({ size, deviceid }) => ({ sizeBytes: Number(size), slot: Number(deviceid) }));
  estate.addMachine(MACHINE, disks);
  return { zoneid, vmId };
}

/** Puts the machine under the first thing that Veeam offers. */
export async function protect(client: TestClient, { zoneid, vmId }: VeeamSandbox): Promise<void> {
  const [offering] = await listed(client, 'listBackupPolicies', 'backuppolicy', { external: 'true', zoneid });
  const imported = await client.run('importBackupPolicy', { name: 'First', externalid: String(offering?.externalid), zoneid });
  await client.run('assignBackupPolicy', { backuppolicyid: String((imported.backuppolicy as Answer).id), virtualmachineid: vmId });
}
