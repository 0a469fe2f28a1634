import type { Subject } from './provider-subject.js';
import { never } from './samples.js';

/** How full the storage is. */
export function describeCapacity(subject: Subject): void {
  test('tells in bytes how full its storage is, or that it cannot', async () => {
    await subject.backedUp();
    const provider = await subject.provider();
    if (!(await provider.capabilities(never)).capacity) return subject.expectFault(provider.capacity(never), 'unsupported');
    const { usedBytes, totalBytes } = await provider.capacity(never);
    expect([usedBytes, totalBytes].filter((bytes) => !Number.isSafeInteger(bytes) || bytes < 0)).toEqual([]);
    expect(usedBytes).toBeLessThanOrEqual(totalBytes);
  });
}
