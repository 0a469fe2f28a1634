import type { Server } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { createApplication, type Application } from '../application.js';
import { close, endpointOf, listen } from '../http-server.js';
import { createLog, type Log } from '../log.js';
import { describeDatabase, openDatabase, openSecrets } from '../open-database.js';
import type { StaticSettings } from '../settings/static-settings.js';
import { credentialsFile, showCredentials } from './credentials-file.js';
import { claimDataFolder } from './data-folder.js';
import { EndpointFile } from './endpoint-file.js';
import { installedSettings, packageVersion } from './settings.js';

/** `stackvault serve`: runs the server until it is told to stop by SIGTERM or SIGINT. */
export async function serve(): Promise<void> {
  const settings = installedSettings();
  const log = createLog(settings['log.level']);
  claimDataFolder(settings);
  const db = await openDatabase(settings);
  try {
    const secrets = await openSecrets(settings, db);
    const application = await createApplication({ settings, db, secrets, log, keeper: credentialsFile(settings) });
    if (application.firstAdmin) showCredentials(application.firstAdmin, settings);
    const server = await listen(application.app, settings['http.host'], settings['http.port'], log);
    const endpoint = new EndpointFile(settings, endpointOf(server));
    endpoint.write();
    application.start();
    stopOnSignal(application, server, endpoint, settings, log);
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

function stopOnSignal(application: Application, server: Server, endpoint: EndpointFile, settings: StaticSettings, log: Log): void {
  const [drainMs, graceMs] = [settings['shutdown.drain.seconds'] * 1000, settings['shutdown.grace.seconds'] * 1000];
  const stop = async (signal: string) => {
    log('info', 'server stopping', { signal });
    try {
      // It is not ready from now on, and takes no jobs; those that it is asked for are the other servers'.
      const answered = pause(drainMs).then(() => close(server, graceMs));
      await application.stop(graceMs, answered);
      log('info', 'server stopped');
      return 0;
    } catch (error) {
      log('error', 'stopping failed', { error });
      return 1;
    } finally {
      endpoint.remove();
    }
  };
  let stopping: Promise<void> | undefined;
  for (const signal of ['SIGTERM', 'SIGINT']) {
    // Ended by force: jobs that were handed over may still hold the process; their outcome is the next server's to record.
    process.on(signal, () => void (stopping ??= stop(signal).then((code) => process.exit(code))));
  }
}
