import { ApiCommand } from '../../api/command.js';
import type { Services } from '../../services.js';
import { configurationResponse, toResetConfigurationResponse } from '../responses/configuration.js';
import { SettingCommand } from './setting-command.js';

@ApiCommand({
  name: 'resetConfiguration',
  description: 'Takes the value of a setting away: in a zone the global one holds again, everywhere the default',
  since: '4.16.0',
  roles: ['Admin'],
  event: 'CONFIGURATION.VALUE.EDIT',
  returns: configurationResponse,
})
export class ResetConfigurationCmd extends SettingCommand {
  async execute({ settingsManager }: Services) {
    const reset = await settingsManager.reset(this.name, this.where());
    return { configuration: toResetConfigurationResponse(reset) };
  }
}
