import { describeProvider } from '../../../../test/kit/provider-contract.js';
import { REVISIONS, type RevisionName } from '../vbr/revisions.js';
import { TARGET, USER } from './bench.js';
import { emBench } from './em-bench.js';

/** Long enough to be looked at more than once. */
const SLOW_MS = 300;

/** Enterprise Manager, with a Backup & Replication server of this revision for what it cannot do, or alone. */
function describeEm(companion: RevisionName | undefined): void {
  const bench = emBench(companion);
  const openLasting = async (lastsMs: number) => {
    const { open, estate, server } = await bench;
    estate.sessions.script.lastsMs = lastsMs;
    return open({ 'task.poll.interval': 0.1, ...(companion === undefined ? {} : { 'vbr.url': server.origin, ...TARGET }) });
  };
  describeProvider(`veeam over Enterprise Manager ${companion === undefined ? 'alone' : `with VBR ${companion}`}`, {
    open: () => openLasting(0),
    openSlow: () => openLasting(SLOW_MS),
    machine: async () => (await bench).machine(),
    makeTarget: async (target) => void (await bench).addMachine(target),
    secrets: [USER.password],
    close: async () => (await bench).close(),
  });
}

describeEm(undefined);
// The newest revision of each version: what a companion does in others is the same as without Enterprise Manager.
for (const companion of newestOfEach(REVISIONS)) describeEm(companion);

function newestOfEach(revisions: readonly RevisionName[]): readonly RevisionName[] {
  const versionOf = (name: RevisionName) => name.split('-')[0];
  return revisions.filter((name, index) => index === 0 || versionOf(name) !== versionOf(revisions[index - 1] ?? name));
}
