import { describeProvider } from '../../../../test/kit/provider-contract.js';
import { USER, vbrBench } from './bench.js';

for (const revision of ['1.1-rev0', '1.2-rev1', '1.3-rev2']) {
  const bench = vbrBench(revision);
  describeProvider(`veeam over VBR ${revision}`, {
    open: async () => (await bench).open(),
    openSlow: async () => {
      const { open, estate } = await bench;
      estate.sessions.script.lastsMs = 1000;
      return open();
    },
    machine: async () => (await bench).machine(),
    makeTarget: async (target) => void (await bench).addMachine(target),
    secrets: [USER.password],
    close: async () => (await bench).close(),
  });
}
