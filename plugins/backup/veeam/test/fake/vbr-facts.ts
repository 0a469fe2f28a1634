import type { FakeSession } from './sessions.js';

/** What the API of Backup & Replication has at one revision. */
export interface VbrFacts {
  readonly revision: string;
  /** From 1.2 on. */
  readonly isNewer: boolean;
  /** From 1.3 on. */
  readonly isNewest: boolean;
  /** A restore says whether it writes over the machine that is there. */
  readonly overwrites: boolean;
}

const factsOf = (revision: string): VbrFacts => ({
  revision,
  isNewer: !revision.startsWith('1.1'),
  isNewest: revision.startsWith('1.3'),
  overwrites: revision.startsWith('1.3') && revision !== '1.3-rev0',
});

/** Where the documents leave open how a server behaves, and a test chooses. */
export interface VbrDoubts {
  /** Whether the server describes its API in a way that can be read. */
  describesItself: boolean;
  /** Whether a single restore point can be deleted, where backups can. */
  deletesRestorePoints: boolean;
  /** Whether single disks can be mounted out of a backup. */
  mountsDisks: boolean;
  /** Whether a mount that has failed is still shown. */
  keepsFailedMounts: boolean;
  /** Whether disks are known by the keys of their devices, or by names that tell nothing. */
  tellsUnits: boolean;
  /** Whether a chain is named after its job only, or after its machine too. */
  namesMachines: boolean;
  /** Whether the session of a restore to another name is named after that, or after what was backed up. */
  namesTargets: boolean;
  /** Whether the list of backups shows all of them, or leaves out those that are parts of others. */
  listsParts: boolean;
  /** Whether items of lists have fields that nobody knows. */
  hasUnknownFields: boolean;
  /** The most that a page holds, whatever is asked for. */
  longestPage: number;
}

/** As a server of today is taken to be. */
export const USUAL_DOUBTS: VbrDoubts = {
  ...{ describesItself: true, deletesRestorePoints: true, mountsDisks: true, keepsFailedMounts: true },
  ...{ tellsUnits: true, namesMachines: false, namesTargets: false, listsParts: true, hasUnknownFields: true, longestPage: 100_000 },
};

/** The other way round in everything, with pages that are soon full. */
export const OTHER_DOUBTS: VbrDoubts = {
  ...{ describesItself: false, deletesRestorePoints: false, mountsDisks: false, keepsFailedMounts: false },
  ...{ tellsUnits: false, namesMachines: true, namesTargets: true, listsParts: false, hasUnknownFields: false, longestPage: 2 },
};

/** Backup & Replication as of one version: the revisions that it speaks, and what each of them has. */
export function factsFor(newest: string): readonly VbrFacts[] {
  const all = ['1.1-rev0', '1.1-rev1', '1.1-rev2', '1.2-rev0', '1.2-rev1', '1.3-rev0', '1.3-rev1', '1.3-rev2'];
  return all.slice(0, all.indexOf(newest) + 1).map(factsOf);
}

/** Where the API has what changed its place between the revisions. */
export const placesOf = ({ isNewer, isNewest }: VbrFacts) => ({
  restorePoints: isNewer ? '/api/v1/restorePoints' : '/api/v1/objectRestorePoints',
  restorePointId: isNewer ? 'restorePointId' : 'objectRestorePointId',
  restore: isNewer ? '/api/v1/restore/vmRestore/vSphere' : '/api/v1/restore/vmRestore/vmware/',
  disks: `/api/v1/restore/instantRecovery/${isNewer ? 'vSphere' : 'vmware'}/fcd`,
  jobType: isNewest ? 'VSphereBackup' : 'Backup',
  automaticProxies: isNewer ? 'autoSelectEnabled' : 'autoSelection',
});

/** What the revision calls the kinds of sessions. */
export const sessionTypesOf = ({ isNewer }: VbrFacts): Readonly<Record<FakeSession['kind'], string>> => ({
  Job: isNewer ? 'BackupJob' : 'Job',
  RestoreVm: 'RestoreVm',
  FirstClassDiskInstantRestore: 'FirstClassDiskInstantRestore',
  QuickMigration: isNewer ? 'FirstClassDiskQuickMigration' : 'QuickMigration',
  InfrastructureItemDeletion: isNewer ? 'DeleteBackup' : 'InfrastructureItemDeletion',
});

/** How objects of vSphere name their platform; undefined where they do not. */
export const platformOf = ({ isNewer, isNewest }: VbrFacts): string | undefined => (isNewest ? 'VSphere' : isNewer ? 'VMware' : undefined);

/** The description of the API that the server gives to everybody. */
export function descriptionOf(facts: VbrFacts, doubts: VbrDoubts) {
  const { isNewer } = facts;
  const places = placesOf(facts);
  const paths: Record<string, Record<string, unknown>> = {
    '/api/v1/jobs': { get: {}, post: {} },
    '/api/v1/backups/{id}': isNewer ? { get: {}, delete: {} } : { get: {} },
    [places.restorePoints]: { get: {} },
    [`${places.restorePoints}/{id}`]: isNewer && doubts.deletesRestorePoints ? { get: {}, delete: {} } : { get: {} },
    [places.restore]: { post: {} },
    ...(doubts.mountsDisks ? { [places.disks]: { get: {}, post: {} } } : {}),
    ...(isNewer ? { '/api/v1/backups/{id}/backupFiles': { get: {} }, '/api/v1/inventory/{hostname}': { post: {} } } : {}),
  };
  return { openapi: '3.0.1', info: { version: facts.revision }, paths, components: { schemas: schemasOf(facts) } };
}

/** What a restore to another place says of it. */
export const PLACED = ['destinationHost', 'resourcePool', 'datastore', 'folder', 'network'];

/** The schemas by which the revisions can be told apart. */
function schemasOf(facts: VbrFacts) {
  const { isNewer, isNewest, overwrites } = facts;
  const fields = (...names: readonly string[]) => ({
    type: 'object',
    properties: Object.fromEntries(names.map((name) => [name, { type: 'string' }])),
  });
  const based = (base: string, ...names: readonly string[]) => ({ allOf: [{ $ref: `#/components/schemas/${base}` }, fields(...names)] });
  const places = placesOf(facts);
  return {
    EntireViVMRestoreSpec: fields(places.restorePointId, 'type', 'powerUp', 'reason', ...(overwrites ? ['overwrite'] : [])),
    EntireViVMOriginalLocationRestoreSpec: based('EntireViVMRestoreSpec', 'quickRollback'),
    EntireViVMCustomizedRestoreSpec: based('EntireViVMRestoreSpec', ...PLACED),
    EJobType: { type: 'string', enum: [...(isNewest ? ['Unknown', 'HyperVBackup'] : []), places.jobType] },
    ESessionType: { type: 'string', enum: ['Infrastructure', ...Object.values(sessionTypesOf(facts))] },
    ...(isNewer
      ? { InventoryObjectModel: fields('platform', 'size'), VmwareObjectModel: based('InventoryObjectModel', 'hostName', 'name', 'urn') }
      : { VmwareObjectModel: fields('hostName', 'name', 'type', 'objectId') }),
    ...(isNewest ? { EInventoryPlatformType: { type: 'string', enum: ['VSphere', 'HyperV'] } } : {}),
    BackupProxiesSettingsModel: fields(places.automaticProxies, 'proxyIds'),
  };
}
