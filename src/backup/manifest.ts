import type { Machine, Volume } from '../provider/index.js';

/** What a backup holds, kept with it: enough to restore it when the machine's row is gone. Nothing is told by the order of a list. */
export interface Manifest {
  readonly machine: Machine;
  /** What the provider has confirmed; while the backup is being taken, what it was asked for. */
  readonly volumes: readonly Volume[];
}

export const writeManifest = (manifest: Manifest): string => JSON.stringify(manifest);

export const readManifest = (text: string): Manifest => JSON.parse(text) as Manifest;

export const totalSize = (volumes: readonly Volume[]): number => volumes.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);

/** Whether these are the same volumes, whatever is known of them; the order tells nothing. */
export function holdsSame(some: readonly Volume[], others: readonly Volume[]): boolean {
  const uuids = new Set(some.map(({ uuid }) => uuid));
  return some.length === others.length && others.every(({ uuid }) => uuids.has(uuid));
}
