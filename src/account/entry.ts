import type { Caller } from '../call-context.js';
import type { ApiKeyAccess } from '../dao/account-dao.js';
import type { UserView } from '../dao/user-dao.js';
import { ApiError, invalid } from '../errors.js';
import type { DynamicSettings } from '../settings/dynamic-settings.js';

const API_KEY_ACCESS: readonly ApiKeyAccess[] = ['enabled', 'disabled', 'inherit'];

/** Whose API key it is, as far as it matters for whether the key is let in. */
export type KeyOwner = Pick<UserView, 'apiKeyAccess' | 'accountApiKeyAccess' | 'domainPath'>;

/** Whether requests signed with the user's API key are let in: the user says, else its account, else the domain or the whole server. */
export function mayEnterByKey(settings: DynamicSettings, { apiKeyAccess, accountApiKeyAccess, domainPath }: KeyOwner): boolean {
  const said: ApiKeyAccess = apiKeyAccess === 'inherit' ? accountApiKeyAccess : apiKeyAccess;
  return said === 'inherit' ? settings.get('api.key.access', { domainPath }) : said === 'enabled';
}

/** Reads what is to be said of keys; refuses whoever is no root administrator, whom it could be meant to keep out. */
export function readApiKeyAccess({ role }: Caller, text: string): ApiKeyAccess {
  if (role !== 'Admin') throw new ApiError('denied', 'only root administrators say whether API keys are let in');
  const access = API_KEY_ACCESS.find((known) => known === text.toLowerCase());
  if (access === undefined) throw invalid('apikeyaccess', `"${text}" is none of ${API_KEY_ACCESS.join(', ')}`);
  return access;
}

/** Whether requests for the account may come from the address. */
export const mayEnterFrom = (
  settings: DynamicSettings,
  { accountId, domainPath }: Pick<Caller, 'accountId' | 'domainPath'>,
  address: string,
): boolean => settings.get('api.allowed.source.cidr.list', { accountId, domainPath }).has(address);
