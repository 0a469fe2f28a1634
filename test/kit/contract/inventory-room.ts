import type { InventorySubject } from './inventory-subject.js';
import { never } from './samples.js';

/** How much more fits into the zone, where the source can tell. */
export function describeRoom(subject: InventorySubject): void {
  test('tells in bytes how much room there is, and less after a volume was made, or does not tell', async () => {
    const source = await subject.source();
    const before = await source.freeBytes?.(never);
    const { volume } = await subject.create();
    const after = await source.freeBytes?.(never);
    if (before === undefined) return expect(after).toBeUndefined();
    expect(Number.isSafeInteger(after)).toBe(true);
    expect(before - (after ?? 0)).toBeGreaterThanOrEqual(volume.sizeBytes);
  });
}
