import type { Knex } from 'knex';
import { bindDaos, type Daos } from '../../src/dao/database.js';
import type { Plugin, PluginKind } from '../../src/provider/index.js';
import type { Plugins } from '../../src/provider/load-plugins.js';

/** Whether the call that fails has had its effect, and whether the server lives on after it. */
export interface Manner {
  readonly when: 'before' | 'after';
  readonly then: 'goes on' | 'is dead';
}

export const MANNERS: readonly Manner[] = (['before', 'after'] as const).flatMap((when) =>
  (['goes on', 'is dead'] as const).map((then) => ({ when, then })),
);

/** What was made to fail, as opposed to what fails by itself. */
export class InjectedFault extends Error {
  override readonly name = 'InjectedFault';
}

/** The methods whose result is read page by page. */
const PAGED: ReadonlySet<string | symbol> = new Set(['listBackups', 'listMachines']);

/** Fails the nth call of a server to a DAO or a plugin, counted from the moment at which it is armed. */
export class FaultPlan {
  /** Whether so many calls were made. */
  hit = false;
  private calls = 0;
  private isArmed = false;

  constructor(
    readonly failsAt: number,
    private readonly manner: Manner,
  ) {}

  arm(): void {
    this.isArmed = true;
  }

  /** As `bindDaos`, with every method as the plan has it. */
  readonly bindDaos = (db: Knex): Daos =>
    Object.fromEntries(Object.entries(bindDaos(db)).map(([name, dao]) => [name, this.wrap(dao as object)])) as unknown as Daos;

  /** The plugins, with every method of what they make as the plan has it. */
  wrapPlugins({ backup, inventory, broken }: Plugins): Plugins {
    return {
      broken,
      backup: new Map([...backup].map(([name, plugin]) => [name, this.wrapPlugin(plugin)])),
      inventory: new Map([...inventory].map(([name, plugin]) => [name, this.wrapPlugin(plugin)])),
    };
  }

  private wrapPlugin<K extends PluginKind>(plugin: Plugin<K>): Plugin<K> {
    return { ...plugin, create: (settings, host) => this.wrap(plugin.create(settings, host)) };
  }

  private wrap<T extends object>(target: T): T {
    return new Proxy(target, {
      get: (object, key) => {
        const member = Reflect.get(object, key) as unknown;
        if (typeof member !== 'function') return member;
        const real = (...args: unknown[]): unknown => Reflect.apply(member, object, args);
        if (PAGED.has(key)) return (...args: unknown[]) => this.pages(() => real(...args) as AsyncIterable<unknown>);
        return (...args: unknown[]) => (this.isArmed ? this.call(async () => real(...args)) : real(...args));
      },
    });
  }

  /** Each page is a call of its own. */
  private async *pages(real: () => AsyncIterable<unknown>): AsyncGenerator<unknown> {
    const iterator = real()[Symbol.asyncIterator]();
    for (;;) {
      const page = (await (this.isArmed ? this.call(() => iterator.next()) : iterator.next())) as IteratorResult<unknown>;
      if (page.done) return;
      yield page.value;
    }
  }

  /** One call, from when the plan is armed. */
  protected async call(real: () => Promise<unknown>): Promise<unknown> {
    const number = ++this.calls;
    if (number === this.failsAt) this.hit = true;
    if (number > this.failsAt && this.manner.then === 'is dead') throw new InjectedFault(`call ${number} of a dead server`);
    if (number !== this.failsAt) return real();
    if (this.manner.when === 'after') await real();
    throw new InjectedFault(`call ${number}`);
  }
}
