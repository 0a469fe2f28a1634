import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type {
  Assign,
  BackupProvider,
  DeleteBackup,
  Machine,
  ProviderBackup,
  ProviderFault,
  TakeBackup,
  Volume,
  Zone,
} from '../provider/index.js';
import { expectFault } from './expectations.js';
import { all, never, operation, sampleMachine, sampleVolume } from './samples.js';

/** How the checks come by a provider. */
export interface ProviderHarness {
  /** Opens an instance; every one that it opens is of the same plugin, zone and store. */
  open(): Promise<BackupProvider>;
  /** The same, with backups and restores that last about a second; without it, nothing is cut off in the middle. */
  openSlow?(): Promise<BackupProvider>;
  /** A new machine that can be backed up, with at least three volumes; made up when this is absent. */
  machine?(): Promise<BackedUp>;
  /** Makes a machine known that is there to be filled and is off; absent when nobody but the source of the machines has to know it. */
  makeTarget?(target: BackedUp): Promise<void>;
  /** The zone that the provider is for; made up when this is absent. */
  readonly zone?: Zone;
  /** Texts that no error may show. */
  readonly secrets?: readonly string[];
  close?(): Promise<void>;
}

/** A machine and the volumes that it has. */
export interface BackedUp {
  readonly machine: Machine;
  readonly volumes: readonly Volume[];
}

/** The provider that is checked, and the requests that the checks make of it. */
export class Subject {
  readonly zone: Zone;
  private opened?: Promise<BackupProvider>;

  constructor(readonly harness: ProviderHarness) {
    this.zone = harness.zone ?? { uuid: randomUUID(), name: 'zone-1' };
  }

  /** The provider; one and the same for all checks. */
  provider(): Promise<BackupProvider> {
    return (this.opened ??= this.harness.open());
  }

  /** An instance whose work takes a while. */
  async slowProvider(): Promise<BackupProvider> {
    if (!this.harness.openSlow) throw new Error('this needs a provider that is slow');
    return this.harness.openSlow();
  }

  /** A machine that no other check has. */
  async machine(): Promise<BackedUp> {
    if (this.harness.machine) return this.harness.machine();
    return { machine: sampleMachine(), volumes: [0, 1, 2].map((slot) => sampleVolume(slot)) };
  }

  /** The offering that machines are put under. */
  async offering(): Promise<string> {
    const [first] = await (await this.provider()).listOfferings(never);
    if (!first) throw new Error('the provider has no offering to be checked with');
    return first.externalId;
  }

  /** A request to put the machine under the offering. */
  async assignment(machine: Machine, operationId?: string): Promise<Assign> {
    return { ...operation(operationId), zone: this.zone, machine, offeringExternalId: await this.offering() };
  }

  /** A machine under the offering, and what takes a backup of it. */
  async assigned(): Promise<BackedUp & { take(operationId?: string): TakeBackup }> {
    const { machine, volumes } = await this.machine();
    const request = await this.assignment(machine);
    const answer = await (await this.provider()).assign(request, never);
    const take = (operationId?: string) => ({
      ...request,
      ...answer,
      ...operation(operationId),
      volumes,
      quiesce: false,
    });
    return { machine, volumes, take };
  }

  /** A machine with one backup. */
  async backedUp(): Promise<BackedUp & { backup: ProviderBackup; take(operationId?: string): TakeBackup }> {
    const assigned = await this.assigned();
    return { ...assigned, backup: await (await this.provider()).takeBackup(assigned.take(), never) };
  }

  /** Expects the provider to refuse, with one of these faults and without showing a secret. */
  async expectFault(answer: Promise<unknown>, ...faults: readonly ProviderFault[]): Promise<void> {
    const { message } = await expectFault(answer, ...faults);
    this.expectNoSecret(message, 'the message of the ProviderError');
  }

  expectNoSecret(text: string, what: string): void {
    for (const secret of this.harness.secrets ?? []) assert.ok(!text.includes(secret), `${what} shows a secret`);
  }

  /** Deletes the backup; false after the right refusal of a provider that leaves some to retention. */
  async deletes(backup: Pick<DeleteBackup, 'externalId' | 'takenBy' | 'forced'>): Promise<boolean> {
    const provider = await this.provider();
    const { deleteBackup } = await provider.capabilities(never);
    const answer = provider.deleteBackup({ ...operation(), ...backup }, never);
    const isDone = await answer.then(
      () => true,
      () => false,
    );
    if (deleteBackup) await answer;
    else if (!isDone) await this.expectFault(answer, 'unsupported');
    return isDone;
  }

  /** What the provider lists of the machine. */
  async listed({ uuid }: Machine): Promise<ProviderBackup[]> {
    return (await all((await this.provider()).listBackups(never))).filter(({ machineUuid }) => machineUuid === uuid);
  }

  /** A request to put the machine back as the backup has it. */
  restoreMachine({ machine, volumes }: BackedUp, externalId: string, operationId?: string) {
    return { ...operation(operationId), zone: this.zone, machine, volumes, externalId };
  }

  /** A request to write one volume of the backup to a new one. */
  restoreVolume(target: Machine, volume: Volume, externalId: string, operationId?: string) {
    return { ...operation(operationId), zone: this.zone, target, volume, externalId, newVolumeUuid: randomUUID() };
  }
}
