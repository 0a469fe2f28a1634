import { callCommand } from './call.js';
import { keysCommand } from './keys.js';
import { migrateCommand } from './migrate.js';
import { pluginCommand } from './plugin.js';
import { packageVersion } from './settings.js';

const USAGE = `usage: stackvault <command>

  serve                               run the server
  migrate                             bring the schema of the database up to date
  keys [--renew] [--json]             show the administrator's API keys, or give it new ones
  call <command> [key=value …] [--json | --field <name>]
                                      sign and send an API command, and follow its job to the end;
                                      print a table, JSON, or one field of each item
  plugin new <name> [<folder>]        make a small backup plugin that works, to start from
  plugin check <folder> [--set <key>=<value>]… [--slow <key>=<value>]… [--limit <seconds>]
                                      run the checks of the contract against a backup plugin, with these settings;
                                      --slow are settings that make its work last about a second,
                                      --limit is the time that each check has, 60 unless set otherwise
  plugin check <name> --zone <zone>   have the running server try the way to the backup system of a zone
  version                             show the version

Settings come from config/default.json and the environment: HTTP_PORT for http.port, DATA_DIR for data.dir, DB_URL for db.url.
`;

const COMMANDS: Readonly<Record<string, (args: string[]) => Promise<void>>> = {
  // Loaded when it is wanted: all that a server is made of would keep the other commands waiting.
  serve: async () => (await import('./serve.js')).serve(),
  migrate: migrateCommand,
  keys: keysCommand,
  call: callCommand,
  plugin: pluginCommand,
  version: async () => void process.stdout.write(`${packageVersion()}\n`),
};

/** The command line: runs the named command; a failure is one line on the error output and exit status 1. */
export async function main([name = '', ...args]: string[]): Promise<void> {
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command) {
    process.stderr.write(USAGE);
    process.exitCode = name === '' || name === '--help' ? 0 : 2;
    return;
  }
  // A reader that has seen enough, such as head, is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  // Whatever is written is for its owner only.
  process.umask(0o077);
  try {
    await command(args);
  } catch (error) {
    process.stderr.write(`stackvault ${name}: ${error instanceof Error ? error.message : String(error)}\n`);
    // At once: a server that could not start must not go on with what it had begun.
    process.exit(1);
  }
}
