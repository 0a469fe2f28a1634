import { existsSync, mkdtempSync, readdirSync, rmSync, statfsSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const NAME = /^stackvault-test-run-(\d+)-/;
const MEMORY = '/dev/shm';
const ENOUGH_BYTES = 2 ** 30;

const places = () => [MEMORY, tmpdir()].filter(existsSync);

/** Makes the folder of everything that one test run writes: in memory where there is room. */
export function makeRunFolder() {
  const { bavail, bsize } = existsSync(MEMORY) ? statfsSync(MEMORY) : { bavail: 0, bsize: 0 };
  return mkdtempSync(join(bavail * bsize > ENOUGH_BYTES ? MEMORY : tmpdir(), `stackvault-test-run-${process.pid}-`));
}

/** Removes what earlier runs of this user have left, if the process of the run has ended. */
export function sweepRunFolders() {
  for (const place of places()) {
    for (const name of readdirSync(place)) {
      const pid = Number(NAME.exec(name)?.[1]);
      const folder = join(place, name);
      if (pid && !isAlive(pid) && statSync(folder).uid === process.getuid()) rmSync(folder, { recursive: true, force: true });
    }
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code !== 'ESRCH';
  }
}
