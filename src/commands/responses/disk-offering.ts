import { responseOf, type Fields } from '../../api/response.js';
import type { CatalogueItem } from '../../inventory/catalogue-manager.js';

export const diskOfferingResponse = responseOf('diskoffering', {
  id: ['string', 'ID of the disk offering'],
  name: ['string', 'name of the disk offering'],
  displaytext: ['string', 'what it is, for people'],
  disksize: ['long', 'size in GiB; 0 if whoever makes a disk chooses'],
  iscustomized: ['boolean', 'whether whoever makes a disk chooses its size'],
  displayoffering: ['boolean', 'whether users see it'],
  storagetype: ['string', 'where disks are kept'],
  provisioningtype: ['string', 'whether disks take their room from the beginning'],
  state: ['string', 'whether it can be used'],
});

export const toDiskOfferingResponse = ({
  entry: { uuid, name, description, sizeBytes },
}: CatalogueItem<'diskOfferings'>): Fields<typeof diskOfferingResponse> => ({
  id: uuid,
  name,
  displaytext: description,
  disksize: Math.floor((sizeBytes ?? 0) / 2 ** 30),
  iscustomized: sizeBytes === undefined,
  displayoffering: true,
  storagetype: 'shared',
  provisioningtype: 'thin',
  state: 'Active',
});
