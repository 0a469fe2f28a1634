import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { hostOn, MemoryStore, providerChecks, runChecks, type Check, type ProviderHarness } from '../provider-test/index.js';
import type { Plugin, PluginSetting, PluginSettings, SettingValues } from '../provider/index.js';
import { loadPlugin } from '../provider/load-plugins.js';

type Pairs = Readonly<Record<string, string>>;

const SETTLING_MS = 1000;

/** How the checks are run: with which settings, and how long each may take. */
export interface Trial {
  readonly set: Pairs;
  /** Further settings, with which work lasts about a second. */
  readonly slow: Pairs | undefined;
  readonly limitMs: number;
}

/** `stackvault plugin check <folder>`: runs the checks of the contract and tells each as it ends; whether all were passed. */
export async function checkContract(path: string, { set, slow, limitMs }: Trial): Promise<boolean> {
  const plugin = await loadPlugin(resolve(path));
  if (plugin.kind !== 'backup')
    throw new Error(`${plugin.name} is a plugin of kind ${plugin.kind}; there are checks of backup plugins only`);
  const timersBefore = timers();
  const harness = harnessOf(plugin as Plugin<'backup'>, set, slow);
  // Once before: settings that it cannot be made with are one fault, not one for each check.
  await harness.open();
  say(`${plugin.name} ${plugin.version}, plugin API ${plugin.apiVersion}`);
  const checks = [...providerChecks(harness), leftAlone(timersBefore)];
  let [broken, group] = [0, ''];
  for await (const { check, failure } of runChecks(checks, limitMs)) {
    if (check.group !== group) say(`\n${check.group}`);
    group = check.group;
    say(failure ? `  BREAKS  ${check.name}\n          ${failure.message.replaceAll('\n', '\n          ')}` : `  keeps   ${check.name}`);
    if (failure) broken++;
  }
  if (!slow) say('\nnot checked: being cut off; name settings that make its work last about a second with --slow');
  say(`\n${checks.length - broken} kept, ${broken} broken`);
  return broken === 0;
}

const say = (text: string): void => void process.stdout.write(`${text}\n`);

/** The plugin in a server that exists only in memory. */
function harnessOf(plugin: Plugin<'backup'>, set: Pairs, slow: Pairs | undefined): ProviderHarness {
  const host = hostOn(new MemoryStore());
  const open = async (pairs: Pairs) => plugin.create(valuesOf(plugin.settings, pairs), host);
  const secrets = Object.entries(plugin.settings).flatMap(([key, { secret }]) => (secret && set[key] ? [textOf(key, set[key], true)] : []));
  const usual = { open: () => open(set), secrets };
  return slow ? { ...usual, openSlow: () => open({ ...set, ...slow }) } : usual;
}

/** A timer that a plugin has left behind holds whatever process it is in. */
const leftAlone = (before: number): Check => ({
  group: 'being left alone',
  name: 'leaves no timer running that holds the process',
  run: async () => {
    // What a plugin has begun may take a moment to end.
    for (let waited = 0; timers() > before + 1 && waited < SETTLING_MS; waited += 50) await pause(50);
    const left = timers() - before - 1;
    if (left > 0) throw new Error(`${left} timers still run; clear them, or unref() them`);
  },
});

/** The timers of this process; the one that limits a check is among them while it runs. */
const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;

/** The settings as the plugin gets them: its defaults, and what was set. */
function valuesOf(settings: PluginSettings, set: Pairs): SettingValues<PluginSettings> {
  const stray = Object.keys(set).find((key) => !Object.hasOwn(settings, key));
  if (stray !== undefined) throw new Error(`it has no setting "${stray}"; there are: ${Object.keys(settings).join(', ') || 'none'}`);
  return Object.fromEntries(
    Object.entries(settings).map(([key, setting]) => {
      const given = set[key];
      return [key, valueOf(key, setting, given === undefined ? setting.default : textOf(key, given, setting.secret ?? false))];
    }),
  );
}

function valueOf(key: string, { kind }: PluginSetting, text: string): string | number | boolean {
  if (kind === 'integer' && /^-?\d{1,15}$/.test(text)) return Number(text);
  if (kind === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  if (kind === 'string') return text;
  throw new Error(`the value of the setting ${key} is not a valid ${kind}`);
}

/** What is written as `@file` is the content of the file; a secret must be, for arguments are seen by everybody. */
function textOf(key: string, given: string, isSecret: boolean): string {
  if (given.startsWith('@')) return readFileSync(given.slice(1), 'utf8').trimEnd();
  if (isSecret) throw new Error(`the setting ${key} is secret: write it to a file and say ${key}=@<file>`);
  return given;
}
