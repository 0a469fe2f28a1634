import { EVERYONE } from '../../account/role-type.js';
import { ApiCommand, Command, Parameter, type Subject } from '../../api/command.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';
import { restoredResponse, toRestoredResponse } from '../responses/restore.js';

@ApiCommand({
  name: 'restoreBackup',
  aliases: ['restoreVMBackup', 'restoreVMFromBackup'],
  description: 'Puts a stopped or destroyed virtual machine back to what a backup holds',
  since: '4.14.0',
  roles: EVERYONE,
  event: 'BACKUP.RESTORE',
  async: true,
  urgent: true,
  atProvider: true,
  returns: restoredResponse,
})
export class RestoreBackupCmd extends Command {
  @Parameter({ type: 'uuid', required: true, alsoNamed: ['backupid'], entity: 'backup', description: 'ID of the backup' })
  id!: string;

  @Parameter({
    type: 'uuid',
    entity: 'virtualmachine',
    description: 'the ID of the virtual machine; if given, it must be the one that was backed up',
  })
  virtualMachineId: string | undefined;

  @Parameter({ type: 'uuid', entity: 'zone', description: 'the ID of the zone; if given, it must be the zone of the backup' })
  zoneId: string | undefined;

  override async subject({ backups, machines, zones }: Services, { caller }: CallContext): Promise<Subject> {
    const backup = await backups.get(caller, this.id);
    if (this.virtualMachineId !== undefined) await machines.getIncludingRemoved(caller, this.virtualMachineId);
    if (this.zoneId !== undefined) zones.get(this.zoneId);
    return { type: 'Backup', uuid: backup.uuid, machineUuid: backups.machineUuid(backup), backupUuid: backup.uuid };
  }

  async execute({ restores }: Services, call: CallContext) {
    const wish = { vmUuid: this.virtualMachineId, zoneUuid: this.zoneId };
    return toRestoredResponse(await restores.restoreMachine(this.id, wish, call));
  }
}
