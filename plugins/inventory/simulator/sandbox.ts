import { createHash } from 'node:crypto';
import type { RestoredVolume } from '../../../src/provider/index.js';

const MAX_SLOT = 15;
const CDROM_SLOT = 3;

/** The slots for volumes other than the root disk, in the order in which they are taken. */
export const DATA_SLOTS: readonly number[] = Array.from({ length: MAX_SLOT }, (_, index) => index + 1).filter(
  (slot) => slot !== CDROM_SLOT,
);

/** Where the simulator keeps a volume. */
export const pathOf = (volumeUuid: string) => `simulator/${volumeUuid}`;

/** The digest of the content that a step of an operation gives to a volume: always new, and the same when it is repeated. */
export const digestOf = (operationId: string, step: string, volumeUuid: string) =>
  hash(`${operationId} ${step} ${volumeUuid}`).toString('hex');

/** What can be said of the content of a restored volume: as much as its provider says, which alone has seen it. */
export const contentOf = ({ sizeBytes, digest }: RestoredVolume) => ({ sizeBytes, ...(digest === undefined ? {} : { digest }) });

/** A uuid that is always the same for the text. */
export function uuidOf(text: string): string {
  const bytes = hash(text).subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x50, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** The digest of the text. */
export const hash = (text: string) => createHash('sha256').update(text).digest();
