import { describeCatalogue } from './contract/inventory-catalogue.js';
import { describeInventoryCutOffs, describeInventoryInterruptions } from './contract/inventory-interruptions.js';
import { describeDeploying, describeMachineStates } from './contract/inventory-machines.js';
import { describeAdoptingMachines, describeAdoptingVolumes } from './contract/inventory-restoring.js';
import { describeRoom } from './contract/inventory-room.js';
import { InventorySubject, type InventoryHarness } from './contract/inventory-subject.js';
import { describeVolumes } from './contract/inventory-volumes.js';

export type { InventoryHarness } from './contract/inventory-subject.js';

/** What every inventory source must do, and must refuse. A new source passes these tests before it does anything else. */
export function describeInventory(name: string, harness: InventoryHarness): void {
  const subject = new InventorySubject(harness);
  const { openSlow } = harness;

  describe(`inventory contract: ${name}`, () => {
    describe('catalogue', () => describeCatalogue(subject));
    describe('deploying machines', () => describeDeploying(subject));
    describe('states of machines', () => describeMachineStates(subject));
    describe('volumes', () => describeVolumes(subject));
    describe('restored machines', () => describeAdoptingMachines(subject));
    describe('restored volumes', () => describeAdoptingVolumes(subject));
    describe('room', () => describeRoom(subject));
    describe('interruptions', () => describeInventoryInterruptions(subject));
    if (openSlow) describe('being cut off', () => describeInventoryCutOffs(subject, openSlow));

    afterAll(() => harness.close?.());
  });
}
