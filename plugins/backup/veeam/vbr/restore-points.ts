import { ProviderError } from '../../../../src/provider/index.js';
import { isSameMachine, onlyOf } from '../identities.js';
import { machineUuidOf } from '../naming.js';
import type { Disk, JobRun, RestorePoint } from '../transport.js';
import { asText, numberOf, textOf, timeOf, type Answer } from './answers.js';
import type { Jobs } from './jobs.js';
import type { Revision } from './revisions.js';
import type { Sessions } from './sessions.js';
import type { VbrClient } from './vbr-client.js';

const BACKUPS = '/api/v1/backups';
/** The keys that vSphere gives to disks begin here; they count through the units of all controllers. */
const FIRST_KEY = 2000;
const MAX_UNITS = 64;
/** Times are compared to the second, or less. */
const MARGIN_MS = 1000;
const UNITS = 16;

/** Where the revision has restore points. */
const pointsPath = ({ has }: Revision): string => (has.restorePoints ? '/api/v1/restorePoints' : '/api/v1/objectRestorePoints');

/** What restores call the restore point that they are of. */
export const restorePointField = ({ has }: Revision): string => (has.restorePoints ? 'restorePointId' : 'objectRestorePointId');

/** What the jobs of machines have taken. */
export class RestorePoints {
  constructor(
    private readonly client: VbrClient,
    private readonly sessions: Sessions,
    private readonly jobs: Jobs,
  ) {}

  /** The one of the machine that the session took: that of its job since the session began, and before it ended. */
  async takenBy({ job, session, machine }: JobRun, signal: AbortSignal): Promise<RestorePoint | undefined> {
    const { began, ended } = await this.sessions.spanOf(session, signal);
    const isTaken = ({ machine: backedUp, takenAt }: RestorePoint) =>
      isSameMachine(backedUp, machine) && takenAt >= began && (ended === undefined || takenAt <= ended);
    const listed = (await this.ofJob(job, signal)).filter(isTaken);
    const taken = onlyOf(listed.length > 0 ? listed : await this.unlistedOfJob(job, began, isTaken, signal), machine);
    if (!taken) return undefined;
    const sizeBytes = (await this.sizesIn(taken.chain, signal)).get(taken.id);
    return sizeBytes === undefined ? taken : { ...taken, sizeBytes };
  }

  /** All of them, in as few requests as there are pages, each with an empty page as a sign of life. */
  async *list(signal: AbortSignal): AsyncGenerator<readonly RestorePoint[]> {
    const path = pointsPath(await this.client.revision(signal));
    const pages: (readonly Answer[])[] = [];
    for await (const page of this.client.pages(path, { orderColumn: 'CreationTime', orderAsc: 'true' }, signal)) {
      pages.push(page);
      yield [];
    }
    const names = new Map<string, string>();
    // After the points: then there is a backup for each of them, unless that went away meanwhile and the point with it.
    for await (const page of this.client.pages(BACKUPS, {}, signal)) {
      for (const backup of page) names.set(textOf(backup, 'id', BACKUPS), asText(backup['name']) ?? '');
      yield [];
    }
    for (const page of pages) {
      const listed: RestorePoint[] = [];
      for (const point of page) {
        const jobName = await this.backupNameOf(textOf(point, 'backupId', path), names, signal);
        if (machineUuidOf(jobName) !== undefined) listed.push(pointFrom(point, jobName, path));
      }
      yield listed;
    }
  }

  /** One that the list leaves out, such as a part of another, is looked up once. */
  private async backupNameOf(id: string, names: Map<string, string>, signal: AbortSignal): Promise<string> {
    const known = names.get(id);
    if (known !== undefined) return known;
    const name = asText((await this.client.find(`${BACKUPS}/${encodeURIComponent(id)}`, signal))?.['name']) ?? '';
    names.set(id, name);
    return name;
  }

  async find(id: string, signal: AbortSignal): Promise<RestorePoint | undefined> {
    const path = pointsPath(await this.client.revision(signal));
    const point = await this.client.find(`${path}/${encodeURIComponent(id)}`, signal);
    const backup = point && (await this.client.find(`${BACKUPS}/${textOf(point, 'backupId', path)}`, signal));
    return backup && pointFrom(point, asText(backup['name']) ?? '', path);
  }

  /** The name of the machine that the restore point is of; undefined if there is no such restore point. */
  async machineNameOf(id: string, signal: AbortSignal): Promise<string | undefined> {
    const path = pointsPath(await this.client.revision(signal));
    return asText((await this.client.find(`${path}/${encodeURIComponent(id)}`, signal))?.['name']);
  }

  /** Those of one backup, which is a chain. */
  async inChain(chain: string, signal: AbortSignal): Promise<readonly RestorePoint[]> {
    const backup = await this.client.find(`${BACKUPS}/${chain}`, signal);
    return backup ? this.pointsIn(backup, signal) : [];
  }

  async disks(id: string, signal: AbortSignal): Promise<readonly Disk[]> {
    const path = `${pointsPath(await this.client.revision(signal))}/${encodeURIComponent(id)}/disks`;
    return (await this.client.all(path, {}, signal)).map((disk) => diskFrom(disk, path));
  }

  /** Deletes the restore point: itself, or its backup if it is the only one there. Answers the session, if there is one to wait for. */
  async remove(id: string, signal: AbortSignal): Promise<string | undefined> {
    const revision = await this.client.revision(signal);
    const path = pointsPath(revision);
    const point = await this.client.find(`${path}/${encodeURIComponent(id)}`, signal);
    if (!point) return undefined;
    const backup = await this.client.find(`${BACKUPS}/${textOf(point, 'backupId', path)}`, signal);
    if (!revision.has.deleteRestorePoint) return backup && this.removeLast(backup, revision, signal);
    if (backup) await this.assertIdle(backup, signal);
    return this.delete(`${path}/${id}`, signal);
  }

  /** Throws `temporary` while a run may add to the chain. */
  async assertChainIdle(chain: string, signal: AbortSignal): Promise<void> {
    const backup = await this.client.find(`${BACKUPS}/${chain}`, signal);
    if (backup) await this.assertIdle(backup, signal);
  }

  private async assertIdle(backup: Answer, signal: AbortSignal): Promise<void> {
    const job = asText(backup['jobId']);
    if (job !== undefined) await this.jobs.assertIdle(job, signal);
  }

  /** Deletes a backup with the only restore point in it, to which nothing may be added meanwhile. */
  private async removeLast(backup: Answer, { has, name }: Revision, signal: AbortSignal): Promise<string | undefined> {
    const id = textOf(backup, 'id', BACKUPS);
    if (has.deleteBackup) await this.assertIdle(backup, signal);
    const others = (await this.pointsIn(backup, signal)).length - 1;
    if (!has.deleteBackup || others > 0) {
      const why = has.deleteBackup ? `; its backup can be deleted whole, but that holds ${others} others` : '';
      throw new ProviderError(
        'unsupported',
        `revision ${name} of Veeam's API cannot delete one restore point${why}: the retention of its job will`,
      );
    }
    // What it is about to add has not been counted.
    await this.assertIdle(backup, signal);
    return this.delete(`${BACKUPS}/${id}?fromDB=false&includeGFS=true`, signal);
  }

  /** Those in the backups of the job that are listed. */
  private async ofJob(job: string, signal: AbortSignal): Promise<readonly RestorePoint[]> {
    const backups = await this.client.all(BACKUPS, { jobIdFilter: job }, signal);
    const points: RestorePoint[] = [];
    for (const backup of backups.filter(({ jobId }) => jobId === undefined || jobId === job))
      points.push(...(await this.pointsIn(backup, signal)));
    return points;
  }

  /** Those since then that are wanted and of the job, in whatever backup: the list of these may leave out parts of others. */
  private async unlistedOfJob(
    job: string,
    since: Date,
    isWanted: (point: RestorePoint) => boolean,
    signal: AbortSignal,
  ): Promise<readonly RestorePoint[]> {
    const path = pointsPath(await this.client.revision(signal));
    const after = new Date(since.getTime() - MARGIN_MS).toISOString();
    const points: RestorePoint[] = [];
    for (const point of await this.client.all(path, { createdAfterFilter: after }, signal)) {
      const unnamed = pointFrom(point, '', path);
      const backup = isWanted(unnamed) ? await this.client.find(`${BACKUPS}/${unnamed.chain}`, signal) : undefined;
      if (backup?.['jobId'] === job) points.push({ ...unnamed, jobName: asText(backup['name']) ?? '' });
    }
    return points;
  }

  private async delete(path: string, signal: AbortSignal): Promise<string | undefined> {
    return asText((await this.client.ask('DELETE', path, signal))['id']);
  }

  private async pointsIn(backup: Answer, signal: AbortSignal): Promise<readonly RestorePoint[]> {
    const [id, path] = [textOf(backup, 'id', BACKUPS), pointsPath(await this.client.revision(signal))];
    const listed = (await this.client.all(path, { backupIdFilter: id }, signal)).filter((point) => point['backupId'] === id);
    return listed.map((point) => pointFrom(point, asText(backup['name']) ?? '', path));
  }

  /** Bytes of the files of those in a backup, by their ids; none where the revision cannot tell. */
  async sizesIn(chain: string, signal: AbortSignal): Promise<ReadonlyMap<string, number>> {
    const sizes = new Map<string, number>();
    if (!(await this.client.revision(signal)).has.backupFiles) return sizes;
    for (const file of await this.client.all(`${BACKUPS}/${chain}/backupFiles`, {}, signal)) {
      const ids: readonly unknown[] = Array.isArray(file['restorePointIds']) ? file['restorePointIds'] : [];
      for (const id of ids) sizes.set(String(id), Math.max(0, Math.round(numberOf(file, 'backupSize'))));
    }
    return sizes;
  }
}

function pointFrom(point: Answer, jobName: string, where: string): RestorePoint {
  const [told, name] = [asText(point['type']), asText(point['name'])];
  return {
    id: textOf(point, 'id', where),
    jobName,
    machine: name === undefined ? {} : { name },
    chain: textOf(point, 'backupId', where),
    takenAt: timeOf(point, 'creationTime', where),
    ...(told === undefined ? {} : typeFrom(told)),
  };
}

const typeFrom = (told: string): Pick<RestorePoint, 'type' | 'isReverse'> => {
  if (told === 'Rollback') return { type: 'INCREMENTAL', isReverse: true };
  return { type: /incr/i.test(told) ? 'INCREMENTAL' : 'FULL' };
};

function diskFrom(disk: Answer, where: string): Disk {
  const [id, name] = [textOf(disk, 'uid', where), asText(disk['name']) ?? ''];
  const unitNumber = unitFrom(id, name);
  const sizeBytes = Math.round(numberOf(disk, 'capacity'));
  return { id, name, sizeBytes, ...(unitNumber === undefined ? {} : { unitNumber }) };
}

/** From the key of the device, which may be among other ids, or from a name such as `SCSI (0:1)`. */
function unitFrom(id: string, name: string): number | undefined {
  const keys = id.split(':').flatMap((part) => (/^\d{4}$/.test(part) ? [Number(part) - FIRST_KEY] : []));
  const key = keys.find((each) => each >= 0 && each < MAX_UNITS);
  if (key !== undefined) return key;
  const [, bus, unit] = /scsi ?\(?(\d):(\d{1,2})\)?/i.exec(`${id} ${name}`) ?? [];
  return bus === undefined || unit === undefined ? undefined : Number(bus) * UNITS + Number(unit);
}
