import type { CommandClass } from '../../api/command.js';
import { AssignVirtualMachineToBackupOfferingCmd } from './assign-virtual-machine-to-backup-offering.js';
import { DeleteBackupOfferingCmd } from './delete-backup-offering.js';
import { ImportBackupOfferingCmd } from './import-backup-offering.js';
import { ListBackupOfferingsCmd } from './list-backup-offerings.js';
import { ListBackupProviderOfferingsCmd } from './list-backup-provider-offerings.js';
import { RemoveVirtualMachineFromBackupOfferingCmd } from './remove-virtual-machine-from-backup-offering.js';
import { UpdateBackupOfferingCmd } from './update-backup-offering.js';

export const offeringCommands: readonly CommandClass[] = [
  AssignVirtualMachineToBackupOfferingCmd,
  DeleteBackupOfferingCmd,
  ImportBackupOfferingCmd,
  ListBackupOfferingsCmd,
  ListBackupProviderOfferingsCmd,
  RemoveVirtualMachineFromBackupOfferingCmd,
  UpdateBackupOfferingCmd,
];
