import { asText, type Answer } from './answers.js';
import { objectIn, type InventoryObject } from './inventory.js';
import type { Revision } from './revisions.js';

/** How many restore points are kept by a job that is made for a repository and not after a template. */
const KEPT_POINTS = 14;

/** What a job takes over from its template. */
const FROM_TEMPLATE: ReadonlySet<string> = new Set(['isHighPriority', 'storage', 'guestProcessing', 'schedule']);

/** The type of a job that backs up machines of vSphere. */
export const jobTypeOf = ({ has }: Revision): string => (has.vSphereBackup ? 'VSphereBackup' : 'Backup');

/** Whether a job backs up machines of vSphere, whatever its revision calls it. */
export const isVsphereJob = ({ type }: Answer): boolean => type === 'VSphereBackup' || type === 'Backup';

/** An object of vSphere as jobs and restores name it. */
export const objectFor = ({ has }: Revision, object: InventoryObject): Answer => ({
  ...object,
  ...(has.platforms ? { platform: has.vSpherePlatform ? 'VSphere' : 'VMware' } : {}),
});

/** A new job for one machine, that is what its template is but for its name and its machine. */
export function jobAfter(revision: Revision, template: Answer, about: JobIdentity): Answer {
  const copied = Object.entries(template).filter(([field]) => FROM_TEMPLATE.has(field));
  return { ...identity(revision, about), ...Object.fromEntries(copied) };
}

/** A new job for one machine, that keeps its backups in the repository and runs only when it is told to. */
export function jobInto(revision: Revision, repositoryId: string, about: JobIdentity): Answer {
  const automatic = revision.has.autoSelectEnabled ? { autoSelectEnabled: true } : { autoSelection: true };
  return {
    ...identity(revision, about),
    isHighPriority: false,
    storage: {
      backupRepositoryId: repositoryId,
      backupProxies: { ...automatic, proxyIds: [] },
      retentionPolicy: { type: 'RestorePoints', quantity: KEPT_POINTS },
      gfsPolicy: { isEnabled: false },
    },
    guestProcessing: { appAwareProcessing: { isEnabled: false }, guestFSIndexing: { isEnabled: false } },
    schedule: { runAutomatically: false },
  };
}

/** The job with this one machine in it; undefined if that is so already. */
export function retargeted(revision: Revision, job: Answer, machine: InventoryObject): Answer | undefined {
  const machines = (job['virtualMachines'] ?? {}) as Answer;
  const includes = Array.isArray(machines['includes']) ? (machines['includes'] as readonly Answer[]) : [];
  const [only, ...others] = includes.map(objectIn);
  if (others.length === 0 && asText(only?.['objectId']) === machine.objectId && job['isDisabled'] !== true) return undefined;
  const object = objectFor(revision, machine);
  // Older revisions have it inside of an item where they show a job, and want it so back.
  const included = revision.has.platforms ? object : { inventoryObject: object };
  return { ...job, isDisabled: false, virtualMachines: { ...machines, includes: [included] } };
}

interface JobIdentity {
  readonly name: string;
  readonly description: string;
  readonly machine: InventoryObject;
}

const identity = (revision: Revision, { name, description, machine }: JobIdentity): Answer => ({
  ...{ name, description, type: jobTypeOf(revision) },
  virtualMachines: { includes: [objectFor(revision, machine)] },
});
