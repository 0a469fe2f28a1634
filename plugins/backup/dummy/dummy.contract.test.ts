import { defaultsOf } from '../../../test/kit/contract/samples.js';
import { hostOn, MemoryStore } from '../../../test/kit/memory-store.js';
import { describeProvider } from '../../../test/kit/provider-contract.js';
import dummy from './index.js';

const host = hostOn(new MemoryStore(10));

describeProvider('dummy', {
  open: async () => dummy.create(defaultsOf(dummy.settings), host),
  openSlow: async () => dummy.create(defaultsOf(dummy.settings, { 'delay.ms': 1000 }), host),
});
