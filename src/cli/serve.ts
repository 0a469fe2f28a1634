import type { Server } from 'node:http';
import { createApplication, type Application } from '../application.js';
import { close, endpointOf, listen } from '../http-server.js';
import { createLog, type Log } from '../log.js';
import { describeDatabase, openDatabase, openSecrets } from '../open-database.js';
import type { StaticSettings } from '../settings/static-settings.js';
import { credentialsFile, showCredentials } from './credentials-file.js';
import { removeEndpoint, writeEndpoint } from './endpoint-file.js';
import { installedSettings, packageVersion } from './settings.js';

/** `stackvault serve`: runs the server until it is told to stop by SIGTERM or SIGINT. */
export async function serve(): Promise<void> {
  const settings = installedSettings();
  const log = createLog(settings['log.level']);
  const db = await openDatabase(settings);
  try {
    const secrets = await openSecrets(settings, db);
    const application = await createApplication({ settings, db, secrets, log, keeper: credentialsFile(settings) });
    if (application.firstAdmin) showCredentials(application.firstAdmin, settings);
    const server = await listen(application.app, settings['http.host'], settings['http.port'], log);
    writeEndpoint(settings, endpointOf(server));
    application.start();
    stopOnSignal(application, server, settings, log);
    logStart(application, server, settings, log);
  } catch (error) {
    // Whatever has been started by now ends with the process, which the caller ends.
    await db.knex.destroy();
    throw error;
  }
}

function logStart({ plugins }: Application, server: Server, settings: StaticSettings, log: Log): void {
  log('info', 'server started', {
    version: packageVersion(),
    endpoint: endpointOf(server),
    database: describeDatabase(settings),
    backupPlugins: [...plugins.backup.values()].map(({ name, version }) => `${name} ${version}`),
    inventoryPlugins: [...plugins.inventory.values()].map(({ name, version }) => `${name} ${version}`),
  });
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
