import { Command, Parameter, type Subject } from '../../api/command.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';

/** A job on one machine that answers the machine. */
export abstract class MachineActionCommand extends Command {
  @Parameter({ type: 'uuid', required: true, entity: 'virtualmachine', description: 'which virtual machine' })
  id!: string;

  override async subject({ machines }: Services, { caller }: CallContext): Promise<Subject> {
    const { uuid } = await machines.get(caller, this.id);
    return { type: 'VirtualMachine', uuid, machineUuid: uuid };
  }
}
