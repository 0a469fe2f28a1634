import { randomUUID } from 'node:crypto';
import { EVERYONE } from '../../account/role-type.js';
import { ApiCommand, Command, Parameter, type Subject } from '../../api/command.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';
import { diskBytes } from '../disk-size.js';
import { toVolumeResponse, volumeResponse } from '../responses/volume.js';

@ApiCommand({
  name: 'createVolume',
  description: 'Creates an empty data volume, attached to nothing',
  roles: EVERYONE,
  event: 'VOLUME.CREATE',
  async: true,
  creates: true,
  returns: volumeResponse,
})
export class CreateVolumeCmd extends Command {
  @Parameter({ type: 'string', required: true, description: 'name of the volume' })
  name!: string;

  @Parameter({ type: 'uuid', required: true, entity: 'zone', description: 'ID of the zone' })
  zoneId!: string;

  @Parameter({ type: 'uuid', entity: 'diskoffering', description: 'disk offering of the volume' })
  diskOfferingId: string | undefined;

  @Parameter({ type: 'long', description: 'size in GiB; needed unless the disk offering has one' })
  size: number | undefined;

  @Parameter({ type: 'string', description: 'account that will own the volume; needs domainid' })
  account: string | undefined;

  @Parameter({ type: 'uuid', entity: 'domain', description: 'domain of that account' })
  domainId: string | undefined;

  @Parameter({ type: 'uuid', entity: 'project', description: 'project that will own the volume; there are none' })
  projectId: string | undefined;

  override async subject({ volumes }: Services, call: CallContext): Promise<Subject> {
    await volumes.checkNew(this.wish(), call);
    return { type: 'Volume', uuid: randomUUID() };
  }

  async execute({ volumes }: Services, call: CallContext) {
    return { volume: toVolumeResponse(await volumes.create(this.wish(), call)) };
  }

  private wish() {
    return {
      zoneUuid: this.zoneId,
      name: this.name,
      diskOfferingUuid: this.diskOfferingId,
      sizeBytes: this.size === undefined ? undefined : diskBytes('size', this.size),
      account: this.account,
      domainUuid: this.domainId,
      project: this.projectId,
    };
  }
}
