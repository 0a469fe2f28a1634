import type { CommandSpec } from '../api/command.js';

/** What a command that becomes a job answers at once: the job's id, and the id of what it will create. */
export const acknowledgementOf = ({ creates }: Pick<CommandSpec, 'creates'>, jobid: string, id: string | null | undefined): object =>
  creates && typeof id === 'string' ? { id, jobid } : { jobid };
