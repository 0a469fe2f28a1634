import { responseOf, type Fields } from '../../api/response.js';
import type { AccountWithUsers } from '../../account/account-manager.js';
import { accountTypeOf } from '../../account/role-type.js';
import type { Caller } from '../../call-context.js';
import { resourceFields, toResourceFields } from './resources.js';
import { toUserResponse } from './user.js';

export const accountResponse = responseOf('account', {
  id: ['string', 'ID of the account'],
  name: ['string', 'name of the account'],
  accounttype: ['integer', '0 for user, 1 for root admin, 2 for domain admin, 3 for resource domain admin'],
  roleid: ['string', 'ID of the role'],
  roletype: ['string', 'Admin, ResourceAdmin, DomainAdmin or User'],
  rolename: ['string', 'name of the role'],
  domainid: ['string', 'ID of its domain'],
  domain: ['string', 'name of its domain'],
  domainpath: ['string', 'path of its domain, from ROOT'],
  state: ['string', 'what state it is in'],
  created: ['date', 'when it was created'],
  apikeyaccess: ['string', 'whether the API keys of its users are let in: enabled, disabled, or inherit from the domain'],
  isdefault: ['boolean', 'whether the server cannot do without it'],
  user: ['list', 'its users'],
  ...resourceFields,
});

export const toAccountResponse = ({ account, users, resources }: AccountWithUsers, caller: Caller): Fields<typeof accountResponse> => ({
  id: account.uuid,
  name: account.name,
  accounttype: accountTypeOf(account.role),
  roleid: account.roleUuid,
  roletype: account.role,
  rolename: account.roleName,
  domainid: account.domainUuid,
  domain: account.domainPath.split('/').at(-1),
  domainpath: account.domainPath,
  state: account.state,
  created: account.created,
  apikeyaccess: account.apiKeyAccess,
  isdefault: account.isDefault,
  user: users.map((user) => toUserResponse(user, caller)),
  ...toResourceFields(resources),
});
