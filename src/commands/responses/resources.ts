import type { ResourceKind, ResourceReport } from '../../limits/resource-reports.js';

/** Every kind in words, in the order in which answers show them. */
const KINDS: Readonly<Record<ResourceKind, string>> = {
  vm: 'virtual machines',
  cpu: 'CPU cores',
  memory: 'MiB of memory',
  volume: 'volumes',
  snapshot: 'snapshots',
  template: 'templates',
  primarystorage: 'GiB of volumes',
  secondarystorage: 'GiB of templates and snapshots',
  backup: 'backups',
  backupstorage: 'GiB of backups',
  bucket: 'buckets',
  objectstorage: 'GiB of objects',
  ip: 'public addresses',
  network: 'networks',
  vpc: 'VPCs',
};

type Texts = `${ResourceKind}limit` | `${ResourceKind}available`;
type Totals = `${ResourceKind}total`;

/** The fields of accounts and domains that say how much they have of each kind, may have and may still get. */
export const resourceFields = Object.fromEntries(
  Object.entries(KINDS).flatMap(([kind, words]) => [
    [`${kind}limit`, ['string', `${words} that it may have, or Unlimited`]],
    [`${kind}total`, ['long', `${words} that it has`]],
    [`${kind}available`, ['string', `${words} that it may still get, or Unlimited`]],
  ]),
) as unknown as { readonly [F in Texts]: readonly ['string', string] } & { readonly [F in Totals]: readonly ['long', string] };

type ResourceValues = { readonly [F in Texts]: string | undefined } & { readonly [F in Totals]: number | undefined };

/** The fields of a report; none if there is no report. */
export const toResourceFields = (report: ResourceReport | undefined): ResourceValues =>
  Object.fromEntries(
    report ? (Object.keys(KINDS) as ResourceKind[]).flatMap((kind) => fieldsOf(kind, report[kind])) : [],
  ) as unknown as ResourceValues;

const fieldsOf = (kind: ResourceKind, { total, limit }: ResourceReport[ResourceKind]): readonly (readonly [string, string | number])[] => [
  [`${kind}limit`, limit === -1 ? 'Unlimited' : String(limit)],
  [`${kind}total`, total],
  [`${kind}available`, limit === -1 ? 'Unlimited' : String(Math.max(0, limit - total))],
];
