import { responseOf, type Fields } from '../../api/response.js';
import { categoryOf, type SettingKind } from '../../settings/dynamic-keys.js';
import type { SettingView } from '../../settings/settings-manager.js';

export const configurationResponse = responseOf('configuration', {
  category: ['string', 'the category of the configuration'],
  group: ['string', 'the group of the configuration'],
  subgroup: ['string', 'the subgroup of the configuration'],
  name: ['string', 'the name of the configuration'],
  value: ['string', 'the value of the configuration; never shown for a secret'],
  defaultvalue: ['string', 'the default value of the configuration'],
  scope: ['string', 'scope(zone/cluster/pool/account) of the parameter that needs to be updated'],
  description: ['string', 'the description of the configuration'],
  isdynamic: ['boolean', 'true if the configuration is dynamic'],
  component: ['string', 'the component of the configuration'],
  displaytext: ['string', 'the name of the configuration in words'],
  type: ['string', 'the type of the configuration value'],
});

const TYPES: Record<SettingKind, string> = { boolean: 'Boolean', integer: 'Number', string: 'String' };

export const toConfigurationResponse = ({ name, key, value, scope }: SettingView): Fields<typeof configurationResponse> => ({
  category: categoryOf(key),
  group: 'Miscellaneous',
  subgroup: 'Others',
  name,
  value,
  defaultvalue: key.default,
  scope,
  description: key.about,
  isdynamic: true,
  component: name.startsWith('backup.') ? 'BackupManager' : 'management-server',
  displaytext: name.replaceAll('.', ' ').replace(/^./, (letter) => letter.toUpperCase()),
  type: TYPES[key.kind],
});
