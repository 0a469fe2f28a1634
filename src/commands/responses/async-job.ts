import { given, responseOf, type Fields } from '../../api/response.js';
import type { JobView } from '../../dao/job-dao.js';

export const asyncJobResponse = responseOf('asyncjobs', {
  accountid: ['string', 'ID of the account that started the job'],
  account: ['string', 'name of the account that started the job'],
  domainid: ['string', 'ID of the domain of that account'],
  domainpath: ['string', 'path of the domain of that account'],
  userid: ['string', 'ID of the user who started the job'],
  cmd: ['string', 'command that the job runs'],
  jobprocstatus: ['integer', 'always 0'],
  jobresultcode: ['integer', '0, or the error code of a failed job'],
  jobresulttype: ['string', 'object once there is a result'],
  jobresult: ['responseobject', 'answer of the command, or what went wrong'],
  jobinstancetype: ['string', 'kind of thing that the job works on'],
  jobinstanceid: ['string', 'ID of the thing that the job works on'],
  managementserverid: ['string', 'the server that runs the job'],
  percentcomplete: ['integer', 'how much of the work is done, if the job can tell'],
  created: ['date', 'when the job was created'],
  completed: ['date', 'when the job ended'],
  jobid: ['string', 'ID of the job'],
  jobstatus: ['integer', '0 while it waits or runs, 1 if it succeeded, 2 if it failed'],
});

export const toAsyncJobResponse = (job: JobView): Fields<typeof asyncJobResponse> => ({
  accountid: job.accountUuid,
  account: job.accountName,
  domainid: job.domainUuid,
  domainpath: job.domainPath,
  userid: job.userUuid,
  cmd: job.command,
  jobprocstatus: 0,
  jobresultcode: job.resultCode,
  jobresulttype: job.result === null ? undefined : 'object',
  jobresult: job.result === null ? undefined : (JSON.parse(job.result) as object),
  jobinstancetype: given(job.instanceType),
  jobinstanceid: given(job.instanceUuid),
  managementserverid: given(job.holder),
  percentcomplete: given(job.percent),
  created: job.created,
  completed: given(job.completed),
  jobid: job.uuid,
  jobstatus: job.status,
});
