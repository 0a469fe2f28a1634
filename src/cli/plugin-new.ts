import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { NAME } from '../provider/load-plugins.js';
import { packageFile } from './settings.js';

/** The name that the template has for the plugin. */
const PLACEHOLDER = /\bmy-plugin\b/g;

/** `stackvault plugin new <name> [<folder>]`: writes a small backup plugin that works into a folder of its name. */
export function newPlugin(name: string, parent: string): void {
  if (!NAME.test(name)) throw new Error(`the name of a plugin must match ${NAME}`);
  const folder = resolve(parent, name);
  if (existsSync(folder)) throw new Error(`${folder} is there already`);
  // Plugins find the contract as they find any package.
  mkdirSync(join(folder, 'node_modules'), { recursive: true });
  symlinkSync(packageFile('.'), join(folder, 'node_modules', 'stackvault'), 'dir');
  const template = packageFile('templates/backup-plugin');
  for (const file of readdirSync(template)) {
    writeFileSync(join(folder, file), readFileSync(join(template, file), 'utf8').replace(PLACEHOLDER, name));
  }
  process.stdout.write(`The plugin is in ${folder}. Next: stackvault plugin check ${join(parent, name)} --set folder=<an empty folder>\n`);
}
