import { VCENTER, type Estate } from './estate.js';
import { answer, type Route } from './vbr-api.js';
import { fits, ID, none, type Shown } from './vbr-shown.js';

/** vCenter as Veeam sees it, and where backups are kept. */
export function infrastructure(estate: Estate, show: Shown): readonly Route[] {
  const objects = () => [
    ...estate.machines.map(({ name, moref }) => show.object('VirtualMachine', name, moref)),
    show.object('Cluster', 'cluster-1', 'domain-c1'),
    show.object('Datastore', 'datastore-1', 'datastore-11'),
  ];
  const roots = show.listed({ ...show.object('vCenterServer', VCENTER, ''), objectId: undefined });
  return [
    ['GET', /^\/api\/v1\/serverInfo$/, () => answer(200, { vbrId: 'fake', name: 'vbr.fake', buildVersion: '12.3.2.3617', patches: [] })],
    ['GET', /^\/api\/v1\/inventory\/vmware\/hosts$/, ({ request }) => show.page([roots], request)],
    [
      'GET',
      new RegExp(`^/api/v1/inventory/vmware/hosts/${ID}$`),
      ({ request, id }) => {
        if (id !== VCENTER) return none('vCenter');
        const found = objects().filter(({ name }) => fits(name, request));
        return show.page(
          found.map((object) => show.listed(object)),
          request,
        );
      },
    ],
    [
      'GET',
      /^\/api\/v1\/backupInfrastructure\/repositories$/,
      ({ request }) =>
        show.page(
          estate.repositories.map(({ id, name }) => ({ id, name, type: 'WinLocal' })),
          request,
        ),
    ],
    [
      'GET',
      /^\/api\/v1\/backupInfrastructure\/repositories\/states$/,
      ({ request }) =>
        show.page(
          estate.repositories.map((each) => ({ ...each, usedSpaceGB: each.capacityGB - each.freeGB })),
          request,
        ),
    ],
  ];
}
