import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CredentialKeeper, FirstAdmin } from '../bootstrap.js';
import type { StaticSettings } from '../settings/static-settings.js';

const fileOf = (settings: StaticSettings): string => join(settings['data.dir'], 'admin-credentials.json');

/** Keeps the first administrator's credentials in a file that only its owner can read. */
export const credentialsFile = (settings: StaticSettings): CredentialKeeper => ({
  keep: ({ username, password, apiKey, secretKey }) => {
    const text = JSON.stringify({ username, password, apikey: apiKey, secretkey: secretKey }, undefined, 2);
    writeFileSync(fileOf(settings), `${text}\n`, { mode: 0o600 });
    chmodSync(fileOf(settings), 0o600);
  },
  discard: () => rmSync(fileOf(settings), { force: true }),
});

/** Puts renewed keys into the file, if it is there. */
export function renewKeysInFile(
  settings: StaticSettings,
  { apikey, secretkey }: { readonly apikey: string; readonly secretkey: string },
): void {
  const file = fileOf(settings);
  if (!existsSync(file)) return;
  const known = JSON.parse(readFileSync(file, 'utf8')) as object;
  writeFileSync(file, `${JSON.stringify({ ...known, apikey, secretkey }, undefined, 2)}\n`, { mode: 0o600 });
}

/** Shows the credentials, once. */
export function showCredentials({ username, password, apiKey, secretKey }: FirstAdmin, settings: StaticSettings): void {
  process.stdout.write(
    `The database was empty. The administrator has been made, and this is shown once:\n` +
      `  user name   ${username}\n  password    ${password}\n  API key     ${apiKey}\n  secret key  ${secretKey}\n` +
      `They are also in ${fileOf(settings)}, which only you can read.\n`,
  );
}
