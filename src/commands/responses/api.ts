import { responseOf } from '../../api/response.js';

export const apiResponse = responseOf('api', {
  name: ['string', 'name of the command'],
  description: ['string', 'what the command does'],
  since: ['string', 'version of the API in which the command appeared'],
  isasync: ['boolean', 'whether it answers with a job'],
  related: ['string', 'commands that return the same kind of thing, with commas between'],
  params: ['list', 'its parameters'],
  response: ['list', 'fields of its answer'],
});
