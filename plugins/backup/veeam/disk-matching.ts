import { createHash } from 'node:crypto';
import type { Volume } from '../../../src/provider/index.js';
import type { Disk } from './transport.js';

/** A volume inside a restore point, and the disk there that it is; without one where that cannot be told for certain. */
export interface HeldVolume {
  readonly volume: Volume;
  readonly disk?: Disk;
}

/** The unit of a controller that is the controller itself. */
const CONTROLLER_UNIT = 7;
const UNITS = 16;

/**
 * Which of the machine's volumes a restore point holds: those whose place on the machine has a disk of their size. Where Veeam does not
 * tell places, or they do not fit, a volume is held if there are enough disks of its size, and is known among them only if it is the only
 * one. Never by the order of a list.
 */
export function matchDisks(volumes: readonly Volume[], disks: readonly Disk[] | undefined): readonly HeldVolume[] {
  if (!disks) return volumes.map((volume) => ({ volume }));
  return matchByPlace(volumes, disks) ?? volumes.flatMap((volume) => matchBySize(volume, volumes, disks));
}

/**
 * By their places; undefined where these may not be what the slots say. A source that leaves slots out may have put the disks behind them
 * into the units before: then there is a disk without a volume, or a volume without a disk that is not simply left out.
 */
function matchByPlace(volumes: readonly Volume[], disks: readonly Disk[]): readonly HeldVolume[] | undefined {
  const placed = volumes.flatMap((volume) => {
    const disk = disks.find(({ unitNumber, sizeBytes }) => unitNumber === unitOf(volume.deviceNumber) && sizeBytes === volume.sizeBytes);
    return disk ? [{ volume, disk }] : [];
  });
  const hasGap = volumes.some(({ deviceNumber }) => deviceNumber >= volumes.length);
  return placed.length === disks.length && (placed.length === volumes.length || !hasGap) ? placed : undefined;
}

function matchBySize(volume: Volume, volumes: readonly Volume[], disks: readonly Disk[]): readonly HeldVolume[] {
  const ofSize = ({ sizeBytes }: { readonly sizeBytes: number }) => sizeBytes === volume.sizeBytes;
  const [alike, candidates] = [volumes.filter(ofSize).length, disks.filter(ofSize)];
  const [disk] = candidates;
  if (!disk || candidates.length < alike) return [];
  return alike === 1 && candidates.length === 1 ? [{ volume, disk }] : [{ volume }];
}

/** The volumes that the disks of a machine are taken for when nobody has recorded any: the same ones whenever they are looked at. */
export function volumesFrom(machineUuid: string, disks: readonly Disk[]): readonly HeldVolume[] {
  const placed = [...disks].sort((a, b) => placeOf(a) - placeOf(b) || (a.id < b.id ? -1 : 1));
  return placed.map((disk, index) => {
    const deviceNumber = disk.unitNumber === undefined ? index : slotOf(disk.unitNumber);
    const uuid = uuidFrom(`${machineUuid} ${disk.unitNumber === undefined ? disk.id : disk.unitNumber}`);
    const { name, sizeBytes } = disk;
    return { volume: { uuid, name, type: index === 0 ? 'ROOT' : 'DATADISK', deviceNumber, sizeBytes, path: name }, disk };
  });
}

/** The unit number of a slot: the controller takes one up on each bus. */
export const unitOf = (slot: number): number => {
  const perBus = UNITS - 1;
  const place = slot % perBus;
  return Math.floor(slot / perBus) * UNITS + (place < CONTROLLER_UNIT ? place : place + 1);
};

const slotOf = (unit: number): number => {
  const place = unit % UNITS;
  return Math.floor(unit / UNITS) * (UNITS - 1) + (place < CONTROLLER_UNIT ? place : place - 1);
};

const placeOf = ({ unitNumber }: Disk): number => unitNumber ?? Number.MAX_SAFE_INTEGER;

function uuidFrom(text: string): string {
  const bytes = createHash('sha256').update(text).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x50, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
