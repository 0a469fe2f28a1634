import type { CommandClass } from '../../api/command.js';
import { ListAsyncJobsCmd } from './list-async-jobs.js';
import { QueryAsyncJobResultCmd } from './query-async-job-result.js';

export const jobCommands: readonly CommandClass[] = [ListAsyncJobsCmd, QueryAsyncJobResultCmd];
