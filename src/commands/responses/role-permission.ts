import type { RuleOfRole } from '../../account/role-manager.js';
import { given, responseOf, type Fields } from '../../api/response.js';

export const rolePermissionResponse = responseOf('rolepermission', {
  id: ['string', 'ID of the rule'],
  roleid: ['string', 'ID of the role that has it'],
  rolename: ['string', 'name of that role'],
  rule: ['string', 'name of the commands that it decides about, * for any part of it'],
  permission: ['string', 'what it decides: allow or deny'],
  description: ['string', 'why the rule is there'],
});

export const toRolePermissionResponse = ({ role, rule }: RuleOfRole): Fields<typeof rolePermissionResponse> => ({
  id: rule.uuid,
  roleid: role.uuid,
  rolename: role.name,
  rule: rule.rule,
  permission: rule.permission,
  description: given(rule.description),
});
