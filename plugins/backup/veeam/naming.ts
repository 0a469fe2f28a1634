const MARK = '-CSBKP-';
const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
const OF_A_MACHINE = new RegExp(`${MARK}(${UUID})`, 'i');
const UUID_LENGTH = 36;
/** Veeam takes no longer names everywhere. */
const LONGEST_NAME = 50;

/** The job that backs up one machine, named as CloudStack names it; the machine's name is cut where that would be too long, never its uuid. */
export const jobNameOf = ({ name, uuid }: { readonly name: string; readonly uuid: string }): string => `${shortened(name)}${MARK}${uuid}`;

const shortened = (machineName: string): string => machineName.slice(0, LONGEST_NAME - MARK.length - UUID_LENGTH);

/** Whether the job is named after a machine of this name. */
export function isNamedAfter(jobName: string, machineName: string): boolean {
  const at = OF_A_MACHINE.exec(jobName)?.index ?? -1;
  return at >= 0 && [machineName, shortened(machineName)].includes(jobName.slice(0, at));
}

/** The machine that a job of this name, or a backup named after it, is of; undefined for any other job. */
export const machineUuidOf = (jobName: string): string | undefined => OF_A_MACHINE.exec(jobName)?.[1]?.toLowerCase();

/** The external id of an offering, as CloudStack has it: the same in both APIs. */
export const urnOf = (kind: 'Job' | 'Repository', uuid: string): string => `urn:veeam:${kind}:${uuid.toLowerCase()}`;

/** What such an external id names; undefined for any other text. */
export function readUrn(urn: string): { readonly kind: 'Job' | 'Repository'; readonly uuid: string } | undefined {
  const [, kind, uuid] = new RegExp(`^urn:veeam:(Job|Repository):(${UUID})$`, 'i').exec(urn) ?? [];
  if (kind === undefined || uuid === undefined) return undefined;
  return { kind: kind.toLowerCase() === 'job' ? 'Job' : 'Repository', uuid: uuid.toLowerCase() };
}

/** Those of the names that are in the text as they are, and not as a part of a longer word; of names that are part of each other the longest. */
export function namesIn(text: string, names: readonly string[]): ReadonlySet<string> {
  const longestFirst = [...names].sort((a, b) => b.length - a.length);
  const any = longestFirst.map((name) => name.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')).join('|');
  const word = '[\\p{L}\\p{N}_]';
  // A full stop can end a sentence, or go on with a name.
  return new Set(text.match(new RegExp(`(?<!${word}\\.|${word}|-)(?:${any})(?!\\.${word}|${word}|-)`, 'gu')));
}
