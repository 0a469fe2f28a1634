import { ApiCommand, Parameter } from '../../api/command.js';
import type { Services } from '../../services.js';
import { configurationResponse, toConfigurationResponse } from '../responses/configuration.js';
import { SettingCommand } from './setting-command.js';

@ApiCommand({
  name: 'updateConfiguration',
  description: 'Gives a setting a new value',
  roles: ['Admin'],
  event: 'CONFIGURATION.VALUE.EDIT',
  returns: configurationResponse,
})
export class UpdateConfigurationCmd extends SettingCommand {
  @Parameter({
    type: 'string',
    required: true,
    mayBeEmpty: true,
    length: 4096,
    sensitive: true,
    description: 'the new value',
  })
  value!: string;

  async execute({ settingsManager }: Services) {
    const updated = await settingsManager.update(this.name, this.value, this.where());
    return { configuration: toConfigurationResponse(updated) };
  }
}
