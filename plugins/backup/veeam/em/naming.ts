/** What tells a job that was made for one machine from the templates. */
const MARK = '-CSBKP-';

/** Enterprise Manager takes no longer name for a job. */
const MAX_NAME_LENGTH = 50;

const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';

/** The mark and the machine's uuid, at the end of a job's name, or before ` - <machine>` in that of a backup with a chain for each machine. */
const OF_MACHINE = new RegExp(`${MARK}(${UUID})(?: - .*)?$`, 'i');

/** The name of the job of one machine, as CloudStack gives it. The machine's name is cut where both do not fit: the uuid tells whose it is. */
export const jobNameOf = (machineName: string, machineUuid: string): string =>
  `${machineName.slice(0, MAX_NAME_LENGTH - MARK.length - machineUuid.length)}${MARK}${machineUuid}`;

/** The machine whose job or backup has this name; undefined for that of anything else, such as a template. */
export const machineUuidOf = (name: string): string | undefined => OF_MACHINE.exec(name)?.[1]?.toLowerCase();

/** Whether the job is none that was made for one machine. */
export const isTemplateName = (name: string): boolean => !name.includes(MARK);
