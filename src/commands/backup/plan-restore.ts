import { EVERYONE } from '../../account/role-type.js';
import { ApiCommand, Command, Parameter } from '../../api/command.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';
import { restorePlanResponse, toRestorePlanResponse } from '../responses/restore-plan.js';

@ApiCommand({
  name: 'planRestore',
  description:
    'Tells what a restore would do and all that is wrong with it, and changes nothing: of a volume with volumeid; of a new virtual ' +
    'machine with zoneid alone; else of the virtual machine in place',
  roles: EVERYONE,
  returns: restorePlanResponse,
})
export class PlanRestoreCmd extends Command {
  @Parameter({ type: 'uuid', required: true, alsoNamed: ['backupid'], entity: 'backup', description: 'ID of the backup' })
  id!: string;

  @Parameter({ type: 'string', description: 'ID of a volume inside the backup, to restore only that one' })
  volumeId: string | undefined;

  @Parameter({
    type: 'uuid',
    entity: 'virtualmachine',
    description: 'ID of the virtual machine that gets the volume, or that is put back; the one that was backed up if absent',
  })
  virtualMachineId: string | undefined;

  @Parameter({ type: 'uuid', entity: 'zone', description: 'without the other two: the zone in which a new virtual machine would be made' })
  zoneId: string | undefined;

  async execute({ restorePlanner }: Services, call: CallContext) {
    const wish = { vmUuid: this.virtualMachineId, zoneUuid: this.zoneId };
    return { restoreplan: toRestorePlanResponse(await restorePlanner.plan(this.id, this.volumeId, wish, call)) };
  }
}
