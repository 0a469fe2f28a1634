import type { TestServer } from './server.js';

/** The digests of a machine's volumes as the server has recorded them, by volume. */
export async function digestsOf({ db }: TestServer, vmUuid: string): Promise<Record<string, string | null>> {
  const vm = await db.daos.vms.findByUuidIncludingRemoved(vmUuid);
  if (!vm) throw new Error(`there is no machine ${vmUuid}`);
  const volumes = await db.daos.volumes.listByVm(vm.id);
  return Object.fromEntries(volumes.map(({ uuid, digest }) => [uuid, digest]));
}
