import { given, responseOf, type Fields } from '../../api/response.js';
import type { VolumeView } from '../../dao/volume-dao.js';
import { visibleState } from '../../inventory/facts.js';

export const volumeResponse = responseOf('volume', {
  id: ['string', 'ID of the disk volume'],
  name: ['string', 'name of the disk volume'],
  type: ['string', 'type of the disk volume (ROOT or DATADISK)'],
  size: ['long', 'size of the disk volume'],
  state: ['string', 'the state of the disk volume'],
  deviceid: ['long', 'the ID of the device on user vm the volume is attahed to'],
  path: ['string', 'the path of the volume'],
  virtualmachineid: ['string', 'id of the virtual machine'],
  vmname: ['string', 'name of the virtual machine'],
  vmdisplayname: ['string', 'display name of the virtual machine'],
  vmstate: ['string', 'state of the virtual machine'],
  zoneid: ['string', 'ID of the availability zone'],
  zonename: ['string', 'name of the availability zone'],
  account: ['string', 'the account associated with the disk volume'],
  domainid: ['string', 'the ID of the domain associated with the disk volume'],
  domain: ['string', 'the domain associated with the disk volume'],
  created: ['date', 'the date the disk volume was created'],
  isextractable: ['boolean', 'true if the volume is extractable, false otherwise'],
  tags: ['list', 'the list of resource tags associated'],
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
