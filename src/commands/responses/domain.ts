import { responseOf, type Fields } from '../../api/response.js';
import type { Domain } from '../../dao/domain-dao.js';

export const domainResponse = responseOf('domain', {
  id: ['string', 'ID of the domain'],
  name: ['string', 'name of the domain'],
  level: ['integer', 'how far it is below ROOT, which is 0'],
  path: ['string', 'its path from ROOT'],
  haschild: ['boolean', 'whether there are domains below it'],
  state: ['string', 'what state it is in'],
  created: ['date', 'when it was created'],
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
