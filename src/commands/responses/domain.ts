import { responseOf, type Fields } from '../../api/response.js';
import type { Domain } from '../../dao/domain-dao.js';

export const domainResponse = responseOf('domain', {
  id: ['string', 'the ID of the domain'],
  name: ['string', 'the name of the domain'],
  level: ['integer', 'the level of the domain'],
  path: ['string', 'the path of the domain'],
  haschild: ['boolean', 'whether the domain has one or more sub-domains'],
  state: ['string', 'the state of the domain'],
  created: ['date', 'the date when this domain was created'],
});

export const toDomainResponse = (domain: Domain): Fields<typeof domainResponse> => ({
  id: domain.uuid,
  name: domain.name,
  level: domain.path.split('/').length - 1,
  path: domain.path,
  haschild: false,
  state: 'Active',
  created: domain.created,
});
