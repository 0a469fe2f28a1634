/** The revisions of the API that this plugin speaks, newest first. */
export const REVISIONS = [
  ...(['1.3-rev2', '1.3-rev1', '1.3-rev0', '1.2-rev1', '1.2-rev0'] as const),
  ...(['1.1-rev2', '1.1-rev1', '1.1-rev0'] as const),
] as const;
export type RevisionName = (typeof REVISIONS)[number];

/**
 * The revision that an administrator has set; undefined to take the newest. CloudStack's plugin has the server's major version there, such as
 * 12, and may have had it since before the last update: what a server speaks, it says itself.
 */
export const revisionSet = (version: string): string | undefined => (/^\d{0,2}$/.test(version) ? undefined : version);

/** The part of a server's description of its API (an OpenAPI document) that is looked at. */
interface Description {
  readonly paths?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly components?: { readonly schemas?: Readonly<Record<string, Schema>> };
}

interface Schema {
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly enum?: readonly unknown[];
  readonly allOf?: readonly Schema[];
}

/** Where a server describes something that not every revision has, and the revision from which it is taken for granted if a server does not describe itself. */
interface Feature {
  readonly path?: string;
  readonly method?: 'get' | 'post' | 'delete';
  /** A field, or one of the values, of any of the schemas whose names are so. */
  readonly field?: { readonly schema: RegExp; readonly name: string };
  readonly value?: { readonly schema: RegExp; readonly name: string };
  readonly since: RevisionName | undefined;
}

/** What changed between the revisions. Each is what the newer ones have. */
const FEATURES = {
  /** `/restore/vmRestore/vSphere` instead of `/restore/vmRestore/vmware/`. */
  vSphereRestore: { path: '/api/v1/restore/vmRestore/vSphere', method: 'post', since: '1.2-rev0' },
  /** `/restore/instantRecovery/vSphere/fcd` instead of `…/vmware/fcd`. */
  vSphereDisks: { path: '/api/v1/restore/instantRecovery/vSphere/fcd', method: 'post', since: '1.2-rev0' },
  /** Its older place. */
  vmwareDisks: { path: '/api/v1/restore/instantRecovery/vmware/fcd', method: 'post', since: '1.1-rev0' },
  /** `/restorePoints` and `restorePointId` instead of `/objectRestorePoints` and `objectRestorePointId`. */
  restorePoints: { path: '/api/v1/restorePoints', method: 'get', since: '1.2-rev0' },
  /** The field `overwrite` of a restore; without it, one in place writes over the machine that is there. */
  overwrite: { field: { schema: /^EntireViVM(OriginalLocation)?RestoreSpec$/, name: 'overwrite' }, since: '1.3-rev1' },
  /** The same field of a restore to another place and name: without it, what is there already cannot be written over. */
  overwriteElsewhere: { field: { schema: /^EntireViVM(Customized)?RestoreSpec$/, name: 'overwrite' }, since: '1.3-rev1' },
  /** An inventory that tells of a machine where it is. */
  inventory: { path: '/api/v1/inventory/{hostname}', method: 'post', since: '1.2-rev0' },
  /** Jobs of the type `VSphereBackup` instead of `Backup`. */
  vSphereBackup: { value: { schema: /^EJobType$/, name: 'VSphereBackup' }, since: '1.3-rev0' },
  /** Sessions of the type `BackupJob` instead of `Job`. */
  backupJobSessions: { value: { schema: /^ESessionType$/, name: 'BackupJob' }, since: '1.2-rev0' },
  /** Sessions of the type `FirstClassDiskQuickMigration` instead of `QuickMigration`. */
  diskMigrationSessions: { value: { schema: /^ESessionType$/, name: 'FirstClassDiskQuickMigration' }, since: '1.2-rev0' },
  /** Objects that name their platform: `VMware`, and later `VSphere`. */
  platforms: { field: { schema: /^(InventoryObject|VmwareObject)Model$/, name: 'platform' }, since: '1.2-rev0' },
  vSpherePlatform: { value: { schema: /^EInventoryPlatformType$/, name: 'VSphere' }, since: '1.3-rev0' },
  /** `autoSelectEnabled` instead of `autoSelection`. */
  autoSelectEnabled: { field: { schema: /BackupProxiesSettingsModel$/, name: 'autoSelectEnabled' }, since: '1.2-rev0' },
  /** The sizes of the files of a backup. */
  backupFiles: { path: '/api/v1/backups/{id}/backupFiles', method: 'get', since: '1.2-rev0' },
  /** A whole backup, with all its restore points, can be deleted. */
  deleteBackup: { path: '/api/v1/backups/{id}', method: 'delete', since: '1.2-rev0' },
  /** A single restore point can be deleted; never taken for granted. */
  deleteRestorePoint: { path: '/api/v1/restorePoints/{id}', method: 'delete', since: undefined },
} as const satisfies Readonly<Record<string, Feature>>;

export type FeatureName = keyof typeof FEATURES;

/** A revision as one server speaks it. */
export interface Revision {
  readonly name: RevisionName;
  readonly has: Readonly<Record<FeatureName, boolean>>;
}

/** Reads what the server has out of its own description, or out of the table where it does not describe itself. */
export function revisionOf(name: RevisionName, description: unknown): Revision {
  const read = isDescription(description) ? description : undefined;
  const entries = Object.entries(FEATURES).map(([feature, facts]) => [feature, read ? isIn(read, facts) : isSince(name, facts.since)]);
  return { name, has: Object.fromEntries(entries) as Revision['has'] };
}

const isDescription = (value: unknown): value is Description =>
  typeof value === 'object' && value !== null && typeof (value as Description).paths === 'object';

function isIn({ paths = {}, components = {} }: Description, { path, method, field, value }: Feature): boolean {
  if (path !== undefined && method !== undefined) {
    // Servers differ in the names of the parameters, and in slashes at the end.
    const plain = plainPath(path);
    return Object.entries(paths).some(([each, methods]) => plainPath(each) === plain && method in methods);
  }
  return Object.entries(components.schemas ?? {}).some(
    ([name, schema]) =>
      (field?.schema.test(name) === true && hasField(schema, field.name)) ||
      (value?.schema.test(name) === true && schema.enum?.includes(value.name) === true),
  );
}

const hasField = ({ properties = {}, allOf = [] }: Schema, name: string): boolean =>
  name in properties || allOf.some((part) => hasField(part, name));

const plainPath = (path: string): string =>
  path
    .replace(/\{[^}]*\}/g, '{}')
    .replace(/\/$/, '')
    .toLowerCase();

const isSince = (name: RevisionName, since: RevisionName | undefined): boolean =>
  since !== undefined && REVISIONS.indexOf(name) <= REVISIONS.indexOf(since);
