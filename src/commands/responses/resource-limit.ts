import { responseOf, type Fields } from '../../api/response.js';
import { RESOURCE_TYPES } from '../../limits/resource-type.js';
import type { TypedUnits } from '../../limits/limit-manager.js';

export const resourceLimitResponse = responseOf('resourcelimit', {
  account: ['string', 'account that the limit is of; absent for that of a domain'],
  domainid: ['string', 'ID of the domain, or of the domain of the account'],
  domain: ['string', 'name of that domain'],
  domainpath: ['string', 'path of that domain, from ROOT'],
  resourcetype: ['string', 'number of what is limited: 12 for backups, 13 for backup storage'],
  resourcetypename: ['string', 'name of what is limited: backup or backup_storage'],
  max: ['long', 'the limit, of backup storage in GiB; -1 if there is none'],
});

export const toResourceLimitResponse = ({ account, domain, type, units }: TypedUnits): Fields<typeof resourceLimitResponse> => ({
  account: account?.name,
  domainid: domain.uuid,
  domain: domain.path.split('/').at(-1),
  domainpath: domain.path,
  resourcetype: String(RESOURCE_TYPES[type].number),
  resourcetypename: type,
  max: units,
});
