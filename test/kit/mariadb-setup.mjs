import { join } from 'node:path';
import { startMariadb } from './mariadb-server.mjs';
import { makeRunFolder, sweepRunFolders } from './run-folder.mjs';

/** Before all test files: one MariaDB for the run, told to the tests by the environment. */
export default async function setUp() {
  // Not UTC, and not whole hours from it: whoever takes local time for UTC is found out.
  process.env.TZ = 'Asia/Kathmandu';
  sweepRunFolders();
  const folder = makeRunFolder();
  const server = await startMariadb(join(folder, 'mariadb'));
  process.env.TEST_RUN_FOLDER = folder;
  process.env.TEST_DB_PORT = String(server.port);
  process.env.TEST_DB_SOCKET = server.socket;
  globalThis.stackvaultTestRun = { folder, server };
}
