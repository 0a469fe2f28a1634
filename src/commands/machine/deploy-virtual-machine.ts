import { randomUUID } from 'node:crypto';
import { EVERYONE } from '../../account/role-type.js';
import { ApiCommand, Command, Parameter, type Subject } from '../../api/command.js';
import type { CallContext } from '../../call-context.js';
import { invalid } from '../../errors.js';
import type { NewMachine } from '../../inventory/machine-manager.js';
import type { Services } from '../../services.js';
import { diskBytes } from '../disk-size.js';
import { toVirtualMachineResponse, virtualMachineResponse } from '../responses/virtual-machine.js';

/** What a machine gets when nothing else is asked for. */
const DEFAULTS = { rootGib: 8, cpuNumber: 1, cpuSpeed: 1000, memory: 512 };

@ApiCommand({
  name: 'deployVirtualMachine',
  description: 'Creates a virtual machine and, unless told otherwise, starts it',
  roles: EVERYONE,
  event: 'VM.CREATE',
  async: true,
  creates: true,
  returns: virtualMachineResponse,
})
export class DeployVirtualMachineCmd extends Command {
  @Parameter({ type: 'uuid', required: true, entity: 'zone', description: 'zone in which the machine is created' })
  zoneId!: string;

  @Parameter({ type: 'string', description: 'name of the machine inside its guest' })
  name: string | undefined;

  @Parameter({ type: 'string', description: 'name shown to people; that of the machine if absent' })
  displayName: string | undefined;

  @Parameter({ type: 'string', description: 'account that will own the machine; needs domainid' })
  account: string | undefined;

  @Parameter({ type: 'uuid', entity: 'domain', description: 'domain of that account' })
  domainId: string | undefined;

  @Parameter({ type: 'long', description: 'size of the root disk in GiB' })
  rootDiskSize: number | undefined;

  @Parameter({ type: 'long', description: 'size of a data disk in GiB; without it there is none' })
  size: number | undefined;

  @Parameter({ type: 'boolean', description: 'whether to start the machine once it is created; true if absent' })
  startVm: boolean | undefined;

  @Parameter({ type: 'map', description: 'size of the machine: cpuNumber, cpuSpeed (MHz), memory (MiB)' })
  details: readonly Readonly<Record<string, string>>[] | undefined;

  override async subject({ machines }: Services, { caller }: CallContext): Promise<Subject> {
    await machines.checkNew(caller, this.wish());
    const uuid = randomUUID();
    return { type: 'VirtualMachine', uuid, machineUuid: uuid };
  }

  async execute({ machines }: Services, call: CallContext) {
    return { virtualmachine: toVirtualMachineResponse(await machines.deploy(this.wish(), call)) };
  }

  private wish(): NewMachine {
    return {
      zoneUuid: this.zoneId,
      name: this.name,
      displayName: this.displayName,
      account: this.account,
      domainUuid: this.domainId,
      cpuNumber: this.detail('cpuNumber', DEFAULTS.cpuNumber),
      cpuSpeedMhz: this.detail('cpuSpeed', DEFAULTS.cpuSpeed),
      memoryMb: this.detail('memory', DEFAULTS.memory),
      rootSizeBytes: diskBytes('rootdisksize', this.rootDiskSize ?? DEFAULTS.rootGib),
      dataSizesBytes: this.size === undefined ? [] : [diskBytes('size', this.size)],
      start: this.startVm ?? true,
    };
  }

  private detail(name: string, standard: number): number {
    const text = this.details?.find((record) => record[name] !== undefined)?.[name];
    if (text === undefined) return standard;
    if (!/^[1-9]\d{0,6}$/.test(text)) throw invalid('details', `${name} "${text}" is not a positive number`);
    return Number(text);
  }
}
