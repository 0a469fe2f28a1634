import type { CommandClass } from '../../api/command.js';
import { DeployVirtualMachineCmd } from './deploy-virtual-machine.js';
import { DestroyVirtualMachineCmd } from './destroy-virtual-machine.js';
import { ExpungeVirtualMachineCmd } from './expunge-virtual-machine.js';
import { ListNicsCmd } from './list-nics.js';
import { ListVirtualMachinesCmd } from './list-virtual-machines.js';
import { RebootVirtualMachineCmd } from './reboot-virtual-machine.js';
import { RecoverVirtualMachineCmd } from './recover-virtual-machine.js';
import { StartVirtualMachineCmd } from './start-virtual-machine.js';
import { StopVirtualMachineCmd } from './stop-virtual-machine.js';

export const machineCommands: readonly CommandClass[] = [
  DeployVirtualMachineCmd,
  DestroyVirtualMachineCmd,
  ExpungeVirtualMachineCmd,
  ListNicsCmd,
  ListVirtualMachinesCmd,
  RebootVirtualMachineCmd,
  RecoverVirtualMachineCmd,
  StartVirtualMachineCmd,
  StopVirtualMachineCmd,
];
