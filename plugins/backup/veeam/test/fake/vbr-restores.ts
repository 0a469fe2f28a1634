import { randomUUID } from 'node:crypto';
import type { Estate, FakeRestorePoint } from './estate.js';
import { answer, failure, type Route } from './vbr-api.js';
import { placesOf, type VbrFacts } from './vbr-facts.js';
import { withThing, type Shown } from './vbr-shown.js';

interface DiskMapping {
  readonly nameInBackup: string;
  readonly mountedDiskName: string;
  readonly registeredFcdName: string;
}

/** A disk that is read out of a backup. */
interface Mount {
  readonly id: string;
  readonly sessionId: string;
  readonly spec: { readonly disksMapping: readonly DiskMapping[] };
  readonly bytes: Buffer;
  readonly objectId: string;
  state: 'Mounting' | 'Mounted' | 'Failed';
}

const MOUNTS = new WeakMap<Estate, Mount[]>();

/** Restores of machines and of disks. */
export function restoreRoutes(estate: Estate, facts: VbrFacts, show: Shown): readonly Route[] {
  const { restore, restorePointId, disks } = placesOf(facts);
  const mounts = MOUNTS.get(estate) ?? [];
  MOUNTS.set(estate, mounts);
  const point = (body: Record<string, unknown>) => estate.restorePoints.find(({ id }) => id === body[restorePointId]);
  const shown = ({ id, sessionId, spec, state, objectId }: Mount) => ({
    ...{ id, sessionId, spec, state },
    mountedDisks: state === 'Mounted' ? spec.disksMapping.map((mapping) => ({ ...mapping, objectId })) : [],
  });
  return [
    [
      'POST',
      new RegExp(`^${restore}$`),
      ({ body }) => withThing(point(body), 'restore point', (found) => restoreMachine(estate, facts, show, { body, found })),
    ],
    ['GET', new RegExp(`^${disks}$`), ({ request }) => show.page(mounts.map(shown), request)],
    [
      'POST',
      new RegExp(`^${disks}$`),
      ({ body }) => withThing(point(body), 'restore point', (found) => mountDisk(estate, show, mounts, { body, found })),
    ],
    [
      'POST',
      new RegExp(`^${disks}/([^/]+)/dismount$`),
      ({ id }) =>
        withThing(
          mounts.find((mount) => mount.id === id),
          'mount',
          (mount) => {
            mounts.splice(mounts.indexOf(mount), 1);
            return { status: 204 };
          },
        ),
    ],
    [
      'POST',
      new RegExp(`^${disks}/([^/]+)/migrate$`),
      ({ id, body }) =>
        withThing(
          mounts.find((mount) => mount.id === id && mount.state === 'Mounted'),
          'mount',
          (mount) => {
            const [{ registeredFcdName: name } = { registeredFcdName: '' }] = mount.spec.disksMapping;
            const { name: datastore } = body['targetDatastore'] as { name: string };
            const session = estate.sessions.start({ kind: 'QuickMigration', name }, () => {
              estate.firstClassDisks.push({ id: mount.objectId, name, datastore, bytes: mount.bytes });
              mounts.splice(mounts.indexOf(mount), 1);
            });
            return answer(200, show.session(session));
          },
        ),
    ],
  ];
}

interface Wanted {
  readonly body: Record<string, unknown>;
  readonly found: FakeRestorePoint;
}

function restoreMachine(estate: Estate, facts: VbrFacts, show: Shown, { body, found }: Wanted) {
  const allowed = [
    'type',
    placesOf(facts).restorePointId,
    'powerUp',
    'reason',
    'quickRollback',
    ...(facts.overwrites ? ['overwrite'] : []),
  ];
  const unknown = Object.keys(body).filter((field) => !allowed.includes(field));
  if (unknown.length > 0 || body['type'] !== 'OriginalLocation')
    return failure(400, 'InvalidParameter', `unexpected: ${unknown.join(', ')}`);
  const exists = estate.machines.some(({ moref }) => moref === found.machine.moref);
  if (facts.overwrites && body['overwrite'] !== exists) {
    return failure(400, 'InvalidParameter', exists ? 'The machine exists, and overwrite is false' : 'There is no machine to overwrite');
  }
  return answer(201, show.session(estate.startRestore(found)));
}

function mountDisk(estate: Estate, show: Shown, mounts: Mount[], { body, found }: Wanted) {
  const spec = body as unknown as Mount['spec'];
  const [mapping] = spec.disksMapping;
  const disk = found.disks.find(({ label }) => label === mapping?.nameInBackup);
  if (!disk) return failure(400, 'InvalidParameter', `the restore point has no disk ${mapping?.nameInBackup ?? ''}`);
  const about = { id: randomUUID(), objectId: randomUUID(), spec, bytes: Buffer.from(disk.bytes) };
  const session = estate.sessions.start({ kind: 'FirstClassDiskInstantRestore', name: found.machine.name }, ({ id: sessionId }) => {
    mounts.push({ ...about, sessionId, state: 'Mounted' });
  });
  return answer(201, show.session(session));
}
