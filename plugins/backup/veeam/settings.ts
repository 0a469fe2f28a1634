import type { PluginSettings, SettingValues } from '../../../src/provider/index.js';

/** What an administrator sets for a zone. Keys that CloudStack's Veeam plugin has too are named as they are there. */
export const SETTINGS = {
  api: {
    kind: 'string',
    description:
      'the API of Veeam to speak: vbr for Backup & Replication (port 9419), em for Enterprise Manager (port 9398); auto: vbr, or em where vbr.url is empty and only em answers, which is found out once for each url',
    default: 'auto',
  },
  url: {
    kind: 'string',
    description: 'address of Enterprise Manager, such as https://em.example:9398/api/',
    default: 'https://localhost:9398/api/',
  },
  'vbr.url': {
    kind: 'string',
    description: 'address of the Backup & Replication server, such as https://vbr.example:9419; empty: port 9419 of the host in url',
    default: '',
  },
  version: {
    kind: 'string',
    description:
      'the revision of the Backup & Replication API to speak, such as 1.2-rev1; 0, or the version of the server as CloudStack has it (11, 12, 13): the newest that server and plugin both know',
    default: '0',
  },
  username: { kind: 'string', description: 'user who logs on to Veeam', default: 'administrator' },
  password: { kind: 'string', description: 'password of that user', default: '', secret: true },
  'validate.ssl': {
    kind: 'boolean',
    description: 'whether the certificate of the server must be valid; false lets anybody between the servers read the password',
    default: 'true',
  },
  'ca.file': {
    kind: 'string',
    description: 'file on this server with the certificates, as PEM, that may vouch for the server; empty: those of the system',
    default: '',
  },
  vcenter: {
    kind: 'string',
    description: 'the vCenter server of the zone, by the name that Veeam has for it; empty: the only one that Veeam has',
    default: '',
  },
  'restore.cluster': {
    kind: 'string',
    description: 'the cluster, by its name in vCenter, over which single volumes are restored; empty: single volumes are not restored',
    default: '',
  },
  'restore.datastore': {
    kind: 'string',
    description: 'the datastore, by its name in vCenter, that single volumes are restored to; empty: single volumes are not restored',
    default: '',
  },
  'request.timeout': { kind: 'integer', description: 'how long one request may last, in seconds', default: '300' },
  'restore.timeout': {
    kind: 'integer',
    description:
      'how long a running backup or restore may show no progress before it is given up, in seconds; one that advances may last as long as it needs',
    default: '14400',
  },
  'task.poll.interval': { kind: 'integer', description: 'the longest time between two looks at what runs, in seconds', default: '5' },
  'task.poll.max.retry': {
    kind: 'integer',
    description: 'how many such intervals a backup or restore may take to start; then it has failed',
    default: '120',
  },
} as const satisfies PluginSettings;

/** The settings of one zone. */
export type VeeamSettings = SettingValues<typeof SETTINGS>;
