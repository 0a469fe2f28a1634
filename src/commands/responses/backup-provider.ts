import { responseOf, type Fields } from '../../api/response.js';
import type { ConnectionReport, ListedProvider } from '../../backup/backup-provider-manager.js';

export const backupProviderResponse = responseOf('providers', {
  name: ['string', 'the name of the provider'],
  description: ['string', 'the description of the provider'],
  version: ['string', 'the version of the provider'],
  capabilities: ['list', 'what it can do in the zone that was named, beyond the least'],
  failure: ['string', 'why it is not known what it can do there'],
});

export const toBackupProviderResponse = (provider: ListedProvider): Fields<typeof backupProviderResponse> => {
  const { name, description, version, capabilities, failure } = provider;
  return { name, description, version, capabilities: capabilities && namesOf(capabilities), failure };
};

const namesOf = (capabilities: NonNullable<ListedProvider['capabilities']>): readonly string[] =>
  Object.entries(capabilities)
    .flatMap(([name, isThere]) => (isThere === true ? [name.toLowerCase()] : []))
    .sort();

export const connectionResponse = responseOf('backupprovidercheck', {
  zoneid: ['string', 'ID of the zone'],
  zonename: ['string', 'name of the zone'],
  provider: ['string', 'name of the backup provider'],
  success: ['boolean', 'whether every step was passed'],
  steps: ['list', 'the steps that were tried, up to the first that failed: name, success, and what was found in detail'],
});

export const toConnectionResponse = ({ zone, provider, steps }: ConnectionReport): Fields<typeof connectionResponse> => ({
  zoneid: zone.uuid,
  zonename: zone.name,
  provider,
  success: steps.every(({ isPassed }) => isPassed),
  steps: steps.map(({ name, isPassed, detail }) => ({ name, success: isPassed, detail })),
});
