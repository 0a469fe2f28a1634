import { responseOf, type Fields } from '../../api/response.js';
import type { Infrastructure } from '../../inventory/zone-manager.js';

export const infrastructureResponse = responseOf('infrastructure', {
  zones: ['integer', 'number of zones'],
  backuprepositories: ['integer', 'number of backup repositories'],
  pods: ['integer', 'number of pods; there are none'],
  clusters: ['integer', 'number of clusters of hosts; there are none'],
  hosts: ['integer', 'number of hosts; there are none'],
  storagepools: ['integer', 'number of primary storages; there are none'],
  imagestores: ['integer', 'number of secondary storages; there are none'],
  objectstores: ['integer', 'number of object storages; there are none'],
  systemvms: ['integer', 'number of system machines; there are none'],
  routers: ['integer', 'number of virtual routers; there are none'],
  cpusockets: ['integer', 'number of processors in hosts; there are none'],
});

export const toInfrastructureResponse = ({ zones, backupRepositories }: Infrastructure): Fields<typeof infrastructureResponse> => ({
  zones,
  backuprepositories: backupRepositories,
  pods: 0,
  clusters: 0,
  hosts: 0,
  storagepools: 0,
  imagestores: 0,
  objectstores: 0,
  systemvms: 0,
  routers: 0,
  cpusockets: 0,
});
