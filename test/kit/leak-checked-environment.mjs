import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import vm from 'node:vm';
import { TestEnvironment } from 'jest-environment-node';

/** Child processes and listening servers: what a test file must have ended itself. */
const MUST_END = new Set(['ProcessWrap', 'TCPServerWrap']);
const CLOSING_MS = 2000;

const held = () => process.getActiveResourcesInfo().filter((kind) => MUST_END.has(kind));

/** Those that the test file has used. */
const storages = new Set();

const { run } = AsyncLocalStorage.prototype;
AsyncLocalStorage.prototype.run = function (...about) {
  storages.add(this);
  return run.apply(this, about);
};

/**
 * Fails a test file that leaves a database, a server or a child process behind. Its globals are plain ones: behind jest's proxy, each use
 * of `Date` or `Promise` is a call, and all of them together are a tenth of the whole run.
 */
export default class LeakCheckedEnvironment extends TestEnvironment {
  before = held().length;

  constructor(...about) {
    const { createContext } = vm;
    vm.createContext = () => createContext(vm.constants.DONT_CONTEXTIFY);
    try {
      super(...about);
    } finally {
      vm.createContext = createContext;
    }
  }

  async handleTestEvent(event, state) {
    if (event.name !== 'run_finish') return;
    for (const what of this.global.stackvaultOpened ?? []) state.unhandledErrors.push(new Error(`the test file left open: ${what}`));
    const until = Date.now() + CLOSING_MS;
    while (held().length > this.before && Date.now() < until) await pause(20);
    if (held().length > this.before) state.unhandledErrors.push(new Error(`the test file left running: ${held().join(', ')}`));
  }

  /** Node looks at every storage that has ever been used whenever a promise is made: each test file would slow down all that follow. */
  async teardown() {
    for (const storage of storages) storage.disable();
    storages.clear();
    await super.teardown();
  }
}
