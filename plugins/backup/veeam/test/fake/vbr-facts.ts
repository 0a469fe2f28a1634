/** What the API of Backup & Replication has at one revision. */
export interface VbrFacts {
  readonly revision: string;
  readonly isNewer: boolean;
  readonly deletesBackups: boolean;
}

const factsOf = (revision: string): VbrFacts => ({
  revision,
  isNewer: !revision.startsWith('1.1'),
  deletesBackups: !revision.startsWith('1.1'),
});

/** Where the documents leave open how a server behaves, and a test chooses. */
export interface VbrDoubts {
  /** Whether the server describes its API in a way that can be read. */
  describesItself: boolean;
  /** Whether a single restore point can be deleted, where backups can. */
  deletesRestorePoints: boolean;
  /** Whether single disks can be mounted out of a backup. */
  mountsDisks: boolean;
  /** Whether disks are known by the keys of their devices, or by names that tell nothing. */
  tellsUnits: boolean;
  /** Whether a chain is named after its job only, or after its machine too. */
  namesMachines: boolean;
  /** Whether items of lists have fields that nobody knows. */
  hasUnknownFields: boolean;
  /** The most that a page holds, whatever is asked for. */
  longestPage: number;
}

/** Backup & Replication as of one version: the revisions that it speaks, and what each of them has. */
export function factsFor(newest: string): readonly VbrFacts[] {
  const all = ['1.1-rev0', '1.1-rev1', '1.1-rev2', '1.2-rev0', '1.2-rev1', '1.3-rev0', '1.3-rev1', '1.3-rev2'];
  return all.slice(0, all.indexOf(newest) + 1).map(factsOf);
}

/** Where the API has what changed its place between the revisions. */
export const placesOf = ({ isNewer }: VbrFacts) => ({
  restorePoints: isNewer ? '/api/v1/restorePoints' : '/api/v1/objectRestorePoints',
  restorePointId: isNewer ? 'restorePointId' : 'objectRestorePointId',
  restore: isNewer ? '/api/v1/restore/vmRestore/vSphere' : '/api/v1/restore/vmRestore/vmware/',
  disks: `/api/v1/restore/instantRecovery/${isNewer ? 'vSphere' : 'vmware'}/fcd`,
  jobType: isNewer ? 'VSphereBackup' : 'Backup',
  automaticProxies: isNewer ? 'autoSelectEnabled' : 'autoSelection',
});

/** The description of the API that the server gives to everybody. */
export function descriptionOf(facts: VbrFacts, doubts: VbrDoubts) {
  const places = placesOf(facts);
  const paths: Record<string, Record<string, unknown>> = {
    '/api/v1/jobs': { get: {}, post: {} },
    '/api/v1/backups/{id}': facts.deletesBackups ? { get: {}, delete: {} } : { get: {} },
    [places.restorePoints]: { get: {} },
    [`${places.restorePoints}/{id}`]: facts.deletesBackups && doubts.deletesRestorePoints ? { get: {}, delete: {} } : { get: {} },
    [places.restore]: { post: {} },
    ...(doubts.mountsDisks ? { [places.disks]: { get: {}, post: {} } } : {}),
    ...(facts.isNewer ? { '/api/v1/backups/{id}/backupFiles': { get: {} } } : {}),
  };
  const field = (name: string) => ({ allOf: [{ properties: {} }, { properties: { [name]: { type: 'boolean' } } }] });
  const schemas = {
    EntireViVMOriginalLocationRestoreSpec: field(facts.isNewer ? 'overwrite' : 'quickRollback'),
    [facts.isNewer ? 'VSphereObjectModel' : 'VmwareObjectModel']: field(facts.isNewer ? 'platform' : 'hostName'),
    BackupProxiesSettingsModel: field(places.automaticProxies),
  };
  return { openapi: '3.0.1', info: { version: facts.revision }, paths, components: { schemas } };
}
