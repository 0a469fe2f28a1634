import { responseOf, type Fields } from '../../api/response.js';
import { categoryOf, type SettingKind } from '../../settings/dynamic-keys.js';
import type { SettingGroup } from '../../settings/setting-groups.js';
import type { SettingView } from '../../settings/settings-manager.js';

export const configurationResponse = responseOf('configuration', {
  category: ['string', 'category of the setting'],
  group: ['string', 'group within the category'],
  subgroup: ['string', 'part of that group'],
  name: ['string', 'name of the setting'],
  value: ['string', 'value that holds; never shown for a secret'],
  defaultvalue: ['string', 'value that holds when none is set'],
  scope: ['string', 'what may have a value of its own, such as a zone'],
  description: ['string', 'what the setting does'],
  isdynamic: ['boolean', 'whether a new value holds without a restart'],
  component: ['string', 'part of the server that reads it'],
  displaytext: ['string', 'name of the setting in words'],
  type: ['string', 'type of the value'],
  options: ['string', 'values that can be chosen, with commas between, where the type is Select'],
});

const TYPES: Readonly<Record<SettingKind, string>> = {
  boolean: 'Boolean',
  integer: 'Number',
  decimal: 'Decimal',
  'cidr list': 'String',
  string: 'String',
};

export const toConfigurationResponse = ({
  name,
  group,
  subgroup,
  key,
  value,
  options,
  scope,
}: SettingView): Fields<typeof configurationResponse> => ({
  category: categoryOf(key),
  group,
  subgroup,
  name,
  // Clients take it for a text, also where it is not told.
  value: value ?? '',
  defaultvalue: key.default,
  scope,
  description: key.about,
  isdynamic: true,
  component: name.startsWith('backup.') ? 'BackupManager' : 'management-server',
  displaytext: name.replaceAll('.', ' ').replace(/^./, (letter) => letter.toUpperCase()),
  type: options ? 'Select' : TYPES[key.kind],
  options: options?.join(','),
});

/** As CloudStack answers a reset: the scope begins with a capital. */
export const toResetConfigurationResponse = (setting: SettingView): Fields<typeof configurationResponse> => ({
  ...toConfigurationResponse(setting),
  scope: setting.scope?.replace(/^./, (letter) => letter.toUpperCase()),
});

export const configurationGroupResponse = responseOf('configurationgroup', {
  name: ['string', 'name of the group'],
  description: ['string', 'what its settings are about'],
  subgroup: ['list', 'its parts, each with a name'],
});

export const toConfigurationGroupResponse = ({ name, about, subgroups }: SettingGroup): Fields<typeof configurationGroupResponse> => ({
  name,
  description: about,
  subgroup: subgroups.map((part) => ({ name: part.name })),
});
