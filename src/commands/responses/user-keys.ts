import { responseOf, type Fields } from '../../api/response.js';
import type { KeyPair } from '../../account/key-manager.js';

export const userKeysResponse = responseOf('userkeys', {
  apikey: ['string', 'the api key of the registered user'],
  secretkey: ['string', 'the secret key of the registered user'],
  apikeyaccess: ['boolean', 'whether api key access is allowed or not'],
});

export const toUserKeysResponse = (keys: KeyPair | undefined): Fields<typeof userKeysResponse> => ({
  apikey: keys?.apiKey,
  secretkey: keys?.secretKey,
  apikeyaccess: true,
});
