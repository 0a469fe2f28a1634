import { EVERYONE } from '../../account/role-type.js';
import { ApiCommand, Command, Parameter } from '../../api/command.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';
import { asyncJobResponse, toAsyncJobResponse } from '../responses/async-job.js';

@ApiCommand({
  name: 'queryAsyncJobResult',
  description: 'Says how far a job is and, once it has ended, what came of it',
  roles: EVERYONE,
  returns: asyncJobResponse,
})
export class QueryAsyncJobResultCmd extends Command {
  @Parameter({
    type: 'uuid',
    required: true,
    entity: 'asyncjobs',
    description: 'ID of the job, as the command that started it returned it',
  })
  jobId!: string;

  async execute({ jobs }: Services, { caller }: CallContext) {
    return toAsyncJobResponse(await jobs.get(caller, this.jobId));
  }
}
