// @ts-check
import { randomUUID } from 'node:crypto';
import { access, constants, link, mkdir, readdir, readFile, rename, statfs, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ProviderError } from 'stackvault/provider';

/** @import { ConnectionStep, Volume } from 'stackvault/provider' */

/**
 * @typedef {object} HeldBackup
 * @property {string} externalId
 * @property {string} operationId
 * @property {string} machineUuid
 * @property {string} takenAt
 * @property {number} sizeBytes
 * @property {readonly Volume[]} volumes
 */

const PAGE = 100;

/** Stands in for your backup system: a JSON file for each backup and for each machine. Put calls to your own system in its place. */
export class BackupFolder {
  /** @param {string} root */
  constructor(root) {
    this.root = root;
  }

  /** @returns {Promise<ConnectionStep>} */
  async tryOut() {
    const name = 'open the folder';
    if (this.root === '') return { name, isPassed: false, detail: 'the setting "folder" is empty' };
    return access(this.root, constants.R_OK | constants.W_OK).then(
      () => ({ name, isPassed: true, detail: `${this.root} can be read and written` }),
      (error) => ({ name, isPassed: false, detail: `${this.root} cannot be used: ${error.code}` }),
    );
  }

  /**
   * The backup; undefined when it is deleted or was never taken.
   *
   * @param {string} externalId
   * @returns {Promise<HeldBackup | undefined>}
   */
  async find(externalId) {
    // A name from outside must not lead out of the folder.
    if (!/^[\w-]+$/.test(externalId)) return undefined;
    return (await this.#read('backups', externalId)) ?? undefined;
  }

  /**
   * Keeps the backup, unless one of its name is there or was deleted.
   *
   * @param {HeldBackup} backup
   */
  async add(backup) {
    const file = await this.#written('backups', backup);
    await this.#io(async () => {
      await link(file, join(this.root, 'backups', `${backup.externalId}.json`)).catch((error) => {
        if (error.code !== 'EEXIST') throw error;
      });
      await unlink(file);
    });
  }

  /**
   * Leaves an empty record, so that nothing of this name appears again.
   *
   * @param {string} externalId
   */
  async remove(externalId) {
    await this.#put('backups', externalId, null);
  }

  /** Every backup, page by page. */
  async *pages() {
    const names = (await this.#names('backups')).map((file) => file.slice(0, -'.json'.length));
    for (let start = 0; start < names.length; start += PAGE) {
      const page = await Promise.all(names.slice(start, start + PAGE).map((name) => this.find(name)));
      yield page.filter((backup) => backup !== undefined);
    }
  }

  /**
   * @param {string} machineUuid
   * @returns {Promise<string | null>}
   */
  async offeringOf(machineUuid) {
    return (await this.#read('machines', machineUuid)) ?? null;
  }

  /**
   * @param {string} machineUuid
   * @param {string | null} offering
   */
  async setOffering(machineUuid, offering) {
    await this.#put('machines', machineUuid, offering);
  }

  async capacity() {
    const { blocks, bfree, bsize } = await this.#io(() => statfs(this.root));
    return { usedBytes: (blocks - bfree) * bsize, totalBytes: blocks * bsize };
  }

  /** @param {string} kind */
  async #names(kind) {
    const files = await this.#io(() => readdir(join(this.root, kind)).catch(nothingIfAbsent));
    return (files ?? []).filter((file) => file.endsWith('.json'));
  }

  /**
   * @param {string} kind
   * @param {string} name
   */
  async #read(kind, name) {
    const text = await this.#io(() => readFile(join(this.root, kind, `${name}.json`), 'utf8').catch(nothingIfAbsent));
    return text === undefined ? undefined : JSON.parse(text);
  }

  /**
   * @param {string} kind
   * @param {string} name
   * @param {unknown} value
   */
  async #put(kind, name, value) {
    const file = await this.#written(kind, value);
    await this.#io(() => rename(file, join(this.root, kind, `${name}.json`)));
  }

  /**
   * Writes the value to a file that nobody looks at, so that what others see is always whole.
   *
   * @param {string} kind
   * @param {unknown} value
   */
  async #written(kind, value) {
    const file = join(this.root, kind, `${randomUUID()}.part`);
    await this.#io(async () => {
      await mkdir(join(this.root, kind), { recursive: true });
      await writeFile(file, JSON.stringify(value));
    });
    return file;
  }

  /**
   * Every failure of the outside becomes a ProviderError: a folder that is away may come back, a full one is full.
   *
   * @template T
   * @param {() => Promise<T>} work
   * @returns {Promise<T>}
   */
  async #io(work) {
    if (this.root === '') throw new ProviderError('rejected', 'the setting "folder" is empty');
    try {
      return await work();
    } catch (cause) {
      const { code } = /** @type {NodeJS.ErrnoException} */ (cause);
      throw new ProviderError(code === 'ENOSPC' ? 'capacity' : 'unknown', `the folder ${this.root} failed: ${code}`, cause);
    }
  }
}

/** @type {(error: NodeJS.ErrnoException) => undefined} */
const nothingIfAbsent = (error) => {
  if (error.code !== 'ENOENT') throw error;
  return undefined;
};
