import { VCENTER, type Estate, type FakeMachine } from './estate.js';
import { answer, type Route } from './vbr-answers.js';
import type { VbrFacts } from './vbr-facts.js';
import { fits, ID, none, type Shown } from './vbr-shown.js';

/** Where every machine is, by the hierarchy that shows it: the type, name and id of each step of the way. */
const PLACES: Readonly<Record<string, readonly (readonly [type: string, kind: string, name: string, id: string])[]>> = {
  HostsAndClusters: [
    ['Folder', 'folder', 'host', 'group-h1'],
    ['Cluster', 'computeresource', 'cluster-1', 'domain-c1'],
    ['Host', 'hostsystem', 'esx-1', 'host-8'],
    ['ResourcePool', 'resourcepool', 'Resources', 'resgroup-1'],
  ],
  DatastoresAndVms: [['Datastore', 'datastore', 'datastore-1', 'datastore-11']],
  VmsAndTemplates: [
    ['Folder', 'folder', 'vm', 'group-v1'],
    ['Folder', 'folder', 'Stackvault', 'group-v7'],
  ],
};

/** The objects that a hierarchy shows, each with the path to it. */
function objectsIn({ machines }: Estate, show: Shown, hierarchy: string) {
  const steps = PLACES[hierarchy] ?? [];
  const pathTo = (length: number) => ['vc:' + VCENTER, ...steps.slice(0, length).map(([, kind, , id]) => `${kind}:${id}`)].join(';');
  const machine = ({ name, moref, isOn }: FakeMachine) => ({
    ...show.object('VirtualMachine', name, moref),
    urn: `${pathTo(steps.length)};virtualmachine:${moref}`,
    powerState: isOn ? 'PoweredOn' : 'PoweredOff',
  });
  return [
    ...steps.map(([type, , name, id], index) => ({ ...show.object(type, name, id), urn: pathTo(index + 1) })),
    ...machines.map(machine),
  ];
}

/** vCenter as Veeam sees it, and where backups are kept. */
export function infrastructure(estate: Estate, facts: VbrFacts, show: Shown): readonly Route[] {
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
    ...(facts.isNewer
      ? [
          [
            'POST',
            new RegExp(`^/api/v1/inventory/${ID}$`),
            ({ request, id, body }) => {
              const { property, operation, value } = body['filter'] as Record<string, string>;
              if (id !== VCENTER || property !== 'objectId' || operation !== 'Equals') return none('such object');
              const found = objectsIn(estate, show, String(body['hierarchyType'])).filter(({ objectId }) => objectId === value);
              return show.page(found, request);
            },
          ] as Route,
        ]
      : []),
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
