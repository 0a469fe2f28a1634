import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StaticSettings } from '../settings/static-settings.js';

const fileOf = (settings: StaticSettings): string => join(settings['data.dir'], 'endpoint');

/** Lets the other commands find a server that has taken a free port. */
export class EndpointFile {
  private readonly file: string;

  constructor(
    settings: StaticSettings,
    private readonly endpoint: string,
  ) {
    this.file = fileOf(settings);
  }

  write(): void {
    writeFileSync(this.file, `${this.endpoint}\n`);
  }

  remove(): void {
    rmSync(this.file, { force: true });
  }
}

/** Where the server of these settings listens, or would listen. */
export function readEndpoint(settings: StaticSettings): string {
  try {
    return readFileSync(fileOf(settings), 'utf8').trim();
  } catch {
    return `http://${settings['http.host']}:${settings['http.port']}/client/api`;
  }
}
