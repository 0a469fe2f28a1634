import type { Credentials } from '../client/api-client.js';
import { adminCredentials } from './keys.js';
import { installedSettings } from './settings.js';

/** Whose calls the command line makes: from STACKVAULT_ENDPOINT, STACKVAULT_API_KEY and STACKVAULT_SECRET_KEY, or the local server's administrator. */
export async function callerCredentials(): Promise<Credentials> {
  // eslint-disable-next-line no-process-env -- the command line is where the environment is read
  const { STACKVAULT_ENDPOINT: endpoint, STACKVAULT_API_KEY: apikey, STACKVAULT_SECRET_KEY: secretkey } = process.env;
  if (endpoint && apikey && secretkey) return { endpoint, apikey, secretkey };
  if (endpoint || apikey || secretkey) {
    throw new Error('STACKVAULT_ENDPOINT, STACKVAULT_API_KEY and STACKVAULT_SECRET_KEY belong together: set all three or none');
  }
  return adminCredentials(installedSettings(), false);
}
