/** The items, so many at a time. */
export function* inBatchesOf<T>(size: number, items: readonly T[]): Generator<readonly T[]> {
  for (let from = 0; from < items.length; from += size) yield items.slice(from, from + size);
}
