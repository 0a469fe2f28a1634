import { EVERYONE } from '../../account/role-type.js';
import { ApiCommand, Parameter } from '../../api/command.js';
import { list } from '../../api/response.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';
import { PagedCommand } from '../paged-command.js';
import { backupRetentionResponse, toBackupRetentionResponse } from '../responses/backup-retention.js';
import { keepingAsOffering } from '../retention-parameters.js';

@ApiCommand({
  name: 'previewBackupRetention',
  description:
    'Tells which backups the retention rules let go, why the others are kept, and when they go, and changes nothing; with parameters of a ' +
    'rule: if that were the rule of the schedule or of the offering',
  roles: EVERYONE,
  returns: backupRetentionResponse,
})
export class PreviewBackupRetentionCmd extends keepingAsOffering(PagedCommand) {
  @Parameter({ type: 'uuid', entity: 'virtualmachine', description: 'the backups of this virtual machine' })
  virtualMachineId: string | undefined;

  @Parameter({ type: 'uuid', entity: 'backupschedule', description: 'the backups of the virtual machine that has this schedule' })
  scheduleId: string | undefined;

  @Parameter({
    type: 'uuid',
    entity: 'backupoffering',
    description: 'the backups of the virtual machines that are in this offering, or of the one with virtualmachineid',
  })
  backupOfferingId: string | undefined;

  @Parameter({
    type: 'integer',
    description: 'how many days are looked ahead, as if the schedules took all their backups; 30 for one virtual machine, 366 at most',
  })
  lookAheadDays: number | undefined;

  async execute(services: Services, { caller }: CallContext) {
    const { virtualMachineId: vmUuid, scheduleId: scheduleUuid, backupOfferingId: offeringUuid } = this;
    const { keyword, lookAheadDays: aheadDays } = this;
    const question = { vmUuid, scheduleUuid, offeringUuid, keyword, aheadDays, tried: this };
    const { rows, total } = await services.retentionPreview.preview(caller, question, this.pageOf(services));
    return list('backupretention', rows.map(toBackupRetentionResponse), total);
  }
}
