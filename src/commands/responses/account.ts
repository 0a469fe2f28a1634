import { responseOf, type Fields } from '../../api/response.js';
import type { AccountWithUsers } from '../../account/account-manager.js';
import { accountTypeOf } from '../../account/role-type.js';
import { roleName } from './role.js';
import { toUserResponse } from './user.js';

export const accountResponse = responseOf('account', {
  id: ['string', 'the id of the account'],
  name: ['string', 'the name of the account'],
  accounttype: ['integer', 'account type (admin, domain-admin, user)'],
  roletype: ['string', 'the type of the role (Admin, ResourceAdmin, DomainAdmin, User)'],
  rolename: ['string', 'the name of the role'],
  domainid: ['string', 'id of the Domain the account belongs to'],
  domain: ['string', 'name of the Domain the account belongs to'],
  domainpath: ['string', 'path of the Domain the account belongs to'],
  state: ['string', 'the state of the account'],
  created: ['date', 'the date when this account was created'],
  isdefault: ['boolean', 'true if account is default, false otherwise'],
  user: ['list', 'the list of users associated with account'],
});

export const toAccountResponse = ({ account, users }: AccountWithUsers): Fields<typeof accountResponse> => ({
  id: account.uuid,
  name: account.name,
  accounttype: accountTypeOf(account.role),
  roletype: account.role,
  rolename: roleName(account.role),
  domainid: account.domainUuid,
  domain: account.domainPath.split('/').at(-1),
  domainpath: account.domainPath,
  state: account.state,
  created: account.created,
  isdefault: false,
  user: users.map(toUserResponse),
});
