import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readSettings, type StaticSettings } from '../settings/static-settings.js';

/** The settings of this installation: the packaged file, overridden by the environment. */
export function installedSettings(): StaticSettings {
  const file = packageFile('config/default.json');
  // eslint-disable-next-line no-process-env -- the command line is where the environment is read
  return readSettings(JSON.parse(readFileSync(file, 'utf8')) as Record<string, string | number | boolean>, process.env);
}

/** This package's version. */
export const packageVersion = (): string => (JSON.parse(readFileSync(packageFile('package.json'), 'utf8')) as { version: string }).version;

/** A file of this package: two folders up in the source tree, one more in the built one. */
export function packageFile(name: string): string {
  const root = import.meta.url.includes('/dist/src/') ? '../../../' : '../../';
  return fileURLToPath(new URL(root + name, import.meta.url));
}
