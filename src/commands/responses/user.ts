import { given, responseOf, type Fields } from '../../api/response.js';
import { accountTypeOf } from '../../account/role-type.js';
import type { Caller } from '../../call-context.js';
import type { UserView } from '../../dao/user-dao.js';

export const userResponse = responseOf('user', {
  id: ['string', 'ID of the user'],
  username: ['string', 'name by which the user logs in'],
  firstname: ['string', 'first name'],
  lastname: ['string', 'last name'],
  email: ['string', 'mail address'],
  created: ['date', 'when the user was created'],
  state: ['string', 'what state the user is in'],
  account: ['string', 'name of the account of the user'],
  accountid: ['string', 'ID of the account of the user'],
  accounttype: ['integer', '0 for user, 1 for root admin, 2 for domain admin, 3 for resource domain admin'],
  roleid: ['string', 'ID of the role'],
  roletype: ['string', 'kind of role'],
  rolename: ['string', 'name of the role'],
  domainid: ['string', 'ID of the domain of the user'],
  domain: ['string', 'name of the domain of the user'],
  timezone: ['string', 'time zone of the user'],
  apikey: ['string', 'API key of the user, if there is one'],
  apikeyaccess: ['string', 'whether its API keys are let in: enabled, disabled, or inherit from the account'],
  isdefault: ['boolean', 'whether the server cannot do without the user'],
  iscallerchilddomain: ['boolean', 'whether the user is in a domain below that of the caller'],
  usersource: ['string', 'where the user is kept; always native'],
});

export const toUserResponse = (user: UserView, caller: Caller): Fields<typeof userResponse> => ({
  id: user.uuid,
  username: user.username,
  firstname: user.firstName,
  lastname: user.lastName,
  email: user.email,
  created: user.created,
  state: user.state,
  account: user.accountName,
  accountid: user.accountUuid,
  accounttype: accountTypeOf(user.role),
  roleid: user.roleUuid,
  roletype: user.role,
  rolename: user.roleName,
  domainid: user.domainUuid,
  domain: user.domainPath.split('/').at(-1),
  timezone: given(user.timezone),
  apikey: given(user.apiKey),
  apikeyaccess: user.apiKeyAccess,
  isdefault: user.isDefault,
  iscallerchilddomain: user.domainPath.startsWith(`${caller.domainPath}/`),
  usersource: 'native',
});
