import { specOf, type CommandClass } from '../api/command.js';
import type { CommandTable } from '../api/dispatcher.js';
import { CreateAccountCmd } from './account/create-account.js';
import { CreateUserCmd } from './account/create-user.js';
import { GetUserKeysCmd } from './account/get-user-keys.js';
import { GetUserCmd } from './account/get-user.js';
import { ListAccountsCmd } from './account/list-accounts.js';
import { ListDomainsCmd } from './account/list-domains.js';
import { ListUsersCmd } from './account/list-users.js';
import { RegisterUserKeysCmd } from './account/register-user-keys.js';
import { CreateBackupCmd } from './backup/create-backup.js';
import { DeleteBackupCmd } from './backup/delete-backup.js';
import { ListBackupsCmd } from './backup/list-backups.js';
import { RestoreBackupVolumeCmd } from './backup/restore-backup-volume.js';
import { RestoreBackupCmd } from './backup/restore-backup.js';
import { ListAsyncJobsCmd } from './job/list-async-jobs.js';
import { QueryAsyncJobResultCmd } from './job/query-async-job-result.js';
import { DeployVirtualMachineCmd } from './machine/deploy-virtual-machine.js';
import { DestroyVirtualMachineCmd } from './machine/destroy-virtual-machine.js';
import { ListVirtualMachinesCmd } from './machine/list-virtual-machines.js';
import { StartVirtualMachineCmd } from './machine/start-virtual-machine.js';
import { StopVirtualMachineCmd } from './machine/stop-virtual-machine.js';
import { ListIpForwardingRulesCmd } from './network/list-ip-forwarding-rules.js';
import { ListPortForwardingRulesCmd } from './network/list-port-forwarding-rules.js';
import { ListPublicIpAddressesCmd } from './network/list-public-ip-addresses.js';
import { AssignVirtualMachineToBackupOfferingCmd } from './offering/assign-virtual-machine-to-backup-offering.js';
import { DeleteBackupOfferingCmd } from './offering/delete-backup-offering.js';
import { ImportBackupOfferingCmd } from './offering/import-backup-offering.js';
import { ListBackupOfferingsCmd } from './offering/list-backup-offerings.js';
import { ListBackupProviderOfferingsCmd } from './offering/list-backup-provider-offerings.js';
import { RemoveVirtualMachineFromBackupOfferingCmd } from './offering/remove-virtual-machine-from-backup-offering.js';
import { UpdateBackupOfferingCmd } from './offering/update-backup-offering.js';
import { AssignBackupPolicyCmd } from './policy/assign-backup-policy.js';
import { DeleteBackupPolicyCmd } from './policy/delete-backup-policy.js';
import { ImportBackupPolicyCmd } from './policy/import-backup-policy.js';
import { ListBackupPoliciesCmd } from './policy/list-backup-policies.js';
import { ListBackupProvidersCmd } from './policy/list-backup-providers.js';
import { ListProjectsCmd } from './project/list-projects.js';
import { ListConfigurationsCmd } from './settings/list-configurations.js';
import { UpdateConfigurationCmd } from './settings/update-configuration.js';
import { ListApisCmd } from './system/list-apis.js';
import { ListCapabilitiesCmd } from './system/list-capabilities.js';
import { LoginCmd } from './system/login.js';
import { LogoutCmd } from './system/logout.js';
import { AttachVolumeCmd } from './volume/attach-volume.js';
import { CreateVolumeCmd } from './volume/create-volume.js';
import { DetachVolumeCmd } from './volume/detach-volume.js';
import { ListVolumesCmd } from './volume/list-volumes.js';
import { CreateZoneCmd } from './zone/create-zone.js';
import { ListZonesCmd } from './zone/list-zones.js';

/** The whole API, in one list. */
const COMMANDS: readonly CommandClass[] = [
  CreateAccountCmd,
  CreateUserCmd,
  GetUserKeysCmd,
  GetUserCmd,
  ListAccountsCmd,
  ListDomainsCmd,
  ListUsersCmd,
  RegisterUserKeysCmd,
  CreateBackupCmd,
  DeleteBackupCmd,
  ListBackupsCmd,
  RestoreBackupVolumeCmd,
  RestoreBackupCmd,
  ListAsyncJobsCmd,
  QueryAsyncJobResultCmd,
  DeployVirtualMachineCmd,
  DestroyVirtualMachineCmd,
  ListVirtualMachinesCmd,
  StartVirtualMachineCmd,
  StopVirtualMachineCmd,
  ListIpForwardingRulesCmd,
  ListPortForwardingRulesCmd,
  ListPublicIpAddressesCmd,
  AssignVirtualMachineToBackupOfferingCmd,
  DeleteBackupOfferingCmd,
  ImportBackupOfferingCmd,
  ListBackupOfferingsCmd,
  ListBackupProviderOfferingsCmd,
  RemoveVirtualMachineFromBackupOfferingCmd,
  UpdateBackupOfferingCmd,
  AssignBackupPolicyCmd,
  DeleteBackupPolicyCmd,
  ImportBackupPolicyCmd,
  ListBackupPoliciesCmd,
  ListBackupProvidersCmd,
  ListProjectsCmd,
  ListConfigurationsCmd,
  UpdateConfigurationCmd,
  ListApisCmd,
  ListCapabilitiesCmd,
  LoginCmd,
  LogoutCmd,
  AttachVolumeCmd,
  CreateVolumeCmd,
  DetachVolumeCmd,
  ListVolumesCmd,
  CreateZoneCmd,
  ListZonesCmd,
];

/** Every command by its name and its aliases, in lower case. */
export const commands: CommandTable = new Map(
  COMMANDS.map(specOf).flatMap((spec) => [spec.name, ...spec.aliases].map((name) => [name.toLowerCase(), { ...spec, name }] as const)),
);
