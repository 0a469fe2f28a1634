import type { BackupProvider } from '../../../../src/provider/index.js';
import { describeProvider } from '../../../../test/kit/provider-contract.js';
import { USER } from './bench.js';
import { emBench, type EmBench } from './em-bench.js';

function describeEm(name: string, openOn: (bench: EmBench) => BackupProvider): void {
  const bench = emBench();
  const openLasting = async (lastsMs: number) => {
    (await bench).estate.sessions.script.lastsMs = lastsMs;
    return openOn(await bench);
  };
  describeProvider(name, {
    open: () => openLasting(0),
    openSlow: () => openLasting(1000),
    machine: async () => (await bench).machine(),
    makeTarget: async (target) => void (await bench).addMachine(target),
    secrets: [USER.password],
    close: async () => (await bench).close(),
  });
}

describeEm('veeam over Enterprise Manager', ({ open }) => open());
describeEm('veeam over Enterprise Manager with Backup & Replication', ({ open, companion }) => open(companion));
