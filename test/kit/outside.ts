import type { BackupProvider, Contracts, InventorySource, Plugin, PluginKind } from '../../src/provider/index.js';
import type { Plugins } from '../../src/provider/load-plugins.js';
import type { TestServer } from './server.js';

/** Has the dummy provider do some things otherwise, in zones that have not used it yet. */
export const alterProvider = ({ application: { plugins } }: TestServer, alter: (provider: BackupProvider) => Partial<BackupProvider>) =>
  override(plugins, 'backup', 'dummy', alter as Alter);

/** The same for the simulator. */
export const alterInventory = ({ application: { plugins } }: TestServer, alter: (source: InventorySource) => Partial<InventorySource>) =>
  override(plugins, 'inventory', 'simulator', alter as Alter);

type Made = Contracts[PluginKind];
type Alter = (made: Made) => Partial<Made>;

function override(plugins: Plugins, kind: PluginKind, name: string, alter: Alter): void {
  const loaded = plugins[kind] as Map<string, Plugin>;
  const plugin = loaded.get(name);
  if (!plugin) throw new Error(`there is no ${kind} plugin ${name}`);
  const create: Plugin['create'] = (settings, host) => {
    const made = plugin.create(settings, host) as object;
    const others = alter(made as Made);
    return new Proxy(made, { get: (object, key) => Reflect.get(key in others ? others : object, key) as unknown }) as never;
  };
  loaded.set(name, { ...plugin, create });
}

type Step = keyof InventorySource;
type Moment = `${'before' | 'after'} ${Step}`;

/** Answers how to have something done in the middle of the next call of the steps: before the simulator hears of it, or before its answer is heard. */
export function interruptible(server: TestServer, steps: readonly Step[]): (moment: Moment, work: () => Promise<unknown>) => void {
  const awaited = new Map<Moment, () => Promise<unknown>>();
  const meet = async (moment: Moment) => {
    const work = awaited.get(moment);
    awaited.delete(moment);
    await work?.();
  };
  const interrupted =
    (source: InventorySource, step: Step) =>
    async (...args: unknown[]) => {
      await meet(`before ${step}`);
      const answer = (await Reflect.apply(source[step] as () => unknown, source, args)) as unknown;
      await meet(`after ${step}`);
      return answer;
    };
  alterInventory(server, (source) => Object.fromEntries(steps.map((step) => [step, interrupted(source, step)])));
  return (moment, work) => void awaited.set(moment, work);
}
