import { responseOf, type Fields } from '../../api/response.js';
import type { UserKeys } from '../../account/key-manager.js';

export const userKeysResponse = responseOf('userkeys', {
  apikey: ['string', 'API key'],
  secretkey: ['string', 'secret that signs the requests'],
  apikeyaccess: ['boolean', 'whether requests signed with the keys are let in'],
});

export const toUserKeysResponse = ({ pair, areLetIn }: UserKeys): Fields<typeof userKeysResponse> => ({
  apikey: pair?.apiKey,
  secretkey: pair?.secretKey,
  apikeyaccess: areLetIn,
});
