import { rmSync } from 'node:fs';
import { stopMariadb } from './mariadb-server.mjs';

/** After all test files: the run's MariaDB and everything that was written. */
export default async function tearDown() {
  const { folder, server } = globalThis.stackvaultTestRun;
  await stopMariadb(server);
  rmSync(folder, { recursive: true, force: true });
}
