import { EVERYONE } from '../../account/role-type.js';
import { ApiCommand, Command, Parameter, type Subject } from '../../api/command.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';
import { toVolumeResponse, volumeResponse } from '../responses/volume.js';

@ApiCommand({
  name: 'attachVolume',
  description: 'Gives a volume that is attached to nothing to a virtual machine',
  roles: EVERYONE,
  event: 'VOLUME.ATTACH',
  async: true,
  returns: volumeResponse,
})
export class AttachVolumeCmd extends Command {
  @Parameter({ type: 'uuid', required: true, entity: 'volume', description: 'ID of the volume' })
  id!: string;

  @Parameter({ type: 'uuid', required: true, entity: 'virtualmachine', description: 'ID of the virtual machine' })
  virtualMachineId!: string;

  @Parameter({ type: 'long', description: 'device number that it gets in the machine; the first free one if absent' })
  deviceId: number | undefined;

  override async subject({ machines, volumes }: Services, { caller }: CallContext): Promise<Subject> {
    const { uuid } = await volumes.get(caller, this.id);
    const machine = await machines.get(caller, this.virtualMachineId);
    await volumes.assertMayChange(machine);
    return { type: 'Volume', uuid, machineUuid: machine.uuid };
  }

  async execute({ volumes }: Services, call: CallContext) {
    return { volume: toVolumeResponse(await volumes.attach(this.id, this.virtualMachineId, this.deviceId, call)) };
  }
}
