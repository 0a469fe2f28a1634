import { responseOf, type Fields } from '../../api/response.js';
import type { CatalogueItem } from '../../inventory/catalogue-manager.js';

export const osCategoryResponse = responseOf('oscategory', {
  id: ['string', 'ID of the category'],
  name: ['string', 'name of the category'],
});

export const toOsCategoryResponse = ({ entry: { uuid, name } }: CatalogueItem<'osCategories'>): Fields<typeof osCategoryResponse> => ({
  id: uuid,
  name,
});

export const osTypeResponse = responseOf('ostype', {
  id: ['string', 'ID of the operating system'],
  name: ['string', 'name of the operating system'],
  description: ['string', 'the same, for people'],
  oscategoryid: ['string', 'ID of its category'],
  oscategoryname: ['string', 'name of its category'],
  isuserdefined: ['boolean', 'whether a user has added it'],
});

export const toOsTypeResponse = ({ entry, catalogue }: CatalogueItem<'osTypes'>): Fields<typeof osTypeResponse> => ({
  id: entry.uuid,
  name: entry.name,
  description: entry.name,
  oscategoryid: entry.categoryUuid,
  oscategoryname: catalogue.osCategories.find(({ uuid }) => uuid === entry.categoryUuid)?.name,
  isuserdefined: false,
});
