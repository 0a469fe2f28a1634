import { setTimeout as pause } from 'node:timers/promises';
import { TestEnvironment } from 'jest-environment-node';

/** Child processes and listening servers: what a test file must have ended itself. */
const MUST_END = new Set(['ProcessWrap', 'TCPServerWrap']);
const CLOSING_MS = 2000;

const held = () => process.getActiveResourcesInfo().filter((kind) => MUST_END.has(kind));

/** Fails a test file that leaves a database, a server or a child process behind. */
export default class LeakCheckedEnvironment extends TestEnvironment {
  before = held().length;

  async handleTestEvent(event, state) {
    if (event.name !== 'run_finish') return;
    for (const what of this.global.stackvaultOpened ?? []) state.unhandledErrors.push(new Error(`the test file left open: ${what}`));
    const until = Date.now() + CLOSING_MS;
    while (held().length > this.before && Date.now() < until) await pause(20);
    if (held().length > this.before) state.unhandledErrors.push(new Error(`the test file left running: ${held().join(', ')}`));
  }
}
