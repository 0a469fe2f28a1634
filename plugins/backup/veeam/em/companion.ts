import type { Transport } from '../transport.js';

/** What speaks to the Backup & Replication server behind Enterprise Manager. */
export interface Companion extends Transport {
  /** The repository that a job keeps its backups in. */
  repositoryOf(job: string, signal: AbortSignal): Promise<string | undefined>;
}
