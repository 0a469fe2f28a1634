import assert from 'node:assert/strict';
import type { Checks } from './check.js';
import { expectFields } from './expectations.js';
import { never } from './samples.js';

const CAPABILITIES = ['quiesce', 'restoreVolume', 'fillMachine', 'crossZone', 'capacity', 'deleteBackup'] as const;

/** What it says of itself, and of the way to its backup system. */
export const connection: Checks = {
  'says of each capability whether it has it': async (subject) => {
    const capabilities = await (await subject.provider()).capabilities(never);
    for (const name of CAPABILITIES) {
      assert.equal(typeof capabilities[name], 'boolean', `capabilities.${name} is ${capabilities[name]}, neither true nor false`);
    }
  },

  'tells each step on the way to its backup system, if it can try them': async (subject) => {
    const provider = await subject.provider();
    if (!provider.checkConnection) return;
    const steps = await provider.checkConnection(never);
    assert.ok(steps.length > 0, 'checkConnection told no step');
    for (const { name, isPassed, detail } of steps) {
      assert.ok(name, 'a step has no name');
      assert.ok(detail, `the step ${name} does not say what was found`);
      expectFields({ isPassed }, { isPassed: true }, `the step ${name} (${detail})`);
      subject.expectNoSecret(detail, `the step ${name}`);
    }
  },
};
