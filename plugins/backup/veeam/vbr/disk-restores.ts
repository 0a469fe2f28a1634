import { ProviderError } from '../../../../src/provider/index.js';
import type { DiskRestores, NewDiskRestore, Session } from '../transport.js';
import { asText, textOf, type Answer } from './answers.js';
import type { Hierarchy, Inventory, InventoryObject } from './inventory.js';
import { objectFor } from './job-payloads.js';
import { restorePointField } from './restore-points.js';
import type { Revision } from './revisions.js';
import type { Sessions } from './sessions.js';
import type { VbrClient } from './vbr-client.js';

/** What the reference of a mount begins with: its session goes on for as long as the disk is mounted. */
const MOUNT = 'mount';

/** Where single disks are restored to, by the names in vCenter. */
export interface DiskTarget {
  readonly cluster: string;
  readonly datastore: string;
}

/** What each part of the target is in vCenter. */
const TARGETS = {
  cluster: { type: 'Cluster', hierarchy: 'HostsAndClusters' },
  datastore: { type: 'Datastore', hierarchy: 'DatastoresAndVms' },
} as const satisfies Readonly<Record<keyof DiskTarget, { readonly type: string; readonly hierarchy: Hierarchy }>>;

/** The part of the target in vCenter; throws `not_found`, and `rejected` where several have its name. */
export function findTarget(
  inventory: Inventory,
  target: DiskTarget,
  part: keyof DiskTarget,
  signal: AbortSignal,
): Promise<InventoryObject> {
  const { type, hierarchy } = TARGETS[part];
  return inventory.object(type, hierarchy, target[part], signal);
}

const pathOf = ({ has }: Revision): string => `/api/v1/restore/instantRecovery/${has.vSphereDisks ? 'vSphere' : 'vmware'}/fcd`;

/** Restores single disks as first class disks: mounted out of the backup, and then migrated to their datastore. */
export class VbrDiskRestores implements DiskRestores {
  constructor(
    private readonly client: VbrClient,
    private readonly inventory: Inventory,
    private readonly sessions: Sessions,
    private readonly target: DiskTarget,
  ) {}

  async mount({ name, restorePoint, disk }: NewDiskRestore, signal: AbortSignal): Promise<string> {
    const revision = await this.client.revision(signal);
    const cluster = await findTarget(this.inventory, this.target, 'cluster', signal);
    const spec = {
      [restorePointField(revision)]: restorePoint,
      destinationCluster: objectFor(revision, cluster),
      disksMapping: [{ nameInBackup: disk.name, mountedDiskName: name, registeredFcdName: name }],
    };
    const session = await this.client.ask('POST', pathOf(revision), signal, spec);
    return referenceOf(name, textOf(session, 'id', 'fcd'));
  }

  async pathOf(name: string, signal: AbortSignal): Promise<string> {
    const disk = disksOf(await this.get(name, signal)).find((each) => each['registeredFcdName'] === name);
    const id = asText(disk?.['objectId']);
    if (id === undefined) throw new ProviderError('unknown', `Veeam does not say where it has mounted the disk ${name}`);
    return `fcd/${id}`;
  }

  async migrate(name: string, signal: AbortSignal): Promise<string> {
    const revision = await this.client.revision(signal);
    const id = textOf(await this.get(name, signal), 'id', 'fcd');
    const datastore = await findTarget(this.inventory, this.target, 'datastore', signal);
    const spec = { targetDatastore: objectFor(revision, datastore), mountedDiskNames: [name] };
    return textOf(await this.client.ask('POST', `${pathOf(revision)}/${id}/migrate`, signal, spec), 'id', 'fcd');
  }

  async unmount(name: string, signal: AbortSignal): Promise<void> {
    const mount = await this.search(name, signal);
    if (!mount) return;
    const path = `${pathOf(await this.client.revision(signal))}/${textOf(mount, 'id', 'fcd')}/dismount`;
    await this.client.ask('POST', path, signal, {});
  }

  /** Has a mount end, be it one that has only begun. */
  async stop(reference: string, signal: AbortSignal): Promise<void> {
    const [, name = '', session = ''] = reference.split(':');
    await (session !== '' && !(await this.search(name, signal)) ? this.sessions.stop(session, signal) : this.unmount(name, signal));
  }

  /** The reference of the mount of that name. */
  async find(name: string, signal: AbortSignal): Promise<string | undefined> {
    const mount = await this.search(name, signal);
    return mount && referenceOf(name, textOf(mount, 'sessionId', 'fcd'));
  }

  /** How far a mount has come, as if it were a session that stops when the disk is mounted. */
  async look(reference: string, signal: AbortSignal): Promise<Session> {
    const [, name = '', session = ''] = reference.split(':');
    const mount = await this.search(name, signal);
    const state = mount && asText(mount['state']);
    if (state === 'Mounted') return { state: 'Stopped', percent: 100, result: 'Success' };
    if (state === 'Mounting') return { state: 'Working', percent: 0 };
    // Only the session says why; and what failed early never was a mount.
    const seen = await this.sessions.look(session, signal);
    if (!mount) return seen;
    const told = asText(mount['errorMessage']);
    const why = (told && this.client.showable(told)) ?? seen.message ?? `the mount of the disk is ${state ?? 'gone'}`;
    return { state: 'Stopped', percent: 0, result: 'Failed', message: why };
  }

  /** Whether the reference is that of a mount. */
  static isMount(reference: string): boolean {
    return reference.startsWith(`${MOUNT}:`);
  }

  private async get(name: string, signal: AbortSignal): Promise<Answer> {
    const mount = await this.search(name, signal);
    if (mount) return mount;
    throw new ProviderError('unknown', `Veeam has no mount of the disk ${name} any more`);
  }

  private async search(name: string, signal: AbortSignal): Promise<Answer | undefined> {
    const mounts = await this.client.all(pathOf(await this.client.revision(signal)), {}, signal);
    return mounts.find((mount) => mappingsOf(mount).some((each) => each['registeredFcdName'] === name));
  }
}

const referenceOf = (name: string, session: string): string => [MOUNT, name, session].join(':');

const disksOf = ({ mountedDisks }: Answer): readonly Answer[] => (Array.isArray(mountedDisks) ? (mountedDisks as readonly Answer[]) : []);

function mappingsOf({ spec }: Answer): readonly Answer[] {
  const { disksMapping } = (spec ?? {}) as Answer;
  return Array.isArray(disksMapping) ? (disksMapping as readonly Answer[]) : [];
}
