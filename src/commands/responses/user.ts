import { given, responseOf, type Fields } from '../../api/response.js';
import { accountTypeOf } from '../../account/role-type.js';
import type { UserView } from '../../dao/user-dao.js';
import { roleName } from './role.js';

export const userResponse = responseOf('user', {
  id: ['string', 'the user ID'],
  username: ['string', 'the user name'],
  firstname: ['string', 'the user firstname'],
  lastname: ['string', 'the user lastname'],
  email: ['string', 'the user email address'],
  created: ['date', 'the date and time the user account was created'],
  state: ['string', 'the user state'],
  account: ['string', 'the account name of the user'],
  accountid: ['string', 'the account ID of the user'],
  accounttype: ['integer', 'the account type of the user'],
  roletype: ['string', 'the type of the role'],
  rolename: ['string', 'the name of the role'],
  domainid: ['string', 'the domain ID of the user'],
  domain: ['string', 'the domain name of the user'],
  timezone: ['string', 'the timezone user was created in'],
  apikey: ['string', 'the api key of the user'],
  isdefault: ['boolean', 'true if user is default, false otherwise'],
  iscallerchilddomain: ['boolean', 'the boolean value representing if the updating target is in caller child domain'],
  usersource: ['string', 'the source type of the user in lowercase, such as native, ldap, saml2'],
});

export const toUserResponse = (user: UserView): Fields<typeof userResponse> => ({
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
  roletype: user.role,
  rolename: roleName(user.role),
  domainid: user.domainUuid,
  domain: user.domainPath.split('/').at(-1),
  timezone: given(user.timezone),
  apikey: given(user.apiKey),
  isdefault: false,
  iscallerchilddomain: false,
  usersource: 'native',
});
