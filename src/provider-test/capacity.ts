import assert from 'node:assert/strict';
import type { Checks } from './check.js';
import { expectSize } from './expectations.js';
import { never } from './samples.js';

/** How full the storage is. */
export const capacity: Checks = {
  'tells in bytes how full its storage is, or that it cannot': async (subject) => {
    await subject.backedUp();
    const provider = await subject.provider();
    if (!(await provider.capabilities(never)).capacity) return subject.expectFault(provider.capacity(never), 'unsupported');
    const { usedBytes, totalBytes } = await provider.capacity(never);
    expectSize(usedBytes, 'usedBytes');
    expectSize(totalBytes, 'totalBytes');
    assert.ok(usedBytes <= totalBytes, `usedBytes is ${usedBytes}, more than totalBytes, which is ${totalBytes}`);
  },
};
