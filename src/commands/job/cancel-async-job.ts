import { EVERYONE } from '../../account/role-type.js';
import { ApiCommand, Command, Parameter } from '../../api/command.js';
import { successResponse } from '../../api/response.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';

@ApiCommand({
  name: 'cancelAsyncJob',
  description:
    'Ends a job that has not begun, or has a backup given up that is being taken; other work that has begun is carried to its end',
  roles: EVERYONE,
  event: 'JOB.CANCEL',
  returns: successResponse,
})
export class CancelAsyncJobCmd extends Command {
  @Parameter({
    type: 'uuid',
    required: true,
    entity: 'asyncjobs',
    description: 'ID of the job; queryAsyncJobResult tells when it has ended, and how',
  })
  jobId!: string;

  async execute({ jobs }: Services, { caller }: CallContext) {
    await jobs.cancel(caller, this.jobId);
    return { success: true };
  }
}
