import type { Answer } from '../../../../src/client/api-client.js';
import { forEachEngine, install, present, type Installation } from '../../../../test/kit/engines.js';
import { startProcess, type ServerProcess } from '../../../../test/kit/process.js';
import { listed, only, volumesOf } from '../../../../test/kit/scene.js';
import type { TestClient } from '../../../../test/kit/test-client.js';
import { USER, vbrBench } from './bench.js';
import { MACHINE, protect, useVeeam } from './veeam-sandbox.js';

const TEST_MS = 60_000;

forEachEngine((engine) => {
  let opened: Installation | undefined;
  let running: ServerProcess | undefined;
  let bench: Awaited<ReturnType<typeof vbrBench>> | undefined;
  beforeEach(async () => {
    opened = await install(engine);
    bench = await vbrBench('1.3-rev2');
  });
  afterEach(async () => {
    await running?.kill();
    await bench?.close();
    await opened?.drop();
  });

  /** A server with a backup of the machine in Veeam. */
  async function backedUp(): Promise<{ client: TestClient; zoneid: string; vmId: string; backupid: string }> {
    const { estate, server } = present(bench);
    const { dataDir, dbUrl } = present(opened);
    running = await startProcess({ dataDir, dbUrl });
    const client = await running.client();
    const settings = { api: 'vbr', 'vbr.url': server.origin, 'ca.file': server.caFile, ...USER };
    const sandbox = await useVeeam(client, estate, { ...settings, 'task.poll.interval': '1', 'task.poll.max.retry': '2' });
    await protect(client, sandbox);
    const { zoneid, vmId } = sandbox;
    await client.run('createBackup', { virtualmachineid: vmId });
    const backupid = String((await only(client, 'listBackups', 'backup', { virtualmachineid: vmId })).id);
    return { client, zoneid, vmId, backupid };
  }

  test(
    'a new machine is made of a backup as it was, and is gone again when it was to be larger',
    async () => {
      const { estate } = present(bench);
      const { client, zoneid, vmId, backupid } = await backedUp();
      const [content, moref] = [estate.contentOf(MACHINE), estate.machine(MACHINE).moref];
      estate.scribble(MACHINE);
      // What vCenter shows of a machine that the source has made.
      const { moref: empty } = estate.addMachine('copy', []);
      const order = { zoneid, backupid, startvm: 'false' };
      const { virtualmachine } = await client.run('createVMFromBackup', { ...order, name: 'copy' });
      const copy = virtualmachine as Answer;
      expect(copy).toMatchObject({ name: 'copy', state: 'Stopped' });
      expect(estate.contentOf('copy')).toEqual(content);
      expect([estate.machine(MACHINE).moref, estate.machine('copy').moref === empty]).toEqual([moref, false]);
      const sizes = async (id: string) => (await volumesOf(client, id)).map(({ size, deviceid }) => [size, deviceid]);
      expect(await sizes(String(copy.id))).toEqual(await sizes(vmId));
      expect((await client.run('startVirtualMachine', { id: String(copy.id) })).virtualmachine).toMatchObject({ state: 'Running' });

      estate.addMachine('large', []);
      const wish = client.run('createVMFromBackup', { ...order, name: 'large', rootdisksize: '500' });
      await expect(wish).rejects.toThrow('make the machine with disks of the sizes in the backup');
      expect(await listed(client, 'listVirtualMachines', 'virtualmachine', { name: 'large' })).toEqual([]);
      expect(estate.contentOf('large')).toEqual(new Map());
    },
    TEST_MS,
  );
});
