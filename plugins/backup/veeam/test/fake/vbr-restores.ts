import { randomUUID } from 'node:crypto';
import type { Estate, FakeRestorePoint } from './estate.js';
import { answer, failure, type Route } from './vbr-answers.js';
import { PLACED, placesOf, type VbrDoubts, type VbrFacts } from './vbr-facts.js';
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
}

const MOUNTS = new WeakMap<Estate, Mount[]>();

/** Restores of machines and of disks. */
export function restoreRoutes(estate: Estate, facts: VbrFacts, doubts: VbrDoubts, show: Shown): readonly Route[] {
  const { restore, restorePointId, disks } = placesOf(facts);
  const mounts = MOUNTS.get(estate) ?? [];
  MOUNTS.set(estate, mounts);
  const point = (body: Record<string, unknown>) => estate.restorePoints.find(({ id }) => id === body[restorePointId]);
  const stateOf = ({ sessionId }: Mount) => {
    const session = estate.sessions.find(sessionId);
    if (session?.state !== 'Stopped') return 'Mounting';
    return session.result === 'Failed' ? 'Failed' : 'Mounted';
  };
  const shown = (mount: Mount) => {
    const { id, sessionId, spec, objectId } = mount;
    const state = stateOf(mount);
    return {
      id,
      sessionId,
      spec,
      state,
      mountedDisks: state === 'Mounted' ? spec.disksMapping.map((each) => ({ ...each, objectId })) : [],
    };
  };
  const listed = () => mounts.filter((mount) => doubts.keepsFailedMounts || stateOf(mount) !== 'Failed');
  return [
    [
      'POST',
      new RegExp(`^${restore}$`),
      ({ body }) =>
        withThing(point(body), 'restore point', (found) => {
          const wanted = { body, found };
          return body['type'] === 'Customized'
            ? fillMachine(estate, facts, doubts, show, wanted)
            : restoreMachine(estate, facts, show, wanted);
        }),
    ],
    ['GET', new RegExp(`^${disks}$`), ({ request }) => show.page(listed().map(shown), request)],
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
          mounts.find((mount) => mount.id === id && stateOf(mount) === 'Mounted'),
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

/** What another place is described by. */
interface Placed {
  readonly destinationHost: { readonly objectId: string };
  readonly resourcePool: { readonly objectId: string };
  readonly datastore: {
    readonly configurationFileDatastore: { readonly objectId: string };
    readonly diskMappings: readonly { readonly diskName: string; readonly datastore: { readonly objectId: string } }[];
  };
  readonly folder: { readonly vmName: string; readonly folder: { readonly objectId: string }; readonly restoreVmTags: boolean };
  readonly network: { readonly networks: readonly object[]; readonly disconnected: boolean };
}

/** Only to where machines are, whole, and connected to nothing. */
function fillMachine(estate: Estate, facts: VbrFacts, doubts: VbrDoubts, show: Shown, { body, found }: Wanted) {
  const { destinationHost, resourcePool, datastore, folder, network } = body as unknown as Placed;
  const allowed = ['type', placesOf(facts).restorePointId, 'powerUp', 'reason', ...(facts.overwrites ? ['overwrite'] : []), ...PLACED];
  const unknown = Object.keys(body).filter((field) => !allowed.includes(field));
  const ids = [destinationHost, resourcePool, datastore.configurationFileDatastore, folder.folder].map(({ objectId }) => objectId);
  const mapped = datastore.diskMappings.map((each) => [each.diskName, each.datastore.objectId].join()).sort();
  const right =
    unknown.length === 0 &&
    ids.join() === 'host-8,resgroup-1,datastore-11,group-v7' &&
    mapped.join(';') ===
      found.disks
        .map(({ label }) => `${label},datastore-11`)
        .sort()
        .join(';') &&
    body['powerUp'] === false &&
    !folder.restoreVmTags &&
    network.disconnected;
  if (!right)
    return failure(400, 'InvalidParameter', `the place is described wrongly: ${unknown.join()} ${ids.join()} ${mapped.join(';')}`);
  if (body['overwrite'] !== true && estate.machines.some(({ name }) => name === folder.vmName)) {
    return failure(400, 'InvalidParameter', `There is a machine ${folder.vmName}`);
  }
  const named = doubts.namesTargets ? folder.vmName : found.machine.name;
  return answer(201, show.session(estate.startFilling(found, folder.vmName, named)));
}

function mountDisk(estate: Estate, show: Shown, mounts: Mount[], { body, found }: Wanted) {
  const spec = body as unknown as Mount['spec'];
  const [mapping] = spec.disksMapping;
  const disk = found.disks.find(({ label }) => label === mapping?.nameInBackup);
  if (!disk) return failure(400, 'InvalidParameter', `the restore point has no disk ${mapping?.nameInBackup ?? ''}`);
  const session = estate.sessions.start({ kind: 'FirstClassDiskInstantRestore', name: found.machine.name }, () => undefined);
  mounts.push({ id: randomUUID(), sessionId: session.id, objectId: randomUUID(), spec, bytes: Buffer.from(disk.bytes) });
  return answer(201, show.session(session));
}
