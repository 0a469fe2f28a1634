import { describeProvider } from '../../../../test/kit/provider-contract.js';
import { emBench } from './em-bench.js';

const bench = emBench();

describeProvider('veeam over Enterprise Manager', {
  open: async () => (await bench).open(),
  openSlow: async () => {
    const { open, estate } = await bench;
    estate.sessions.script.lastsMs = 1000;
    return open();
  },
  machine: async () => (await bench).machine(),
  secrets: ['Pa55-w0rd-of-Veeam'],
  close: async () => (await bench).close(),
});
