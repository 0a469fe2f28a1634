import type { CommandClass } from '../../api/command.js';
import { ListDiskOfferingsCmd } from './list-disk-offerings.js';
import { ListHypervisorsCmd } from './list-hypervisors.js';
import { ListNetworksCmd } from './list-networks.js';
import { ListOsCategoriesCmd } from './list-os-categories.js';
import { ListOsTypesCmd } from './list-os-types.js';
import { ListServiceOfferingsCmd } from './list-service-offerings.js';
import { ListTemplatesCmd } from './list-templates.js';

export const catalogueCommands: readonly CommandClass[] = [
  ListDiskOfferingsCmd,
  ListHypervisorsCmd,
  ListNetworksCmd,
  ListOsCategoriesCmd,
  ListOsTypesCmd,
  ListServiceOfferingsCmd,
  ListTemplatesCmd,
];
