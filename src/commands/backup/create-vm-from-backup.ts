import { randomUUID } from 'node:crypto';
import { EVERYONE } from '../../account/role-type.js';
import { ApiCommand, Parameter, type Subject } from '../../api/command.js';
import type { DataDiskWish, MachineFromBackup } from '../../backup/machine-from-backup.js';
import type { CallContext } from '../../call-context.js';
import { invalid } from '../../errors.js';
import type { Services } from '../../services.js';
import { diskBytes } from '../disk-size.js';
import { NewMachineCommand } from '../machine/new-machine-command.js';
import { restoredMachineResponse, toRestoredVolume } from '../responses/restore.js';
import { toVirtualMachineResponse } from '../responses/virtual-machine.js';

type Details = Readonly<Record<string, string>>;

@ApiCommand({
  name: 'createVMFromBackup',
  description: 'Makes a new virtual machine of a backup and, unless told otherwise, starts it; what is not given is as it was backed up',
  since: '4.21.0',
  roles: EVERYONE,
  event: 'VM.CREATE.FROM.BACKUP',
  async: true,
  urgent: true,
  atProvider: true,
  creates: true,
  envelope: 'deployVirtualMachine',
  returns: restoredMachineResponse,
})
export class CreateVmFromBackupCmd extends NewMachineCommand {
  @Parameter({ type: 'uuid', required: true, entity: 'backup', description: 'ID of the backup' })
  backupId!: string;

  @Parameter({
    type: 'map',
    description: 'the data disks, as many as the backup holds: each with size (GiB), diskofferingid, and deviceid of the one backed up',
  })
  dataDisksDetails: readonly Details[] | undefined;

  @Parameter({ type: 'boolean', description: 'keep the addresses of the machine that was backed up; false if absent' })
  preserveIp: boolean | undefined;

  override async subject({ backups, machinesFromBackups }: Services, { caller }: CallContext): Promise<Subject> {
    await machinesFromBackups.check(this.wish(), caller);
    const backup = await backups.get(caller, this.backupId);
    const uuid = randomUUID();
    return { type: 'VirtualMachine', uuid, machineUuid: uuid, backupUuid: backup.uuid };
  }

  async execute({ machinesFromBackups }: Services, call: CallContext) {
    const { vm, volumes } = await machinesFromBackups.create(this.backupId, this.wish(), call);
    return { virtualmachine: { ...toVirtualMachineResponse(vm), restoredvolumes: volumes.map(toRestoredVolume) } };
  }

  private wish(): MachineFromBackup {
    const dataDisks = this.dataDisksDetails?.map(toDataDisk);
    return { ...this.newMachine(), dataDisks, preservesAddresses: this.preserveIp ?? false };
  }
}

/** Clients write the names of the fields in various cases. */
function toDataDisk(record: Details): DataDiskWish {
  const { size, deviceid, diskofferingid } = Object.fromEntries(Object.entries(record).map(([name, value]) => [name.toLowerCase(), value]));
  return {
    diskOfferingUuid: diskofferingid?.toLowerCase(),
    sizeBytes: size === undefined ? undefined : diskBytes('datadisksdetails', wholeNumber('size', size)),
    deviceNumber: deviceid === undefined ? undefined : wholeNumber('deviceid', deviceid),
  };
}

function wholeNumber(field: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw invalid('datadisksdetails', `${field} "${text.slice(0, 64)}" is not a number`);
  return Number(text);
}
