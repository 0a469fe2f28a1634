import { describeCapacity } from './contract/provider-capacity.js';
import { describeDeleting } from './contract/provider-deleting.js';
import { describeFilling } from './contract/provider-filling.js';
import { describeFinding } from './contract/provider-finding.js';
import { describeCutOffs, describeInterruptions } from './contract/provider-interruptions.js';
import { describeOfferings } from './contract/provider-offerings.js';
import { describeRestoringMachines, describeRestoringVolumes } from './contract/provider-restoring.js';
import { Subject, type ProviderHarness } from './contract/provider-subject.js';
import { describeTaking } from './contract/provider-taking.js';

export type { BackedUp, ProviderHarness } from './contract/provider-subject.js';

/** What every backup provider must do, and must refuse. A new provider passes these tests before it does anything else. */
export function describeProvider(name: string, harness: ProviderHarness): void {
  const subject = new Subject(harness);
  const { openSlow } = harness;

  describe(`provider contract: ${name}`, () => {
    describe('offerings', () => describeOfferings(subject));
    describe('taking backups', () => describeTaking(subject));
    describe('deleting backups', () => describeDeleting(subject));
    describe('finding backups', () => describeFinding(subject));
    describe('restoring machines', () => describeRestoringMachines(subject));
    describe('restoring volumes', () => describeRestoringVolumes(subject));
    describe('filling new machines', () => describeFilling(subject));
    describe('capacity', () => describeCapacity(subject));
    describe('interruptions', () => describeInterruptions(subject));
    if (openSlow) describe('being cut off', () => describeCutOffs(subject, openSlow));

    afterAll(() => harness.close?.());
  });
}
