import { given, responseOf, type Fields } from '../../api/response.js';
import type { VolumeView } from '../../dao/volume-dao.js';
import { visibleState } from '../../inventory/facts.js';

export const volumeResponse = responseOf('volume', {
  id: ['string', 'ID of the volume'],
  name: ['string', 'name of the volume'],
  type: ['string', 'ROOT or DATADISK'],
  size: ['long', 'size in bytes'],
  state: ['string', 'what state it is in'],
  deviceid: ['long', 'device number in the machine that it is attached to'],
  path: ['string', 'where the storage keeps it'],
  virtualmachineid: ['string', 'ID of the machine that it is attached to'],
  vmname: ['string', 'name of the virtual machine'],
  vmdisplayname: ['string', 'name of that machine for people'],
  vmstate: ['string', 'state of the machine'],
  attached: ['date', 'since when it is attached to that machine'],
  zoneid: ['string', 'ID of its zone'],
  zonename: ['string', 'name of its zone'],
  account: ['string', 'account that owns it'],
  domainid: ['string', 'ID of the domain of that account'],
  domain: ['string', 'name of the domain of that account'],
  created: ['date', 'when it was created'],
  isextractable: ['boolean', 'whether it can be downloaded'],
  tags: ['list', 'tags; always empty'],
});

export const toVolumeResponse = (volume: VolumeView): Fields<typeof volumeResponse> => ({
  id: volume.uuid,
  name: volume.name,
  type: volume.type,
  size: volume.sizeBytes,
  state: volume.restoreOperation === null ? volume.state : 'Restoring',
  deviceid: volume.vmUuid === null ? undefined : given(volume.deviceNumber),
  path: volume.path,
  virtualmachineid: given(volume.vmUuid),
  vmname: given(volume.vmName),
  vmdisplayname: given(volume.vmDisplayName),
  vmstate: vmState(volume),
  attached: given(volume.attached),
  zoneid: volume.zoneUuid,
  zonename: volume.zoneName,
  account: volume.accountName,
  domainid: volume.domainUuid,
  domain: volume.domainPath.split('/').at(-1),
  created: volume.created,
  isextractable: false,
  tags: [],
});

const vmState = ({ vmState: state, vmRestoreOperation: restoreOperation }: VolumeView): string | undefined =>
  state === null ? undefined : visibleState({ state, restoreOperation });
