import { describeProvider } from '../../../../test/kit/provider-contract.js';
import { REVISIONS } from '../vbr/revisions.js';
import { USER, vbrBench } from './bench.js';

/** Long enough to be looked at more than once. */
const SLOW_MS = 300;

for (const revision of REVISIONS) {
  const bench = vbrBench(revision);
  const openLasting = async (lastsMs: number) => {
    const { open, estate } = await bench;
    estate.sessions.script.lastsMs = lastsMs;
    return open({ 'task.poll.interval': 0.1 });
  };
  describeProvider(`veeam over VBR ${revision}`, {
    open: () => openLasting(0),
    openSlow: () => openLasting(SLOW_MS),
    machine: async () => (await bench).machine(),
    makeTarget: async (target) => void (await bench).addMachine(target),
    secrets: [USER.password],
    close: async () => (await bench).close(),
  });
}
