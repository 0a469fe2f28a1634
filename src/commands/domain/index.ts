import type { CommandClass } from '../../api/command.js';
import { CreateDomainCmd } from './create-domain.js';
import { DeleteDomainCmd } from './delete-domain.js';
import { ListDomainChildrenCmd } from './list-domain-children.js';
import { ListDomainsCmd } from './list-domains.js';
import { UpdateDomainCmd } from './update-domain.js';

export const domainCommands: readonly CommandClass[] = [
  CreateDomainCmd,
  DeleteDomainCmd,
  ListDomainChildrenCmd,
  ListDomainsCmd,
  UpdateDomainCmd,
];
