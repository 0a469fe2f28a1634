import { defaultsOf } from '../../../test/kit/contract/samples.js';
import { describeInventory } from '../../../test/kit/inventory-contract.js';
import { hostOn, MemoryStore } from '../../../test/kit/memory-store.js';
import simulator from './index.js';

const host = hostOn(new MemoryStore(10));

describeInventory('simulator', {
  open: async () => simulator.create(defaultsOf(simulator.settings), host),
  openSlow: async () => simulator.create(defaultsOf(simulator.settings, { 'delay.ms': 1000 }), host),
});

describeInventory('simulator that says how much room it has', {
  open: async () => simulator.create(defaultsOf(simulator.settings, { 'capacity.bytes': 2 ** 50 }), host),
});
