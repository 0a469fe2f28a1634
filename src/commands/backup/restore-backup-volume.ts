import { EVERYONE } from '../../account/role-type.js';
import { ApiCommand, Command, Parameter, type Subject } from '../../api/command.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';
import { restoredResponse, toRestoredResponse } from '../responses/restore.js';

@ApiCommand({
  name: 'restoreBackupVolume',
  aliases: ['restoreVolumeFromBackupAndAttachToVM', 'restoreBackupVolumeAndAttachToVM'],
  description: 'Restores a volume of a backup as a new volume and attaches it to a virtual machine',
  roles: EVERYONE,
  event: 'BACKUP.RESTORE.VOLUME.TO.VM',
  async: true,
  urgent: true,
  atProvider: true,
  returns: restoredResponse,
})
export class RestoreBackupVolumeCmd extends Command {
  @Parameter({ type: 'uuid', required: true, entity: 'backup', description: 'ID of the backup' })
  backupId!: string;

  @Parameter({ type: 'string', required: true, description: 'ID of the volume inside the backup' })
  volumeId!: string;

  @Parameter({
    type: 'uuid',
    required: true,
    entity: 'virtualmachine',
    description: 'ID of the virtual machine that the restored volume is attached to',
  })
  virtualMachineId!: string;

  @Parameter({ type: 'uuid', entity: 'zone', description: 'the ID of the zone; if given, it must be the zone of the backup' })
  zoneId: string | undefined;

  override async subject({ backups, machines, zones }: Services, { caller }: CallContext): Promise<Subject> {
    const { uuid } = await backups.get(caller, this.backupId);
    const target = await machines.get(caller, this.virtualMachineId);
    if (this.zoneId !== undefined) zones.get(this.zoneId);
    return { type: 'Backup', uuid, machineUuid: target.uuid, backupUuid: uuid };
  }

  async execute({ restores }: Services, call: CallContext) {
    const wish = { vmUuid: this.virtualMachineId, zoneUuid: this.zoneId };
    return toRestoredResponse(await restores.restoreVolume(this.backupId, this.volumeId, wish, call));
  }
}
