import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Server } from 'node:http';
import { createApplication, type Application } from '../application.js';
import type { FirstAdmin } from '../bootstrap.js';
import { close, endpointOf, listen } from '../http-server.js';
import { createLog, type Log } from '../log.js';
import { describeDatabase, openDatabase, openSecrets } from '../open-database.js';
import type { StaticSettings } from '../settings/static-settings.js';
import { removeEndpoint, writeEndpoint } from './endpoint-file.js';
import { installedSettings, packageVersion } from './settings.js';

/** `stackvault serve`: runs the server until it is told to stop by SIGTERM or SIGINT. */
export async function serve(): Promise<void> {
  const settings = installedSettings();
  const log = createLog(settings['log.level']);
  const db = await openDatabase(settings);
  const application = await openSecrets(settings, db)
    .then((secrets) => createApplication(settings, db, secrets, log))
    .catch(async (error: unknown) => {
      await db.knex.destroy();
      throw error;
    });
  if (application.firstAdmin) announce(application.firstAdmin, settings);
  const server = await listen(application.app, settings['http.host'], settings['http.port'], log).catch(async (error: unknown) => {
    await application.stop(0);
    throw error;
  });
  writeEndpoint(settings, endpointOf(server));
  application.start();
  log('info', 'server started', {
    version: packageVersion(),
    endpoint: endpointOf(server),
    database: describeDatabase(settings),
    backupPlugins: [...application.plugins.backup.values()].map(({ name, version }) => `${name} ${version}`),
    inventoryPlugins: [...application.plugins.inventory.values()].map(({ name, version }) => `${name} ${version}`),
  });
  stopOnSignal(application, server, settings, log);
}

function announce({ username, password, apiKey, secretKey }: FirstAdmin, settings: StaticSettings): void {
  const file = join(settings['data.dir'], 'admin-credentials.json');
  writeFileSync(file, `${JSON.stringify({ username, password, apikey: apiKey, secretkey: secretKey }, undefined, 2)}\n`, { mode: 0o600 });
  process.stdout.write(
    `The database was empty. The administrator has been made, and this is shown once:\n` +
      `  user name   ${username}\n  password    ${password}\n  API key     ${apiKey}\n  secret key  ${secretKey}\n` +
      `They are also in ${file}, which only you can read.\n`,
  );
}

function stopOnSignal(application: Application, server: Server, settings: StaticSettings, log: Log): void {
  let isStopping = false;
  const stop = async (signal: string) => {
    if (isStopping) return;
    isStopping = true;
    log('info', 'server stopping', { signal });
    const graceMs = settings['shutdown.grace.seconds'] * 1000;
    await application.stop(graceMs, close(server, graceMs));
    removeEndpoint(settings);
    log('info', 'server stopped');
    // Jobs that were handed over may still hold the process; their outcome is the next server's to record.
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => void stop(signal));
}
