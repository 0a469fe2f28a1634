import type { CommandClass } from '../../api/command.js';
import { AssignBackupPolicyCmd } from './assign-backup-policy.js';
import { CheckBackupProviderCmd } from './check-backup-provider.js';
import { DeleteBackupPolicyCmd } from './delete-backup-policy.js';
import { ImportBackupPolicyCmd } from './import-backup-policy.js';
import { ListBackupPoliciesCmd } from './list-backup-policies.js';
import { ListBackupProvidersCmd } from './list-backup-providers.js';

export const policyCommands: readonly CommandClass[] = [
  AssignBackupPolicyCmd,
  CheckBackupProviderCmd,
  DeleteBackupPolicyCmd,
  ImportBackupPolicyCmd,
  ListBackupPoliciesCmd,
  ListBackupProvidersCmd,
];
