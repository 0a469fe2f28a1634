import type { AccountManager } from './account/account-manager.js';
import type { DomainManager } from './account/domain-manager.js';
import type { KeyManager } from './account/key-manager.js';
import type { RoleManager } from './account/role-manager.js';
import type { SessionManager } from './account/session-manager.js';
import type { UserManager } from './account/user-manager.js';
import type { CommandTable } from './api/dispatcher.js';
import type { AssignmentManager } from './backup/assignment-manager.js';
import type { BackupManager } from './backup/backup-manager.js';
import type { BackupOfferingManager } from './backup/backup-offering-manager.js';
import type { BackupScheduleManager } from './backup/backup-schedule-manager.js';
import type { RestoreManager } from './backup/restore-manager.js';
import type { EventManager } from './events/event-manager.js';
import type { CatalogueManager } from './inventory/catalogue-manager.js';
import type { MachineManager } from './inventory/machine-manager.js';
import type { VolumeManager } from './inventory/volume-manager.js';
import type { ZoneManager } from './inventory/zone-manager.js';
import type { JobManager } from './jobs/job-manager.js';
import type { LimitManager } from './limits/limit-manager.js';
import type { DynamicSettings } from './settings/dynamic-settings.js';
import type { SettingsManager } from './settings/settings-manager.js';
import type { UsageManager } from './usage/usage-manager.js';

/** What a command may reach: managers and the settings they go by, never a DAO or a provider. */
export interface Services {
  readonly accounts: AccountManager;
  readonly assignments: AssignmentManager;
  readonly backups: BackupManager;
  readonly catalogue: CatalogueManager;
  readonly commands: CommandTable;
  readonly domains: DomainManager;
  readonly events: EventManager;
  readonly jobs: JobManager;
  readonly keys: KeyManager;
  readonly limits: LimitManager;
  readonly machines: MachineManager;
  readonly offerings: BackupOfferingManager;
  readonly restores: RestoreManager;
  readonly roles: RoleManager;
  readonly schedules: BackupScheduleManager;
  readonly sessions: SessionManager;
  readonly settings: DynamicSettings;
  readonly settingsManager: SettingsManager;
  readonly usage: UsageManager;
  readonly users: UserManager;
  readonly volumes: VolumeManager;
  readonly zones: ZoneManager;
}
