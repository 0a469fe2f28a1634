import { EVERYONE } from '../../account/role-type.js';
import { ApiCommand, Command, Parameter, type Subject } from '../../api/command.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';
import { toVolumeResponse, volumeResponse } from '../responses/volume.js';

@ApiCommand({
  name: 'detachVolume',
  description: 'Takes a volume off its virtual machine',
  roles: EVERYONE,
  event: 'VOLUME.DETACH',
  async: true,
  returns: volumeResponse,
})
export class DetachVolumeCmd extends Command {
  @Parameter({ type: 'uuid', required: true, entity: 'volume', description: 'ID of the volume' })
  id!: string;

  override async subject({ volumes }: Services, { caller }: CallContext): Promise<Subject> {
    const volume = await volumes.get(caller, this.id);
    const machine = await volumes.machineOf(volume);
    if (machine) await volumes.assertMayChange(machine);
    return { type: 'Volume', uuid: volume.uuid, ...(machine ? { machineUuid: machine.uuid } : {}) };
  }

  async execute({ volumes }: Services, call: CallContext) {
    return { volume: toVolumeResponse(await volumes.detach(this.id, call)) };
  }
}
