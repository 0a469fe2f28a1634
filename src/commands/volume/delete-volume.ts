import { EVERYONE } from '../../account/role-type.js';
import { ApiCommand, Command, Parameter } from '../../api/command.js';
import { successResponse } from '../../api/response.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';

@ApiCommand({
  name: 'deleteVolume',
  description: 'Deletes a volume that is attached to nothing, with what it holds',
  roles: EVERYONE,
  event: 'VOLUME.DELETE',
  returns: successResponse,
})
export class DeleteVolumeCmd extends Command {
  @Parameter({ type: 'uuid', required: true, entity: 'volume', description: 'ID of the volume' })
  id!: string;

  async execute({ volumeDeletion }: Services, call: CallContext) {
    await volumeDeletion.delete(this.id, call);
    return { success: true };
  }
}
