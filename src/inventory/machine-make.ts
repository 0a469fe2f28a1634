import { found, invalid } from '../errors.js';
import type { Catalogue, CatalogueEntry, DeployMachine, DiskOffering, MachineSize, NewNic, ServiceOffering } from '../provider/index.js';

/** What a client says a new machine is made of; what it leaves out is standard, or the inventory source's choice. */
export interface MachineMake {
  readonly serviceOfferingUuid: string | undefined;
  readonly templateUuid: string | undefined;
  readonly diskOfferingUuid: string | undefined;
  readonly nics: readonly NewNic[] | undefined;
  readonly rootSizeBytes: number | undefined;
  /** Of a data disk; there is none if neither this nor a disk offering is given. */
  readonly dataSizeBytes: number | undefined;
  /** The size of the machine under the names of `SIZES`, and settings. */
  readonly details: Readonly<Record<string, string>>;
}

/** What an inventory source is told of the make of a machine. */
export type MachineParts = MachineSize &
  Pick<DeployMachine, 'serviceOfferingUuid' | 'templateUuid' | 'nics' | 'settings' | 'rootSizeBytes' | 'dataSizesBytes'>;

/** CloudStack's names of the details that are the size of a machine. */
const SIZES = { cpuNumber: 'cpuNumber', cpuSpeedMhz: 'cpuSpeed', memoryMb: 'memory' } as const;
const SIZE_NAMES: readonly string[] = Object.values(SIZES);

/** What a machine gets for which nothing else is said. */
const STANDARD_SIZE: MachineSize = { cpuNumber: 1, cpuSpeedMhz: 1000, memoryMb: 512 };
const STANDARD_ROOT_BYTES = 8 * 2 ** 30;

const SETTING = /^[a-z][\w.-]{0,63}$/i;
const MOST_SETTINGS = 100;
const LONGEST_SETTING = 1024;

/** What the machine will be made of; refuses what is not in the catalogue, and what does not go together. */
export function partsOf(make: MachineMake, catalogue: Catalogue): MachineParts {
  const offering = entryOf(catalogue.serviceOfferings, make.serviceOfferingUuid, 'service offering');
  const template = entryOf(catalogue.templates, make.templateUuid, 'template');
  const diskOffering = entryOf(catalogue.diskOfferings, make.diskOfferingUuid, 'disk offering');
  for (const { networkUuid } of make.nics ?? []) entryOf(catalogue.networks, networkUuid, 'network');
  const rootSizeBytes = make.rootSizeBytes ?? template?.sizeBytes ?? STANDARD_ROOT_BYTES;
  if (template && rootSizeBytes < template.sizeBytes) {
    throw invalid('rootdisksize', `template ${template.uuid} needs a root disk of ${gibOf(template.sizeBytes)} GiB at least`);
  }
  const data = diskOffering === undefined && make.dataSizeBytes === undefined ? [] : [diskSize(diskOffering, make.dataSizeBytes)];
  return {
    ...sizeOf(offering, make.details),
    ...(offering ? { serviceOfferingUuid: offering.uuid } : {}),
    ...(template ? { templateUuid: template.uuid } : {}),
    ...(make.nics ? { nics: make.nics } : {}),
    settings: settingsIn(make.details),
    rootSizeBytes,
    dataSizesBytes: data,
  };
}

/** The size of a disk of the offering; refuses a size where the offering has one, and none where it has not. */
export function diskSize(offering: DiskOffering | undefined, sizeBytes: number | undefined): number {
  const size = offering?.sizeBytes ?? sizeBytes;
  if (size === undefined) throw invalid('size', 'is needed: neither a size nor a disk offering that has one was given');
  if (offering?.sizeBytes !== undefined && sizeBytes !== undefined) {
    throw invalid('size', `disk offering ${offering.uuid} has a size of its own; leave the size out`);
  }
  return size;
}

/** The entry that is named, if one is. */
export const entryOf = <T extends CatalogueEntry>(entries: readonly T[], uuid: string | undefined, what: string): T | undefined =>
  uuid === undefined
    ? undefined
    : found(
        entries.find((entry) => entry.uuid === uuid),
        what,
        uuid,
      );

function sizeOf(offering: ServiceOffering | undefined, details: MachineMake['details']): MachineSize {
  const chosen = SIZE_NAMES.filter((name) => details[name] !== undefined);
  if (offering?.size) {
    if (chosen.length === 0) return offering.size;
    throw invalid('details', `service offering ${offering.uuid} has a size of its own; leave ${chosen.join(', ')} out`);
  }
  const missing = SIZE_NAMES.filter((name) => details[name] === undefined);
  if (offering && missing.length > 0) {
    throw invalid('details', `service offering ${offering.uuid} has no size of its own; give ${missing.join(', ')}`);
  }
  return {
    cpuNumber: numberIn(details, SIZES.cpuNumber, STANDARD_SIZE.cpuNumber),
    cpuSpeedMhz: numberIn(details, SIZES.cpuSpeedMhz, STANDARD_SIZE.cpuSpeedMhz),
    memoryMb: numberIn(details, SIZES.memoryMb, STANDARD_SIZE.memoryMb),
  };
}

function numberIn(details: MachineMake['details'], name: string, standard: number): number {
  const text = details[name];
  if (text === undefined) return standard;
  if (!/^[1-9]\d{0,6}$/.test(text)) throw invalid('details', `${name} "${text.slice(0, 64)}" is not a positive number`);
  return Number(text);
}

function settingsIn(details: MachineMake['details']): Readonly<Record<string, string>> {
  const settings = Object.entries(details).filter(([name]) => !SIZE_NAMES.includes(name));
  if (settings.length > MOST_SETTINGS) throw invalid('details', `${settings.length} settings are more than ${MOST_SETTINGS}`);
  for (const [name, value] of settings) {
    if (!SETTING.test(name)) throw invalid('details', `"${name.slice(0, 64)}" is not the name of a setting`);
    if (value.length > LONGEST_SETTING) throw invalid('details', `${name} is longer than ${LONGEST_SETTING} characters`);
  }
  return Object.fromEntries(settings);
}

const gibOf = (bytes: number): number => bytes / 2 ** 30;
