import { responseOf, type Fields } from '../../api/response.js';
import { RESOURCE_TYPES } from '../../limits/resource-type.js';
import type { TypedUnits } from '../../limits/limit-manager.js';

export const resourceCountResponse = responseOf('resourcecount', {
  account: ['string', 'account whose things are counted; absent for those of a domain'],
  domainid: ['string', 'ID of the domain, or of the domain of the account'],
  domain: ['string', 'name of that domain'],
  domainpath: ['string', 'path of that domain, from ROOT'],
  resourcetype: ['string', 'number of what is counted: 12 for backups, 13 for backup storage'],
  resourcetypename: ['string', 'name of what is counted: backup or backup_storage'],
  resourcecount: ['long', 'how much there is, of backup storage in GiB'],
});

export const toResourceCountResponse = ({ account, domain, type, units }: TypedUnits): Fields<typeof resourceCountResponse> => ({
  account: account?.name,
  domainid: domain.uuid,
  domain: domain.path.split('/').at(-1),
  domainpath: domain.path,
  resourcetype: String(RESOURCE_TYPES[type].number),
  resourcetypename: type,
  resourcecount: units,
});
