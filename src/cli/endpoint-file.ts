import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StaticSettings } from '../settings/static-settings.js';

const fileOf = (settings: StaticSettings): string => join(settings['data.dir'], 'endpoint');

/** Lets the other commands find a server that has taken a free port. */
export const writeEndpoint = (settings: StaticSettings, endpoint: string): void => writeFileSync(fileOf(settings), `${endpoint}\n`);

export const removeEndpoint = (settings: StaticSettings): void => rmSync(fileOf(settings), { force: true });

/** Where the server of these settings listens, or would listen. */
export function readEndpoint(settings: StaticSettings): string {
  try {
    return readFileSync(fileOf(settings), 'utf8').trim();
  } catch {
    return `http://${settings['http.host']}:${settings['http.port']}/client/api`;
  }
}
