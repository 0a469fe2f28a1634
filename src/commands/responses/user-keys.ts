import { responseOf, type Fields } from '../../api/response.js';
import type { KeyPair } from '../../account/key-manager.js';

export const userKeysResponse = responseOf('userkeys', {
  apikey: ['string', 'API key'],
  secretkey: ['string', 'secret that signs the requests'],
  apikeyaccess: ['boolean', 'whether requests signed with the keys are let in'],
});

export const toUserKeysResponse = (keys: KeyPair | undefined): Fields<typeof userKeysResponse> => ({
  apikey: keys?.apiKey,
  secretkey: keys?.secretKey,
  apikeyaccess: true,
});
