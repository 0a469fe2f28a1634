import type { CommandClass } from '../../api/command.js';
import { CancelAsyncJobCmd } from './cancel-async-job.js';
import { ListAsyncJobsCmd } from './list-async-jobs.js';
import { QueryAsyncJobResultCmd } from './query-async-job-result.js';

export const jobCommands: readonly CommandClass[] = [CancelAsyncJobCmd, ListAsyncJobsCmd, QueryAsyncJobResultCmd];
