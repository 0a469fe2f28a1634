import { EVERYONE } from '../../account/role-type.js';
import { ApiCommand, Parameter } from '../../api/command.js';
import { list } from '../../api/response.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';
import { OwnedListCommand } from '../owned-list-command.js';
import { asyncJobResponse, toAsyncJobResponse } from '../responses/async-job.js';

@ApiCommand({
  name: 'listAsyncJobs',
  description: 'Lists the jobs that have not ended yet',
  roles: EVERYONE,
  returns: asyncJobResponse,
})
export class ListAsyncJobsCmd extends OwnedListCommand {
  @Parameter({ type: 'date', description: 'only jobs created at this time or later' })
  startDate: Date | undefined;

  async execute(services: Services, { caller }: CallContext) {
    const filter = { keyword: this.keyword, since: this.startDate };
    const { rows, total } = await services.jobs.listPending(caller, this.ownersWished(undefined), filter, this.pageOf(services));
    return list('asyncjobs', rows.map(toAsyncJobResponse), total);
  }
}
