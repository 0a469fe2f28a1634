import { describeProvider } from '../../../../test/kit/provider-contract.js';
import { REVISIONS, type RevisionName } from '../vbr/revisions.js';
import { unlikeVolumes, USER, vbrBench } from './bench.js';
import { OTHER_DOUBTS, type VbrDoubts } from './fake/vbr-facts.js';

/** Long enough to be looked at more than once. */
const SLOW_MS = 300;

/** Backup & Replication at this revision, with what the documents leave open as it is taken to be, but for these. */
function describeVbr(revision: RevisionName, doubts: Partial<VbrDoubts> = {}): void {
  const bench = vbrBench(revision);
  const openLasting = async (lastsMs: number) => {
    const { open, estate, vbr } = await bench;
    Object.assign(vbr.doubts, doubts);
    estate.sessions.script.lastsMs = lastsMs;
    return open({ 'task.poll.interval': 0.1 });
  };
  const flipped = Object.keys(doubts).length;
  describeProvider(`veeam over VBR ${revision}${flipped === 0 ? '' : ` with ${flipped} doubts the other way`}`, {
    open: () => openLasting(0),
    openSlow: () => openLasting(SLOW_MS),
    machine: async () => (await bench).machine(doubts.tellsUnits === false ? unlikeVolumes() : undefined),
    makeTarget: async (target) => void (await bench).addMachine(target),
    secrets: [USER.password],
    close: async () => (await bench).close(),
  });
}

for (const revision of REVISIONS) describeVbr(revision);
// What a server has of the others is only seen if it describes itself.
const { describesItself: _, ...others } = OTHER_DOUBTS;
describeVbr('1.1-rev0', others);
describeVbr('1.2-rev0', OTHER_DOUBTS);
describeVbr('1.3-rev2', others);
