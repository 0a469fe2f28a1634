import type { Estate } from './estate.js';
import { answer, type Route } from './vbr-answers.js';
import { placesOf, type VbrDoubts, type VbrFacts } from './vbr-facts.js';
import { ID, none, withThing, type Shown } from './vbr-shown.js';

/** Backups, and the restore points in them. */
export function backups(estate: Estate, facts: VbrFacts, doubts: VbrDoubts, show: Shown): readonly Route[] {
  const { restorePoints } = placesOf(facts);
  const list = () =>
    estate.backups.map(({ id, jobId, name, repositoryId, createdAt: creationTime }) => {
      const point = doubts.namesMachines ? estate.restorePoints.find(({ backupId }) => backupId === id) : undefined;
      const shown = point ? `${name} - ${point.machine.name}` : name;
      return { id, jobId, name: shown, repositoryId, creationTime, platformName: 'VMware' };
    });
  const find = (id: string) => estate.restorePoints.find((point) => point.id === id);
  const remove = (effect: () => void) => {
    const session = estate.sessions.start({ kind: 'InfrastructureItemDeletion', name: 'Delete' }, effect);
    return answer(201, show.session(session));
  };
  const inBackup = (id: string) => estate.restorePoints.filter(({ backupId }) => backupId === id);
  const deletesPoints = facts.isNewer && doubts.deletesRestorePoints;
  return [
    [
      'GET',
      /^\/api\/v1\/backups$/,
      ({ request }) =>
        show.page(
          (doubts.listsParts ? list() : []).filter(({ jobId }) => (request.query.get('jobIdFilter') ?? jobId) === jobId),
          request,
        ),
    ],
    [
      'GET',
      new RegExp(`^/api/v1/backups/${ID}$`),
      ({ id }) =>
        withThing(
          list().find((backup) => backup.id === id),
          'backup',
          (backup) => answer(200, backup),
        ),
    ],
    ...(facts.isNewer
      ? [
          [
            'DELETE',
            new RegExp(`^/api/v1/backups/${ID}$`),
            ({ id }) => remove(() => estate.removePoints(inBackup(id).map((point) => point.id))),
          ] as Route,
        ]
      : []),
    ...(facts.isNewer
      ? [
          [
            'GET',
            new RegExp(`^/api/v1/backups/${ID}/backupFiles$`),
            ({ id, request }) => {
              const files = inBackup(id).map((point) => ({
                id: `file-${point.id}`,
                restorePointIds: [point.id],
                backupSize: point.sizeBytes,
              }));
              return show.page(files, request);
            },
          ] as Route,
        ]
      : []),
    [
      'GET',
      new RegExp(`^${restorePoints}$`),
      ({ request }) => {
        const { query } = request;
        const after = new Date(query.get('createdAfterFilter') ?? 0);
        const wanted = estate.restorePoints
          .filter(({ backupId }) => (query.get('backupIdFilter') ?? backupId) === backupId)
          .filter(({ createdAt }) => createdAt > after);
        return show.page(
          wanted.map((point) => show.point(point)),
          request,
        );
      },
    ],
    [
      'GET',
      new RegExp(`^${restorePoints}/${ID}$`),
      ({ id }) => withThing(find(id), 'restore point', (point) => answer(200, show.point(point))),
    ],
    ...(deletesPoints
      ? [
          [
            'DELETE',
            new RegExp(`^${restorePoints}/${ID}$`),
            ({ id }) => (find(id) ? remove(() => estate.deletePoint(id)) : none('restore point')),
          ] as Route,
        ]
      : []),
    [
      'GET',
      new RegExp(`^${restorePoints}/${ID}/disks$`),
      ({ id, request }) =>
        withThing(find(id), 'restore point', ({ disks }) => {
          // By label backwards, so that nothing is right because of the order.
          const shown = [...disks].reverse().map(({ key, label, sizeBytes: capacity, bytes }) => {
            const uid = doubts.tellsUnits ? [id, id, key, id].join(':') : `6000C29${bytes.subarray(0, 6).toString('hex')}`;
            return { uid, name: label, type: 'Vi', state: 'Processed', capacity };
          });
          return show.page(shown, request);
        }),
    ],
  ];
}
