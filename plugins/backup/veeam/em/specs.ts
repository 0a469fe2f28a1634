import { buildXml } from './xml.js';

/** Asks for a copy of a job under another name, with its backups in a folder of that name. */
export const jobCloneSpec = (name: string, repositoryUid: string, description: string): string =>
  buildXml('JobCloneSpec', {
    BackupJobCloneInfo: { JobName: name, FolderName: name, RepositoryUid: repositoryUid, Description: description },
  });

/** Asks to have a machine in a job. */
export const createObjectInJobSpec = (vmRef: string, vmName: string): string =>
  buildXml('CreateObjectInJobSpec', { HierarchyObjRef: vmRef, HierarchyObjName: vmName });

/** Asks for a machine to be put back in place, whole, and to be left off. */
export const restoreSpec = (): string => buildXml('RestoreSpec', { VmRestoreSpec: { PowerOnAfterRestore: false, QuickRollback: false } });
