import type { Caller } from '../call-context.js';
import type { ApiKeyAccess } from '../dao/account-dao.js';
import type { UserView } from '../dao/user-dao.js';
import type { DynamicSettings } from '../settings/dynamic-settings.js';

/** Whose API key it is, as far as it matters for whether the key is let in. */
export type KeyOwner = Pick<UserView, 'apiKeyAccess' | 'accountApiKeyAccess' | 'domainPath'>;

/** Whether requests signed with the user's API key are let in: the user says, else its account, else the domain or the whole server. */
export function mayEnterByKey(settings: DynamicSettings, { apiKeyAccess, accountApiKeyAccess, domainPath }: KeyOwner): boolean {
  const said: ApiKeyAccess = apiKeyAccess === 'inherit' ? accountApiKeyAccess : apiKeyAccess;
  return said === 'inherit' ? settings.get('api.key.access', { domainPath }) : said === 'enabled';
}

/** Whether requests for the account may come from the address. */
export const mayEnterFrom = (
  settings: DynamicSettings,
  { accountId, domainPath }: Pick<Caller, 'accountId' | 'domainPath'>,
  address: string,
): boolean => settings.get('api.allowed.source.cidr.list', { accountId, domainPath }).has(address);
