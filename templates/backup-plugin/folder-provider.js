// @ts-check
import { DurableOperations, ProviderError } from 'stackvault/provider';
import { BackupFolder } from './backup-folder.js';

/** @import { BackupProvider, PluginHost, ProviderBackup, RestoredVolume, TakeBackup, Volume } from 'stackvault/provider' */
/** @import { HeldBackup } from './backup-folder.js' */

const OFFERINGS = [{ externalId: 'daily', name: 'Daily', description: 'Kept until somebody deletes it' }];

/**
 * A small provider that is complete. What it restores are the records of volumes: where it says so, let your backup system move the data.
 *
 * @implements {BackupProvider}
 */
export class FolderProvider {
  /**
   * @param {{ readonly folder: string, readonly 'delay.ms': number }} settings
   * @param {PluginHost} host
   */
  constructor(settings, host) {
    this.folder = new BackupFolder(settings.folder);
    this.delayMs = Math.max(0, settings['delay.ms']);
    // A folder does not know of operations: they are remembered in the store that the server keeps for this plugin.
    this.operations = new DurableOperations(host);
  }

  async capabilities() {
    return { quiesce: false, restoreVolume: true, fillMachine: false, crossZone: false, capacity: true, deleteBackup: true };
  }

  async checkConnection() {
    return [await this.folder.tryOut()];
  }

  async listOfferings() {
    return OFFERINGS;
  }

  /** @type {BackupProvider['assign']} */
  async assign(request, signal) {
    const { machine, offeringExternalId: offering } = request;
    const plan = async () => {
      if (OFFERINGS.some(({ externalId }) => externalId === offering)) return null;
      throw new ProviderError('not_found', `there is no offering ${offering}`);
    };
    const carryOut = async () => {
      await this.folder.setOffering(machine.uuid, offering);
      return {};
    };
    const work = { method: 'assign', subject: `${machine.uuid} to ${offering}`, plan, carryOut };
    return this.operations.run(request, work, signal);
  }

  /** @type {BackupProvider['unassign']} */
  async unassign(request, signal) {
    const { machine, offeringExternalId: offering } = request;
    const plan = async () => null;
    const carryOut = async () => {
      if ((await this.folder.offeringOf(machine.uuid)) === offering) await this.folder.setOffering(machine.uuid, null);
      return null;
    };
    await this.operations.run(request, { method: 'unassign', subject: `${machine.uuid} from ${offering}`, plan, carryOut }, signal);
  }

  /** @type {BackupProvider['takeBackup']} */
  async takeBackup(request, signal) {
    if (request.quiesce) throw new ProviderError('unsupported', 'the guest cannot be held still');
    const { machine } = request;
    const plan = async (/** @type {Date} */ startedAt) => {
      await this.checkAssigned(request);
      return heldBackup(request, startedAt);
    };
    const carryOut = async (/** @type {HeldBackup} */ backup) => {
      // Here your backup system copies the volumes.
      await this.folder.add(backup);
      return { externalId: backup.externalId };
    };
    const work = { method: 'takeBackup', subject: machine.uuid, lastsMs: this.delayMs, stage: 'copying volumes', plan, carryOut };
    const { externalId } = await this.operations.run(request, work, signal);
    // Not what the operation answered: the backup may have been deleted since.
    return providerBackup(await this.get(externalId));
  }

  /** @type {BackupProvider['deleteBackup']} */
  async deleteBackup({ externalId, takenBy }) {
    if (externalId !== undefined) {
      if (await this.folder.find(externalId)) await this.folder.remove(externalId);
    } else if (takenBy !== undefined) {
      // Also before it is there: a backup that is still being taken must not appear later.
      await this.folder.remove(externalIdOf(takenBy));
    } else {
      throw new ProviderError('rejected', 'neither the backup to delete nor the operation that took it is named');
    }
  }

  /** @type {BackupProvider['listBackups']} */
  async *listBackups(signal) {
    for await (const page of this.folder.pages()) {
      if (signal.aborted) throw new ProviderError('temporary', 'gave up listing the backups', signal.reason);
      yield page.map(providerBackup);
    }
  }

  /** @type {NonNullable<BackupProvider['findBackup']>} */
  async findBackup(externalId) {
    const backup = await this.folder.find(externalId);
    return backup && providerBackup(backup);
  }

  /** @type {BackupProvider['restoreMachine']} */
  async restoreMachine(request, signal) {
    const { externalId, machine } = request;
    const plan = async () => {
      const { machineUuid, volumes } = await this.get(externalId);
      if (machineUuid === machine.uuid) return volumes.map(restored);
      throw new ProviderError('rejected', `the backup ${externalId} is of ${machineUuid}, not of ${machine.uuid}`);
    };
    // Here your backup system writes the volumes back.
    const carryOut = async (/** @type {RestoredVolume[]} */ volumes) => volumes;
    const subject = `${externalId} to ${machine.uuid}`;
    const work = { method: 'restoreMachine', subject, lastsMs: this.delayMs, stage: 'writing volumes', plan, carryOut };
    return this.operations.run(request, work, signal);
  }

  /** @type {BackupProvider['restoreVolume']} */
  async restoreVolume(request, signal) {
    const { externalId, newVolumeUuid: uuid, volume } = request;
    const plan = async () => {
      const held = (await this.get(externalId)).volumes.find((each) => each.uuid === volume.uuid);
      if (held) return restored({ ...held, uuid, path: `my-plugin/${uuid}` });
      throw new ProviderError('not_found', `the backup ${externalId} does not hold the volume ${volume.uuid}`);
    };
    // Here your backup system writes the volume.
    const carryOut = async (/** @type {RestoredVolume} */ written) => written;
    const subject = `${volume.uuid} of ${externalId} to ${uuid}`;
    const work = { method: 'restoreVolume', subject, lastsMs: this.delayMs, stage: 'writing the volume', plan, carryOut };
    return this.operations.run(request, work, signal);
  }

  /** @type {BackupProvider['fillMachine']} */
  async fillMachine() {
    throw new ProviderError('unsupported', 'new machines cannot be filled');
  }

  async capacity() {
    return this.folder.capacity();
  }

  /** @param {TakeBackup} request */
  async checkAssigned({ machine, offeringExternalId }) {
    if ((await this.folder.offeringOf(machine.uuid)) === offeringExternalId) return;
    throw new ProviderError('rejected', `the machine ${machine.uuid} is not under the offering ${offeringExternalId}`);
  }

  /** @param {string} externalId */
  async get(externalId) {
    const backup = await this.folder.find(externalId);
    if (backup) return backup;
    throw new ProviderError('not_found', `there is no backup ${externalId}`);
  }
}

/** The same name for the same operation: whoever asks again finds the backup. */
const externalIdOf = (/** @type {string} */ operationId) => `backup-${operationId}`;

/** @type {(request: TakeBackup, startedAt: Date) => HeldBackup} */
const heldBackup = ({ operationId, machine, volumes }, startedAt) => ({
  externalId: externalIdOf(operationId),
  operationId,
  machineUuid: machine.uuid,
  takenAt: startedAt.toISOString(),
  sizeBytes: volumes.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
  volumes,
});

/** @type {(backup: HeldBackup) => ProviderBackup} */
const providerBackup = (backup) => ({
  ...backup,
  takenAt: new Date(backup.takenAt),
  type: 'FULL',
  protectedSizeBytes: backup.sizeBytes,
});

/** @type {(volume: Volume) => RestoredVolume} */
const restored = ({ uuid, sizeBytes, path, digest }) => ({ uuid, sizeBytes, path, ...(digest === undefined ? {} : { digest }) });
