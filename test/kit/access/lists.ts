import type { Parameters } from './actions.js';
import type { Possessions } from './cast.js';

/** A list with parameters that name what is theirs, and what those who may see it find in it: a text that the wish makes appear. */
export interface Shown {
  readonly command: string;
  /** What the command cannot do without. */
  readonly always?: Parameters;
  readonly narrowed: (theirs: Possessions) => readonly Parameters[];
  readonly found?: (theirs: Possessions) => readonly [wish: Parameters, text: string];
}

const ofAccount = ({ accountName: account, domainId: domainid }: Possessions) => ({ account, domainid });
const listAll = (text: string) => [{ listall: 'true' }, text] as const;

/** Lists of things that accounts own, for everybody. */
export const EVERYBODYS_LISTS: readonly Shown[] = [
  { command: 'listAccounts', narrowed: ({ accountId }) => [{ id: accountId }], found: ({ accountId }) => listAll(accountId) },
  { command: 'listAsyncJobs', narrowed: () => [] },
  ...['listBackups', 'listVMBackups'].map((command) => ({
    command,
    narrowed: ({ backup, backedUp }: Possessions) => [{ id: backup }, { virtualmachineid: backedUp }],
    found: ({ backup }: Possessions) => listAll(backup),
  })),
  {
    command: 'listBackupSchedule',
    narrowed: ({ schedule, backedUp }) => [{ id: schedule }, { virtualmachineid: backedUp }],
    found: ({ schedule }) => listAll(schedule),
  },
  { command: 'listDomains', narrowed: ({ domainId }) => [{ id: domainId }], found: ({ domainId }) => listAll(domainId) },
  {
    command: 'listEvents',
    narrowed: ({ event, backedUp }) => [{ id: event }, { startid: event }, { resourceid: backedUp }],
    found: ({ event }) => listAll(event),
  },
  { command: 'listResourceLimits', narrowed: () => [], found: (theirs) => [ofAccount(theirs), theirs.accountName] },
  {
    command: 'listRestores',
    narrowed: ({ restore, backup, backedUp }) => [{ id: restore }, { backupid: backup }, { virtualmachineid: backedUp }],
    found: ({ restore }) => listAll(restore),
  },
  { command: 'listUsers', narrowed: ({ userId }) => [{ id: userId }], found: ({ userId }) => listAll(userId) },
  ...['listVirtualMachines', 'listVirtualMachinesMetrics'].map((command) => ({
    command,
    narrowed: ({ spare, backedUp }: Possessions) => [{ id: spare }, { ids: `${spare},${backedUp}` }],
    found: ({ spare }: Possessions) => listAll(spare),
  })),
  ...['listVolumes', 'listVolumesMetrics'].map((command) => ({
    command,
    narrowed: ({ loneVolume, volumeOfSpare, spare }: Possessions) => [
      { id: loneVolume },
      { ids: `${loneVolume},${volumeOfSpare}` },
      { virtualmachineid: spare },
    ],
    found: ({ loneVolume }: Possessions) => listAll(loneVolume),
  })),
  {
    command: 'listWebhookDeliveries',
    narrowed: ({ delivery, webhook }) => [{ id: delivery }, { webhookid: webhook }],
    found: ({ delivery }) => [{}, delivery],
  },
  { command: 'listWebhooks', narrowed: ({ webhook }) => [{ id: webhook }], found: ({ webhook }) => listAll(webhook) },
];

/** As above, for administrators. */
export const ADMINISTRATORS_LISTS: readonly Shown[] = [
  { command: 'listDomainChildren', narrowed: ({ domainId }) => [{ id: domainId }] },
  {
    command: 'listUsageRecords',
    always: { startdate: '2020-01-01', enddate: '2999-01-01' },
    narrowed: ({ accountId, backedUp }) => [{ accountid: accountId }, { usageid: backedUp }],
    found: ({ backedUp }) => [{}, backedUp],
  },
];
