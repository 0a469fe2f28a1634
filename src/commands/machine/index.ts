import type { CommandClass } from '../../api/command.js';
import { DeployVirtualMachineCmd } from './deploy-virtual-machine.js';
import { DestroyVirtualMachineCmd } from './destroy-virtual-machine.js';
import { ListVirtualMachinesCmd } from './list-virtual-machines.js';
import { StartVirtualMachineCmd } from './start-virtual-machine.js';
import { StopVirtualMachineCmd } from './stop-virtual-machine.js';

export const machineCommands: readonly CommandClass[] = [
  DeployVirtualMachineCmd,
  DestroyVirtualMachineCmd,
  ListVirtualMachinesCmd,
  StartVirtualMachineCmd,
  StopVirtualMachineCmd,
];
