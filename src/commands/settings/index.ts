import type { CommandClass } from '../../api/command.js';
import { ListConfigurationsCmd } from './list-configurations.js';
import { UpdateConfigurationCmd } from './update-configuration.js';

export const settingsCommands: readonly CommandClass[] = [ListConfigurationsCmd, UpdateConfigurationCmd];
