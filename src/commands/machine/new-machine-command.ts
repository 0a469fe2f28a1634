import { Command, Parameter } from '../../api/command.js';
import type { NewMachine } from '../../inventory/machine-manager.js';
import { diskBytes } from '../disk-size.js';

/** A command that makes a machine, with the parameters that CloudStack's clients give for that. */
export abstract class NewMachineCommand extends Command {
  @Parameter({ type: 'uuid', required: true, entity: 'zone', description: 'zone in which the machine is created' })
  zoneId!: string;

  @Parameter({ type: 'string', description: 'name of the machine inside its guest' })
  name: string | undefined;

  @Parameter({ type: 'string', description: 'name shown to people; that of the machine if absent' })
  displayName: string | undefined;

  @Parameter({ type: 'string', description: 'account that will own the machine; needs domainid' })
  account: string | undefined;

  @Parameter({ type: 'uuid', entity: 'domain', description: 'domain of that account' })
  domainId: string | undefined;

  @Parameter({ type: 'uuid', entity: 'project', description: 'project that will own the machine; there are none' })
  projectId: string | undefined;

  @Parameter({ type: 'uuid', entity: 'serviceoffering', description: 'service offering that sizes the machine' })
  serviceOfferingId: string | undefined;

  @Parameter({ type: 'uuid', entity: 'template', description: 'template that the machine is made from' })
  templateId: string | undefined;

  @Parameter({ type: 'list', entity: 'network', description: 'IDs of the networks that the machine is in, the default one first' })
  networkIds: readonly string[] | undefined;

  @Parameter({ type: 'map', description: 'instead of networkids: networks with addresses, each with networkid, ip and mac' })
  ipToNetworkList: readonly Readonly<Record<string, string>>[] | undefined;

  @Parameter({ type: 'string', description: 'IPv4 address in the default network' })
  ipAddress: string | undefined;

  @Parameter({ type: 'string', description: 'hardware address in the default network' })
  macAddress: string | undefined;

  @Parameter({ type: 'long', description: 'size of the root disk in GiB' })
  rootDiskSize: number | undefined;

  @Parameter({ type: 'boolean', description: 'whether to start the machine once it is created; true if absent' })
  startVm: boolean | undefined;

  @Parameter({ type: 'map', description: 'size of the machine: cpuNumber, cpuSpeed (MHz), memory (MiB); and settings of it' })
  details: readonly Readonly<Record<string, string>>[] | undefined;

  /** What is said about the machine but for its data disks. */
  protected newMachine(): Omit<NewMachine, 'diskOfferingUuid' | 'dataSizeBytes'> {
    const { networkIds: networkUuids, ipToNetworkList: addressed, ipAddress, macAddress } = this;
    return {
      zoneUuid: this.zoneId,
      name: this.name,
      displayName: this.displayName,
      account: this.account,
      domainUuid: this.domainId,
      project: this.projectId,
      serviceOfferingUuid: this.serviceOfferingId,
      templateUuid: this.templateId,
      nics: { networkUuids, addressed, ipAddress, macAddress },
      rootSizeBytes: this.rootDiskSize === undefined ? undefined : diskBytes('rootdisksize', this.rootDiskSize),
      // However many records they came in.
      details: Object.fromEntries((this.details ?? []).flatMap((record) => Object.entries(record))),
      start: this.startVm ?? true,
    };
  }
}
