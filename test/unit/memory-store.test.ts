import { describeStore, MemoryStore } from '../kit/memory-store.js';

const stores = new Map<string, MemoryStore>();

describeStore('in memory', (scope) => {
  const store = stores.get(scope) ?? new MemoryStore();
  stores.set(scope, store);
  return store;
});
