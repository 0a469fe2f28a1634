import { parseArgs } from 'node:util';
import { renewKeys } from '../account/key-manager.js';
import { findAdmin } from '../bootstrap.js';
import { CacheInvalidation } from '../cache-invalidation.js';
import type { Credentials } from '../client/api-client.js';
import { hasDatabase, openDatabase, openSecrets } from '../open-database.js';
import type { StaticSettings } from '../settings/static-settings.js';
import { renewKeysInFile } from './credentials-file.js';
import { readEndpoint } from './endpoint-file.js';
import { installedSettings } from './settings.js';

/** `stackvault keys [--renew] [--json]`: shows the administrator's keys, or gives it new ones. */
export async function keysCommand(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: { renew: { type: 'boolean' }, json: { type: 'boolean' } } });
  const settings = installedSettings();
  const credentials = await adminCredentials(settings, values.renew ?? false);
  if (values.renew) renewKeysInFile(settings, credentials);
  const { endpoint, apikey, secretkey } = credentials;
  const text = `endpoint    ${endpoint}\nAPI key     ${apikey}\nsecret key  ${secretkey}`;
  process.stdout.write(`${values.json ? JSON.stringify(credentials) : text}\n`);
}

/** The administrator's keys from the database of the settings, made or renewed if need be. */
export async function adminCredentials(settings: StaticSettings, renew: boolean): Promise<Credentials> {
  if (!hasDatabase(settings)) throw new Error(`there is no server in ${settings['data.dir']} yet; start it once`);
  const db = await openDatabase(settings);
  try {
    const secrets = await openSecrets(settings, db);
    const { id, apiKey, secretKey } = await findAdmin(db);
    const endpoint = readEndpoint(settings);
    if (apiKey && secretKey && !renew) return { endpoint, apikey: apiKey, secretkey: secrets.open(secretKey) };
    const caches = new CacheInvalidation(
      db,
      () => new Date(),
      () => undefined,
    );
    const renewed = await renewKeys(caches, secrets, id);
    return { endpoint, apikey: renewed.apiKey, secretkey: renewed.secretKey };
  } finally {
    await db.knex.destroy();
  }
}
