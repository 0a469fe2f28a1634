import type { Answer } from '../../src/client/api-client.js';
import { Clock, hold } from '../kit/clock.js';
import { forEachEngine } from '../kit/engines.js';
import { backedUpMachine, each, listed, only, person } from '../kit/scene.js';
import { testServer } from '../kit/server.js';

forEachEngine((engine) => {
  const clock = new Clock();
  const server = testServer(engine, { now: clock.now, settings: { 'sandbox.enabled': false } });

  test('a job whose caller has lost its right while the job waited does nothing', async () => {
    const { account } = await server.createUser('owner');
    await server.createUser('host');
    const { user } = (await server.admin.call('createUser', { ...person('leaver'), account: String(account.name) })) as { user: Answer };
    const { userkeys } = (await server.admin.call('registerUserKeys', { id: String(user.id) })) as {
      userkeys: { apikey: string; secretkey: string };
    };
    const leaver = server.client(userkeys);
    const { vmId, zoneId, policyId, backupId, backup } = await backedUpMachine(server, { client: leaver });
    const [volumeid = ''] = backup.volumeids as string[];
    const machine = () => only(server.admin, 'listVirtualMachines', 'virtualmachine', { id: vmId });
    const before = await machine();
    const running = await hold(server, clock, zoneId, 'createBackup', { virtualmachineid: vmId });
    const jobs: string[] = [];
    for (const [command, parameters] of [
      ['createBackup', { virtualmachineid: vmId }],
      ['restoreBackup', { id: backupId }],
      ['restoreBackupVolume', { backupid: backupId, volumeid, virtualmachineid: vmId }],
      ['deleteBackup', { id: backupId }],
      ['removeVirtualMachineFromBackupOffering', { virtualmachineid: vmId }],
      ['assignVirtualMachineToBackupOffering', { virtualmachineid: vmId, backupofferingid: policyId }],
      ['startVirtualMachine', { id: vmId }],
      ['destroyVirtualMachine', { id: vmId, expunge: 'true' }],
    ] as const) {
      jobs.push(String((await leaver.call(command, parameters)).jobid));
    }
    await server.admin.call('moveUser', { id: String(user.id), account: 'host' });
    await running.letGo();
    const ended = await Promise.all(jobs.map((jobid) => server.admin.ended(jobid)));
    expect(ended.map(({ cmd, jobresult }) => [cmd, (jobresult as Answer).errorcode])).toEqual(ended.map(({ cmd }) => [cmd, 531]));
    const statuses = each(await listed(server.admin, 'listBackups', 'backup', { virtualmachineid: vmId }), 'status');
    expect([await machine(), statuses]).toEqual([before, ['BackedUp', 'BackedUp']]);
  });
});
