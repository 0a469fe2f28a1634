import { join } from 'node:path';
import type { Database } from '../dao/database.js';
import type { AlertManager } from '../events/alert-manager.js';
import type { Log } from '../log.js';
import type { Plugins } from '../provider/load-plugins.js';

/** Tells of the plugins that this server could not load, and what can be done about them: in its log, and once in an alert. */
export async function reportBroken({ broken }: Plugins, db: Database, alerts: AlertManager, log: Log): Promise<void> {
  for (const error of broken) {
    const { what, reason, place } = error;
    const remedy = `mend it or take it away, then start the server again; stackvault plugin check ${join(place.folder, place.name)} tells more`;
    log('error', 'plugin not loaded', { ...place, reason, remedy, error });
    await db.transaction((daos) => alerts.raiseOnce(daos, 'ALERT.MANAGEMENT', `${what} could not be loaded: ${reason}; ${remedy}`));
  }
}
