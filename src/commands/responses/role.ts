import type { RoleWithRules } from '../../account/role-directory.js';
import { responseOf, type Fields } from '../../api/response.js';

export const roleResponse = responseOf('role', {
  id: ['string', 'ID of the role'],
  name: ['string', 'name of the role'],
  type: ['string', 'Admin, ResourceAdmin, DomainAdmin or User: what the role allows where none of its rules matches'],
  description: ['string', 'what the role is for'],
  ispublic: ['boolean', 'whether administrators of domains see it'],
  isdefault: ['boolean', 'whether it came with the server and cannot be changed'],
  state: ['string', 'enabled, or disabled: then the users of its accounts may call nothing'],
});

export const toRoleResponse = (role: RoleWithRules): Fields<typeof roleResponse> => ({
  id: role.uuid,
  name: role.name,
  type: role.type,
  description: role.description,
  ispublic: role.isPublic,
  isdefault: role.isDefault,
  state: role.state,
});
