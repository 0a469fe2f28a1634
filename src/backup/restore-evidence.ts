import { ProviderError, type RestoredVolume, type Volume } from '../provider/index.js';

/** A volume that a backup holds, and the one that its content goes to, which is as large or larger. */
export interface Destination {
  readonly recorded: Volume;
  readonly target: Pick<Volume, 'uuid' | 'sizeBytes'>;
}

/** How large a volume is, and what identifies its content where somebody can tell. */
export interface Content {
  readonly sizeBytes: number;
  readonly digest?: string;
}

/**
 * - `Matches`: the size and the digest are those that are due
 * - `SizeOnly`: so is the size; of the content, nobody can tell
 * - `Differs`: the size or the digest is another one
 * - `Missing`: the volume is not there
 */
export type Verdict = 'Matches' | 'SizeOnly' | 'Differs' | 'Missing';

/** What is known of one restored volume. */
export interface VolumeEvidence {
  /** The volume inside the backup. */
  readonly recordedUuid: string;
  /** The one that it was written to. */
  readonly uuid: string;
  readonly expected: Content;
  /** As the provider has left it; null if the provider says nothing of it. */
  readonly provider: Content | null;
  /** As the inventory source has taken it over; null if the source does not have it, absent if it did not come to that. */
  readonly source?: Content | null;
  readonly verdict: Verdict;
}

/** What counts where provider and source say different things: the first of these. */
const VERDICTS: readonly Verdict[] = ['Missing', 'Differs', 'Matches', 'SizeOnly'];

/** Compares each volume with the record of the backup: what the provider says of it and, after the adoption, what the source says. */
export function examine(
  destinations: readonly Destination[],
  provider: readonly RestoredVolume[],
  source?: readonly Volume[],
): readonly VolumeEvidence[] {
  return destinations.map((destination) => {
    const { recorded, target } = destination;
    const expected = expectedOf(destination);
    const found = { provider: contentIn(provider, target.uuid), ...(source ? { source: contentIn(source, target.uuid) } : {}) };
    const verdicts = Object.values(found).map((content) => judge(expected, content));
    const verdict = VERDICTS.find((each) => verdicts.includes(each)) ?? 'Missing';
    return { recordedUuid: recorded.uuid, uuid: target.uuid, expected, ...found, verdict };
  });
}

/** What a whole restore comes to: all of it matches, or the least that can be said of a volume. */
export function worstOf(volumes: readonly VolumeEvidence[]): Verdict {
  const verdicts = volumes.map(({ verdict }) => verdict);
  return (['Missing', 'Differs', 'SizeOnly'] as const).find((each) => verdicts.includes(each)) ?? 'Matches';
}

/** Which volumes are not as they were backed up, and how; undefined if the restore is done. */
export function failureOf(volumes: readonly VolumeEvidence[]): ProviderError | undefined {
  const faults = volumes.flatMap(({ uuid, expected, provider, source }) => [
    ...faultOf(expected, provider, `the provider did not restore volume ${uuid}`, `volume ${uuid} came back`),
    ...(source === undefined
      ? []
      : faultOf(
          expected,
          source,
          `the inventory source does not have the restored volume ${uuid}`,
          `volume ${uuid} is at its inventory source`,
        )),
  ]);
  return faults.length === 0 ? undefined : new ProviderError('corrupt', faults.join('; '));
}

/** A larger volume than was backed up has other content in any case. */
const expectedOf = ({ recorded, target: { sizeBytes } }: Destination): Content =>
  sizeBytes === recorded.sizeBytes && recorded.digest !== undefined ? { sizeBytes, digest: recorded.digest } : { sizeBytes };

function contentIn(volumes: readonly (Content & { readonly uuid: string })[], uuid: string): Content | null {
  const volume = volumes.find((each) => each.uuid === uuid);
  if (!volume) return null;
  const { sizeBytes, digest } = volume;
  return { sizeBytes, ...(digest === undefined ? {} : { digest }) };
}

function judge(expected: Content, found: Content | null): Verdict {
  if (!found) return 'Missing';
  if (found.sizeBytes !== expected.sizeBytes) return 'Differs';
  if (found.digest === undefined || expected.digest === undefined) return 'SizeOnly';
  return found.digest === expected.digest ? 'Matches' : 'Differs';
}

function faultOf(expected: Content, found: Content | null, missing: string, there: string): readonly string[] {
  if (!found) return [missing];
  if (judge(expected, found) !== 'Differs') return [];
  if (found.sizeBytes !== expected.sizeBytes) return [`${there} with ${found.sizeBytes} bytes instead of ${expected.sizeBytes}`];
  return [`${there} with other content than was backed up`];
}

export const writeEvidence = (volumes: readonly VolumeEvidence[]): string => JSON.stringify(volumes);

export const readEvidence = (text: string): readonly VolumeEvidence[] => JSON.parse(text) as readonly VolumeEvidence[];
