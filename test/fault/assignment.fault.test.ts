import { forEachEngine, testDatabase } from '../kit/engines.js';
import { noFault } from './assemble.js';
import { sweep } from './sweep.js';

forEachEngine((engine) => {
  const handle = testDatabase(engine);
  const stateOf = async (vmId: number) => (await handle.db.daos.assignments.findByVm(vmId))?.state;

  sweep('a machine that is said to be in an offering is in it, and one that is not can be assigned', handle, async (bench, plan) => {
    const vm = await bench.deploy();
    const wish = { virtualmachineid: vm.uuid, backupofferingid: bench.offering.uuid };
    const { succeeded, result } = await bench.run('assignVirtualMachineToBackupOffering', wish, vm.uuid, plan);
    const state = await stateOf(vm.id);
    if (succeeded) expect({ result, state }).toMatchObject({ state: 'Assigned' });
    // Nobody knows whether the provider has it.
    else expect({ result, isOut: state === undefined || state === 'Removing' }).toEqual({ result, isOut: true });
    const afterwards = async () => {
      if (!succeeded) expect(await stateOf(vm.id)).toBeUndefined();
      if (!succeeded) await bench.run('assignVirtualMachineToBackupOffering', wish, vm.uuid, noFault());
      expect([await stateOf(vm.id), await bench.isProtected(vm)]).toEqual(['Assigned', true]);
    };
    return { succeeded, afterwards };
  });

  sweep('a machine that is said to be in an offering is in it, and one that leaves is let go in the end', handle, async (bench, plan) => {
    const vm = await bench.protect();
    const wish = { virtualmachineid: vm.uuid };
    const { succeeded, result } = await bench.run('removeVirtualMachineFromBackupOffering', wish, vm.uuid, plan);
    const state = await stateOf(vm.id);
    if (succeeded) expect({ result, state }).toMatchObject({ state: undefined });
    else if (state === 'Assigned') expect(await bench.isProtected(vm)).toBe(true);
    else expect({ result, state }).toMatchObject({ state: 'Removing' });
    const afterwards = async () => {
      if (state === 'Assigned') await bench.run('removeVirtualMachineFromBackupOffering', wish, vm.uuid, noFault());
      expect([await stateOf(vm.id), await bench.isProtected(vm)]).toEqual([undefined, false]);
    };
    return { succeeded, afterwards };
  });
});
