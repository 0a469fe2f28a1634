import { describeProvider } from '../../../../test/kit/provider-contract.js';
import { REVISIONS, type RevisionName } from '../vbr/revisions.js';
import { TARGET, unlikeVolumes, USER } from './bench.js';
import { emBench } from './em-bench.js';
import { OTHER_DIALECT, type Dialect } from './fake/em-documents.js';
import { OTHER_DOUBTS, type VbrDoubts } from './fake/vbr-facts.js';

/** Long enough to be looked at more than once. */
const SLOW_MS = 300;

/** Enterprise Manager, with a Backup & Replication server of this revision for what it cannot do, or alone; both usual, or the other way. */
function describeEm(companion: RevisionName | undefined, dialect: Partial<Dialect> = {}, doubts: Partial<VbrDoubts> = {}): void {
  const bench = emBench(companion);
  const openLasting = async (lastsMs: number) => {
    const { open, estate, em, vbr, server } = await bench;
    Object.assign(em.dialect, dialect);
    Object.assign(vbr.doubts, doubts);
    estate.sessions.script.lastsMs = lastsMs;
    return open({ 'task.poll.interval': 0.1, ...(companion === undefined ? {} : { 'vbr.url': server.origin, ...TARGET }) });
  };
  const how = Object.keys(dialect).length === 0 ? '' : ', the other way';
  describeProvider(`veeam over Enterprise Manager ${companion === undefined ? 'alone' : `with VBR ${companion}`}${how}`, {
    open: () => openLasting(0),
    openSlow: () => openLasting(SLOW_MS),
    machine: async () => (await bench).machine(doubts.tellsUnits === false ? unlikeVolumes() : undefined),
    makeTarget: async (target) => void (await bench).addMachine(target),
    secrets: [USER.password],
    close: async () => (await bench).close(),
  });
}

describeEm(undefined);
// The newest revision of each version: what a companion does in others is the same as without Enterprise Manager.
for (const companion of newestOfEach(REVISIONS)) describeEm(companion);
// What is wrong with the answers to queries is only seen where there are any.
describeEm(undefined, { ...OTHER_DIALECT, queriesPoints: true });
describeEm('1.3-rev2', OTHER_DIALECT, OTHER_DOUBTS);

function newestOfEach(revisions: readonly RevisionName[]): readonly RevisionName[] {
  const versionOf = (name: RevisionName) => name.split('-')[0];
  return revisions.filter((name, index) => index === 0 || versionOf(name) !== versionOf(revisions[index - 1] ?? name));
}
