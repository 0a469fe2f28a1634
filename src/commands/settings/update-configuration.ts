import { ApiCommand, Command, Parameter } from '../../api/command.js';
import type { Services } from '../../services.js';
import { configurationResponse, toConfigurationResponse } from '../responses/configuration.js';

@ApiCommand({ name: 'updateConfiguration', description: 'Gives a setting a new value', roles: ['Admin'], returns: configurationResponse })
export class UpdateConfigurationCmd extends Command {
  @Parameter({ type: 'string', required: true, description: 'name of the setting' })
  name!: string;

  @Parameter({
    type: 'string',
    required: true,
    mayBeEmpty: true,
    length: 4096,
    sensitive: true,
    description: 'the new value',
  })
  value!: string;

  @Parameter({ type: 'uuid', entity: 'zone', description: 'set it for this zone only' })
  zoneId: string | undefined;

  async execute({ settingsManager }: Services) {
    const updated = await settingsManager.update(this.name, this.value, this.zoneId);
    return { configuration: toConfigurationResponse(updated) };
  }
}
