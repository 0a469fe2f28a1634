import { responseOf } from '../../api/response.js';

export const apiResponse = responseOf('api', {
  name: ['string', 'the name of the api command'],
  description: ['string', 'description of the api'],
  since: ['string', 'version of CloudStack the api was introduced in'],
  isasync: ['boolean', 'true if api is asynchronous'],
  related: ['string', 'comma separated related apis'],
  params: ['list', 'the list params the api accepts'],
  response: ['list', 'api response fields'],
});
