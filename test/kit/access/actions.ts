import type { Insider, Possessions } from './cast.js';

export type Parameters = Readonly<Record<string, string>>;

/** A command and the parameters with which it reaches for what is theirs, if need be with something of the caller's own. */
export type Reach = readonly [command: string, parameters: (theirs: Possessions, mine: Possessions) => Parameters, by?: Insider];

const ofAccount = ({ accountName: account, domainId: domainid }: Possessions) => ({ account, domainid });
const hourly = { intervaltype: 'HOURLY', schedule: '0', timezone: 'Etc/UTC' };
const person = { username: 'intruder', password: 'a password of mine', firstname: 'I', lastname: 'I', email: 'i@example.org' };

/**
 * Everything that can be done with what accounts own, by commands that everybody may call. What is named is theirs but for `mine`. The
 * insiders take turns with the rows that do not say who of them it must be; what they undo or destroy comes last.
 */
export const EVERYBODYS_ACTIONS: readonly Reach[] = [
  ['queryAsyncJobResult', ({ job }) => ({ jobid: job })],
  ['cancelAsyncJob', ({ job }) => ({ jobid: job })],
  ['getUser', ({ apiKey }) => ({ userapikey: apiKey })],
  ['getUserKeys', ({ userId }) => ({ id: userId })],
  ['startVirtualMachine', ({ spare }) => ({ id: spare })],
  ['rebootVirtualMachine', ({ spare }) => ({ id: spare })],
  ['stopVirtualMachine', ({ spare }) => ({ id: spare })],
  ['recoverVirtualMachine', ({ spare }) => ({ id: spare })],
  ['listNics', ({ spare }) => ({ virtualmachineid: spare })],
  ['deployVirtualMachine', (theirs) => ({ ...ofAccount(theirs), zoneid: theirs.zone, name: 'made', rootdisksize: '1' })],
  ['createVolume', (theirs) => ({ ...ofAccount(theirs), zoneid: theirs.zone, name: 'made', size: '1' })],
  ['attachVolume', ({ loneVolume }, mine) => ({ id: loneVolume, virtualmachineid: mine.spare })],
  ['attachVolume', ({ spare }, mine) => ({ id: mine.loneVolume, virtualmachineid: spare })],
  ['detachVolume', ({ volumeOfSpare }) => ({ id: volumeOfSpare })],
  ['deleteVolume', ({ volumeOfSpare }) => ({ id: volumeOfSpare })],
  ['createBackupSchedule', ({ backedUp }) => ({ ...hourly, virtualmachineid: backedUp })],
  ['updateBackupSchedule', ({ backedUp }) => ({ ...hourly, virtualmachineid: backedUp })],
  ['createBackupSchedule', ({ schedule }) => ({ id: schedule, maxbackups: '1' })],
  ['updateBackupSchedule', ({ schedule }) => ({ id: schedule, maxbackups: '1' })],
  ['deleteBackupSchedule', ({ schedule }) => ({ id: schedule })],
  ['deleteBackupSchedule', ({ backedUp }) => ({ virtualmachineid: backedUp })],
  ['createBackup', ({ backedUp }) => ({ virtualmachineid: backedUp })],
  ['createVMBackup', ({ backedUp }) => ({ virtualmachineid: backedUp })],
  ['startVMBackup', ({ backedUp }) => ({ virtualmachineid: backedUp })],
  ['planRestore', ({ backup }) => ({ id: backup })],
  ['planRestore', ({ backup }) => ({ backupid: backup })],
  ['planRestore', ({ backedUp }, mine) => ({ id: mine.backup, virtualmachineid: backedUp })],
  ['planRestore', ({ backup, volumeInBackup, zone }, mine) => ({ id: backup, volumeid: volumeInBackup, virtualmachineid: mine.spare, zoneid: zone })],
  ['planRestore', ({ spare }, mine) => ({ id: mine.backup, volumeid: mine.volumeInBackup, virtualmachineid: spare })],
  ['planRestore', ({ backup, zone }) => ({ id: backup, zoneid: zone })],
  ['previewBackupRetention', ({ backedUp }) => ({ virtualmachineid: backedUp })],
  ['previewBackupRetention', ({ schedule }) => ({ scheduleid: schedule })],
  ['previewBackupRetention', ({ backedUp, offering }) => ({ virtualmachineid: backedUp, backupofferingid: offering })],
  ['restoreBackup', ({ backup }) => ({ id: backup })],
  ['restoreBackup', ({ backup }, mine) => ({ id: backup, virtualmachineid: mine.backedUp })],
  ['restoreBackup', ({ backedUp }, mine) => ({ id: mine.backup, virtualmachineid: backedUp })],
  ['restoreVMBackup', ({ backup }, mine) => ({ id: backup, virtualmachineid: mine.backedUp })],
  ['restoreVMBackup', ({ backedUp }, mine) => ({ id: mine.backup, virtualmachineid: backedUp })],
  ['restoreVMFromBackup', ({ backup }, mine) => ({ id: backup, virtualmachineid: mine.backedUp })],
  ['restoreVMFromBackup', ({ backedUp }, mine) => ({ id: mine.backup, virtualmachineid: backedUp })],
  ['restoreBackupVolume', ({ backup, volumeInBackup }, mine) => ({ backupid: backup, volumeid: volumeInBackup, virtualmachineid: mine.spare })],
  ['restoreBackupVolume', ({ spare }, mine) => ({ backupid: mine.backup, volumeid: mine.volumeInBackup, virtualmachineid: spare })],
  ['restoreVolumeFromBackupAndAttachToVM', ({ backup, volumeInBackup }, mine) => ({ backupid: backup, volumeid: volumeInBackup, virtualmachineid: mine.spare })],
  ['restoreVolumeFromBackupAndAttachToVM', ({ spare }, mine) => ({ backupid: mine.backup, volumeid: mine.volumeInBackup, virtualmachineid: spare })],
  ['restoreBackupVolumeAndAttachToVM', ({ backup, volumeInBackup }, mine) => ({ backupid: backup, volumeid: volumeInBackup, virtualmachineid: mine.spare })],
  ['restoreBackupVolumeAndAttachToVM', ({ spare }, mine) => ({ backupid: mine.backup, volumeid: mine.volumeInBackup, virtualmachineid: spare })],
  ['createVMFromBackup', ({ zone, backup }) => ({ zoneid: zone, backupid: backup })],
  ['createVMFromBackup', (theirs, mine) => ({ ...ofAccount(theirs), zoneid: mine.zone, backupid: mine.backup })],
  ['removeVirtualMachineFromBackupOffering', ({ backedUp, offering }) => ({ virtualmachineid: backedUp, backupofferingid: offering, forced: 'true' })],
  ['removeVMFromBackupPolicy', ({ backedUp }) => ({ virtualmachineid: backedUp })],
  ['assignVirtualMachineToBackupOffering', ({ spare, offering }) => ({ virtualmachineid: spare, backupofferingid: offering })],
  ['assignBackupPolicy', ({ spare, offering }) => ({ virtualmachineid: spare, backuppolicyid: offering })],
  ['addVMToBackupPolicy', ({ spare, offering }) => ({ virtualmachineid: spare, policyid: offering })],
  ['archiveEvents', ({ event }) => ({ ids: event })],
  ['archiveEvents', ({ event }, mine) => ({ ids: `${mine.event},${event}` })],
  ['deleteEvents', ({ event }) => ({ ids: event })],
  ['updateUser', ({ userId }) => ({ id: userId, firstname: 'Mine' })],
  ['registerUserKeys', ({ otherUserId }) => ({ id: otherUserId })],
  ['updateBackup', ({ backup }) => ({ id: backup, hold: 'true' })],
  ['deleteBackup', ({ backup }) => ({ id: backup })],
  ['deleteVMBackup', ({ backup }) => ({ id: backup })],
  ['destroyVirtualMachine', ({ spare }) => ({ id: spare })],
  ['destroyVirtualMachine', ({ spare }) => ({ id: spare, expunge: 'true' })],
  ['expungeVirtualMachine', ({ spare }) => ({ id: spare })],
]; // prettier-ignore

/** As above, by commands for administrators. */
export const ADMINISTRATORS_ACTIONS: readonly Reach[] = [
  ['createAccount', ({ domainId }) => ({ ...person, domainid: domainId })],
  ['createDomain', ({ domainId }) => ({ name: 'made', parentdomainid: domainId })],
  ['createUser', (theirs) => ({ ...person, ...ofAccount(theirs), username: 'another' })],
  ['updateDomain', ({ domainId }) => ({ id: domainId, name: 'mine' })],
  ['updateResourceCount', (theirs) => ofAccount(theirs)],
  ['updateResourceLimit', (theirs) => ({ ...ofAccount(theirs), resourcetype: '12', max: '1' })],
  ['updateResourceLimit', ({ domainId }) => ({ domainid: domainId, resourcetype: '12', max: '2' }), 'administrator of parent'],
  ['updateAccount', ({ accountId }) => ({ id: accountId, newname: 'mine' })],
  ['updateAccount', (theirs) => ({ ...ofAccount(theirs), newname: 'mine' })],
  ['lockUser', ({ otherUserId }) => ({ id: otherUserId })],
  ['disableUser', ({ otherUserId }) => ({ id: otherUserId })],
  ['enableUser', ({ otherUserId }) => ({ id: otherUserId })],
  ['moveUser', ({ otherUserId }, mine) => ({ id: otherUserId, accountid: mine.accountId })],
  ['moveUser', ({ accountId }, mine) => ({ id: mine.otherUserId, accountid: accountId })],
  ['moveUser', ({ accountName }, mine) => ({ id: mine.otherUserId, account: accountName })],
  ['deleteUser', ({ otherUserId }) => ({ id: otherUserId })],
  ['lockAccount', ({ accountId }) => ({ id: accountId })],
  ['lockAccount', (theirs) => ofAccount(theirs)],
  ['disableAccount', ({ accountId }) => ({ id: accountId, lock: 'false' })],
  ['disableAccount', (theirs) => ({ ...ofAccount(theirs), lock: 'true' })],
  ['enableAccount', (theirs) => ofAccount(theirs)],
  ['enableAccount', ({ accountId }) => ({ id: accountId })],
  ['deleteAccount', ({ accountId }) => ({ id: accountId })],
  ['deleteDomain', ({ domainId }) => ({ id: domainId, cleanup: 'true' })],
]; // prettier-ignore
