import { capacity } from './capacity.js';
import type { Check, Checks } from './check.js';
import { connection } from './connection.js';
import { deleting } from './deleting.js';
import { fillingMachines } from './filling.js';
import { finding } from './finding.js';
import { cutOffs, interruptions } from './interruptions.js';
import { offerings } from './offerings.js';
import { restoringMachines, restoringVolumes } from './restoring.js';
import { Subject, type ProviderHarness } from './subject.js';
import { taking } from './taking.js';

const GROUPS: Readonly<Record<string, Checks>> = {
  connection,
  offerings,
  'taking backups': taking,
  'deleting backups': deleting,
  'finding backups': finding,
  'restoring machines': restoringMachines,
  'restoring volumes': restoringVolumes,
  'filling new machines': fillingMachines,
  capacity,
  interruptions,
};

/**
 * What every backup provider must do, and must refuse: one check for each sentence of the contract. They are run one after the other;
 * those of being cut off are there only if the harness has a slow provider.
 */
export function providerChecks(harness: ProviderHarness): readonly Check[] {
  const subject = new Subject(harness);
  const groups = harness.openSlow ? { ...GROUPS, 'being cut off': cutOffs } : GROUPS;
  return Object.entries(groups).flatMap(([group, checks]) =>
    Object.entries(checks).map(([name, check]) => ({ group, name, run: () => check(subject) })),
  );
}
