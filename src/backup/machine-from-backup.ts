import { invalid, refused } from '../errors.js';
import { entryOf, partsOf, type MachineMake, type MachineParts } from '../inventory/machine-make.js';
import type { NewMachine } from '../inventory/machine-manager.js';
import type { Catalogue, CatalogueEntry, Machine, NewNic, Volume } from '../provider/index.js';
import { attempt, type Finding } from './finding.js';
import type { Manifest } from './manifest.js';

/** What a client says a machine that is made from a backup consists of; what it leaves out is as it was backed up. */
export interface MachineFromBackupMake extends Pick<
  MachineMake,
  'serviceOfferingUuid' | 'templateUuid' | 'nics' | 'rootSizeBytes' | 'details'
> {
  /** One for each data disk in the backup. */
  readonly dataDisks: readonly DataDiskWish[] | undefined;
  /** Whether the machine gets the addresses of the one that was backed up. */
  readonly preservesAddresses: boolean;
}

/** What a client says about a machine that is made from a backup. */
export type MachineFromBackup = Omit<NewMachine, 'diskOfferingUuid' | 'dataSizeBytes'> & Omit<MachineFromBackupMake, 'nics'>;

/** A machine in the zone, as the backup has it. */
export const asBackedUp = (zoneUuid: string): MachineFromBackup => ({
  zoneUuid,
  name: undefined,
  displayName: undefined,
  account: undefined,
  domainUuid: undefined,
  project: undefined,
  serviceOfferingUuid: undefined,
  templateUuid: undefined,
  nics: { networkUuids: undefined, addressed: undefined, ipAddress: undefined, macAddress: undefined },
  rootSizeBytes: undefined,
  details: {},
  dataDisks: undefined,
  preservesAddresses: false,
  start: false,
});

/** A data disk that takes one out of a backup: that of the device number, or, where the list has none, the one at the same place. */
export interface DataDiskWish {
  readonly diskOfferingUuid: string | undefined;
  readonly sizeBytes: number | undefined;
  readonly deviceNumber: number | undefined;
}

/** The disks that a backup holds, by device: the root disk, and the others. */
export function disksOf({ volumes }: Pick<Manifest, 'volumes'>): { root: Volume; data: readonly Volume[] } {
  const [root, ...otherRoots] = volumes.filter(({ type }) => type === 'ROOT');
  if (!root || otherRoots.length > 0) throw refused(`the backup holds ${otherRoots.length + (root ? 1 : 0)} root disks; a machine has one`);
  const data = volumes.filter(({ type }) => type !== 'ROOT').sort((a, b) => a.deviceNumber - b.deviceNumber);
  return { root, data };
}

/** What the machine will be made of, so that the content of the backup fits into it; undefined if that cannot be, with the findings why. */
export function partsFromBackup(
  make: MachineFromBackupMake,
  manifest: Manifest,
  catalogue: Catalogue,
  findings: Finding[],
): MachineParts | undefined {
  const { machine } = manifest;
  const before = findings.length;
  const disks = attempt(findings, () => disksOf(manifest));
  const nics = make.nics ?? nicsFrom(machine, make.preservesAddresses, catalogue, findings);
  const { serviceOfferingUuid, templateUuid } = offeringsFrom(make, machine, catalogue, findings);
  const rootSizeBytes = attempt(findings, () => rootSize(disks?.root, make.rootSizeBytes));
  const dataSizesBytes = attempt(findings, () => dataSizes(disks?.data ?? [], make.dataDisks, catalogue));
  // What is missing in the catalogue has been said.
  if (findings.length > before || !dataSizesBytes) return undefined;
  return attempt(findings, () => {
    const offering = entryOf(catalogue.serviceOfferings, serviceOfferingUuid, 'service offering');
    const details = { ...machine.settings, ...(offering?.size ? {} : sizeDetails(machine)), ...make.details };
    const rest = { diskOfferingUuid: undefined, dataSizeBytes: undefined };
    return { ...partsOf({ ...rest, serviceOfferingUuid, templateUuid, nics, rootSizeBytes, details }, catalogue), dataSizesBytes };
  });
}

function offeringsFrom(make: MachineFromBackupMake, machine: Machine, catalogue: Catalogue, findings: Finding[]) {
  const { serviceOfferingUuid: offering, templateUuid: template } = machine;
  return {
    serviceOfferingUuid:
      make.serviceOfferingUuid ??
      attempt(findings, () => stillThere(catalogue.serviceOfferings, offering, 'service offering', 'serviceofferingid')),
    templateUuid: make.templateUuid ?? attempt(findings, () => stillThere(catalogue.templates, template, 'template', 'templateid')),
  };
}

/** What the backed-up machine had and the catalogue must have too, if it is known. */
function stillThere(entries: readonly CatalogueEntry[], uuid: string | undefined, what: string, parameter: string): string | undefined {
  if (uuid === undefined || entries.some((entry) => entry.uuid === uuid)) return uuid;
  throw refused(`the zone has no ${what} ${uuid}, which the backed up machine had; name another one with ${parameter}`);
}

function nicsFrom({ nics }: Machine, preservesAddresses: boolean, { networks }: Catalogue, findings: Finding[]): readonly NewNic[] {
  const defaultFirst = [...nics].sort((a, b) => Number(b.isDefault) - Number(a.isDefault));
  return defaultFirst.map(({ networkUuid, ipAddress, macAddress }) => {
    attempt(findings, () => stillThere(networks, networkUuid, 'network', 'networkids'));
    return { networkUuid, ...(preservesAddresses ? { ipAddress, macAddress } : {}) };
  });
}

function rootSize(root: Volume | undefined, wanted: number | undefined): number | undefined {
  if (root === undefined || wanted === undefined || wanted >= root.sizeBytes) return wanted ?? root?.sizeBytes;
  throw invalid('rootdisksize', `the root disk in the backup has ${root.sizeBytes} bytes; it needs as many`);
}

const sizeDetails = ({ cpuNumber, cpuSpeedMhz, memoryMb }: Machine): Readonly<Record<string, string>> => ({
  cpuNumber: String(cpuNumber),
  cpuSpeed: String(cpuSpeedMhz),
  memory: String(memoryMb),
});

/** The sizes of the data disks, in the order of the recorded ones. */
function dataSizes(
  recorded: readonly Volume[],
  wishes: readonly DataDiskWish[] | undefined,
  { diskOfferings }: Catalogue,
): readonly number[] {
  if (!wishes) return recorded.map(({ sizeBytes }) => sizeBytes);
  if (wishes.length !== recorded.length) {
    throw refused(`the backup holds ${recorded.length} data disks; ${wishes.length} are described in datadisksdetails`);
  }
  const isByDevice = wishes.some((wish) => wish.deviceNumber !== undefined);
  return recorded.map(({ deviceNumber, sizeBytes }, index) => {
    const wish = isByDevice ? wishes.find((each) => each.deviceNumber === deviceNumber) : wishes[index];
    if (!wish) throw refused(`datadisksdetails does not describe the data disk ${deviceNumber} that the backup holds`);
    const offering = entryOf(diskOfferings, wish.diskOfferingUuid, 'disk offering');
    // Clients send a size also with an offering that has one.
    const size = offering?.sizeBytes ?? wish.sizeBytes ?? sizeBytes;
    if (size >= sizeBytes) return size;
    throw invalid('datadisksdetails', `the data disk ${deviceNumber} in the backup has ${sizeBytes} bytes, more than the ${size} for it`);
  });
}
