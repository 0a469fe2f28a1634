import type { StoredVolumeFacts, Volume as VolumeRow } from '../dao/volume-dao.js';
import type { Vm, VmFacts } from '../dao/vm-dao.js';
import type { Zone as ZoneRow } from '../dao/zone-dao.js';
import type { Machine, MachineFacts, Nic, Volume, VolumeFacts, Zone } from '../provider/index.js';

/** A machine's row as plugins see the machine. */
export const machineOf = (vm: Vm): Machine => ({
  uuid: vm.uuid,
  name: vm.name,
  displayName: vm.displayName,
  hypervisor: vm.hypervisor,
  cpuNumber: vm.cpuNumber,
  cpuSpeedMhz: vm.cpuSpeedMhz,
  memoryMb: vm.memoryMb,
  osType: vm.osType,
  templateName: vm.templateName,
  serviceOfferingName: vm.serviceOfferingName,
  ...(vm.osTypeUuid === null ? {} : { osTypeUuid: vm.osTypeUuid }),
  ...(vm.templateUuid === null ? {} : { templateUuid: vm.templateUuid }),
  ...(vm.serviceOfferingUuid === null ? {} : { serviceOfferingUuid: vm.serviceOfferingUuid }),
  settings: settingsOf(vm),
  nics: nicsOf(vm),
});

export const settingsOf = (vm: Pick<Vm, 'settings'>): Readonly<Record<string, string>> => JSON.parse(vm.settings) as Record<string, string>;

export const nicsOf = (vm: Pick<Vm, 'nics'>): readonly Nic[] => JSON.parse(vm.nics) as Nic[];

/** A volume's row as plugins see the volume. */
export const volumeOf = (row: VolumeRow): Volume => ({
  uuid: row.uuid,
  name: row.name,
  type: row.type,
  deviceNumber: row.deviceNumber ?? 0,
  sizeBytes: row.sizeBytes,
  path: row.path,
  ...(row.digest === null ? {} : { digest: row.digest }),
});

/** A zone's row as plugins see the zone. */
export const zoneOf = ({ uuid, name }: ZoneRow): Zone => ({ uuid, name });

/** What an inventory source says of a machine, as columns. */
export const vmFactsOf = ({ machine, state, host }: MachineFacts): VmFacts => ({
  name: machine.name,
  displayName: machine.displayName,
  state,
  hypervisor: machine.hypervisor,
  cpuNumber: machine.cpuNumber,
  cpuSpeedMhz: machine.cpuSpeedMhz,
  memoryMb: machine.memoryMb,
  osType: machine.osType,
  osTypeUuid: machine.osTypeUuid ?? null,
  templateName: machine.templateName,
  templateUuid: machine.templateUuid ?? null,
  serviceOfferingName: machine.serviceOfferingName,
  serviceOfferingUuid: machine.serviceOfferingUuid ?? null,
  settings: JSON.stringify(machine.settings),
  nics: JSON.stringify(machine.nics),
  host: host ?? null,
  removed: null,
});

/** Where the copy has a volume. */
export type VolumePlace = Pick<StoredVolumeFacts, 'vmId' | 'attached'>;

/** Where a volume is from now on, if that is a machine or none. */
export function placeOf(before: VolumePlace | undefined, vmId: number | null, now: Date): VolumePlace {
  if (vmId === null) return { vmId, attached: null };
  return { vmId, attached: before?.vmId === vmId ? before.attached : now };
}

/** What an inventory source says of a volume, as columns. */
export const volumeFactsOf = ({ volume, state }: VolumeFacts, place: VolumePlace): StoredVolumeFacts => ({
  ...place,
  name: volume.name,
  type: volume.type,
  deviceNumber: volume.deviceNumber,
  sizeBytes: volume.sizeBytes,
  path: volume.path,
  digest: volume.digest ?? null,
  state,
  removed: null,
});

/** The state that clients see: a restore shows although the source knows nothing of it. */
export const visibleState = (vm: Pick<Vm, 'state' | 'restoreOperation'>): string => (vm.restoreOperation === null ? vm.state : 'Restoring');

/** A state as it is spelt, whatever letters a client writes it with. */
export const stateNamed = (state: string | undefined): string | undefined =>
  state && state.charAt(0).toUpperCase() + state.slice(1).toLowerCase();
