import type { CommandClass } from '../../api/command.js';
import { ListConfigurationGroupsCmd } from './list-configuration-groups.js';
import { ListConfigurationsCmd } from './list-configurations.js';
import { ResetConfigurationCmd } from './reset-configuration.js';
import { UpdateConfigurationCmd } from './update-configuration.js';

export const settingsCommands: readonly CommandClass[] = [
  ListConfigurationGroupsCmd,
  ListConfigurationsCmd,
  ResetConfigurationCmd,
  UpdateConfigurationCmd,
];
