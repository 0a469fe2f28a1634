/** A part of a group of settings: those whose names begin in one of these ways. */
interface Subgroup {
  readonly name: string;
  readonly beginnings: readonly string[];
}

/** Settings that administrators look for in the same place. */
export interface SettingGroup {
  readonly name: string;
  readonly about: string;
  readonly subgroups: readonly Subgroup[];
}

/** Where a setting belongs that fits nowhere else. */
const ELSEWHERE = { group: 'Miscellaneous', subgroup: 'Others' };

/** Every group, in the order in which they are shown; a setting belongs to the first place that its name fits. */
export const SETTING_GROUPS: readonly SettingGroup[] = [
  {
    name: 'Backup',
    about: 'backup and recovery',
    subgroups: [
      { name: 'Providers', beginnings: ['backup.plugin.'] },
      { name: 'Framework', beginnings: ['backup.', 'zone.backupStorage.'] },
    ],
  },
  {
    name: 'Inventory',
    about: 'where machines and volumes come from',
    subgroups: [
      { name: 'Sources', beginnings: ['inventory.'] },
      { name: 'Machines', beginnings: ['enable.dynamic.', 'hypervisor.'] },
    ],
  },
  {
    name: 'Access',
    about: 'who may do what, and how often',
    subgroups: [
      { name: 'Logins', beginnings: ['session.', 'api.sessionkey.', 'incorrect.login.', 'login.'] },
      { name: 'API', beginnings: ['api.', 'default.page.', 'dynamic.apichecker.', 'enforce.'] },
    ],
  },
  {
    name: 'Limits',
    about: 'how much accounts and domains may have',
    subgroups: [
      { name: 'Accounts', beginnings: ['max.account.'] },
      { name: 'Domains', beginnings: ['max.domain.'] },
    ],
  },
  {
    name: 'Jobs',
    about: 'how the server works through what is asked of it',
    subgroups: [{ name: 'Turns', beginnings: ['jobs.', 'job.'] }],
  },
  {
    name: 'Notifications',
    about: 'who is told of what happens',
    subgroups: [{ name: 'Webhooks', beginnings: ['webhook.'] }],
  },
  { name: ELSEWHERE.group, about: 'whatever belongs nowhere else', subgroups: [{ name: ELSEWHERE.subgroup, beginnings: [] }] },
];

const PLACES = SETTING_GROUPS.flatMap(({ name: group, subgroups }) =>
  subgroups.flatMap(({ name: subgroup, beginnings }) => beginnings.map((beginning) => [beginning, { group, subgroup }] as const)),
);

/** Where administrators find the setting. */
export function placeOf(setting: string): { readonly group: string; readonly subgroup: string } {
  const [, place] = PLACES.find(([beginning]) => setting.startsWith(beginning)) ?? [];
  return place ?? ELSEWHERE;
}
