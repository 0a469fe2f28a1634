import { given, responseOf, type Fields } from '../../api/response.js';
import type { JobView } from '../../dao/job-dao.js';

export const asyncJobResponse = responseOf('asyncjobs', {
  accountid: ['string', 'the account id that executed the async command'],
  account: ['string', 'the account that executed the async command'],
  domainid: ['string', 'the domain id that executed the async command'],
  domainpath: ['string', 'the domain that executed the async command'],
  userid: ['string', 'the user that executed the async command'],
  cmd: ['string', 'the async command executed'],
  jobprocstatus: ['integer', 'the progress information of the job'],
  jobresultcode: ['integer', 'the result code for the job'],
  jobresulttype: ['string', 'the result type'],
  jobresult: ['responseobject', 'the result reason'],
  jobinstancetype: ['string', 'the instance/entity object related to the job'],
  jobinstanceid: ['string', 'the unique ID of the instance/entity object related to the job'],
  managementserverid: ['string', 'the server that runs the job'],
  percentcomplete: ['integer', 'how much of the work is done, if the job can tell'],
  created: ['date', 'the created date of the job'],
  completed: ['date', 'the completed date of the job'],
  jobid: ['string', 'the ID of the latest async job acting on this object'],
  jobstatus: ['integer', 'the current job status-should be 0 for PENDING, 1 for SUCCEEDED, 2 for FAILED'],
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
