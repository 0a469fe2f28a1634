import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import type { StaticSettings } from '../settings/static-settings.js';

/**
 * Takes the data folder for this process, as long as it lives: two servers on one embedded database would not know of each other.
 * The lock is SQLite's on an empty database of its own, which no crash leaves behind.
 */
export function claimDataFolder(settings: StaticSettings): void {
  const folder = makeDataFolder(settings);
  try {
    const lock = new Sqlite(join(folder, 'server.lock'), { timeout: 0 });
    lock.exec('begin exclusive');
    // Also keeps it: a lock that nothing holds on to is collected and given up.
    process.once('exit', () => lock.close());
  } catch (cause) {
    throw new Error(`another server uses the folder ${folder}; set data.dir (DATA_DIR) to another`, { cause });
  }
}

/** Makes the folder of everything that the server writes, readable by its owner only. */
function makeDataFolder(settings: StaticSettings): string {
  const folder = settings['data.dir'];
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return folder;
  } catch (cause) {
    throw new Error(`the folder of data.dir (DATA_DIR), ${folder}, cannot be made: ${(cause as Error).message}`, { cause });
  }
}
