import { given, responseOf, type Fields } from '../../api/response.js';
import type { DomainWithResources } from '../../account/domain-manager.js';
import { resourceFields, toResourceFields } from './resources.js';

export const domainResponse = responseOf('domain', {
  id: ['string', 'ID of the domain'],
  name: ['string', 'name of the domain'],
  level: ['integer', 'how far it is below ROOT, which is 0'],
  parentdomainid: ['string', 'ID of the domain in which it is'],
  parentdomainname: ['string', 'name of the domain in which it is'],
  path: ['string', 'its path from ROOT'],
  haschild: ['boolean', 'whether there are domains below it'],
  state: ['string', 'what state it is in'],
  created: ['date', 'when it was created'],
  ...resourceFields,
});

export const toDomainResponse = ({ domain, resources }: DomainWithResources): Fields<typeof domainResponse> => ({
  id: domain.uuid,
  name: domain.name,
  level: domain.path.split('/').length - 1,
  parentdomainid: given(domain.parentUuid),
  parentdomainname: given(domain.parentName),
  path: domain.path,
  haschild: domain.hasChild,
  state: 'Active',
  created: domain.created,
  ...toResourceFields(resources),
});
