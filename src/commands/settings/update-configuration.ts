import { ApiCommand, Command, Parameter } from '../../api/command.js';
import type { Services } from '../../services.js';
import { configurationResponse, toConfigurationResponse } from '../responses/configuration.js';

@ApiCommand({ name: 'updateConfiguration', description: 'Updates a configuration.', roles: ['Admin'], returns: configurationResponse })
export class UpdateConfigurationCmd extends Command {
  @Parameter({ type: 'string', required: true, description: 'the name of the configuration' })
  name!: string;

  @Parameter({
    type: 'string',
    required: true,
    mayBeEmpty: true,
    length: 4096,
    sensitive: true,
    description: 'the value of the configuration',
  })
  value!: string;

  @Parameter({ type: 'uuid', entity: 'zone', description: 'the ID of the Zone to update the parameter value for corresponding zone' })
  zoneId: string | undefined;

  async execute({ settingsManager }: Services) {
    const updated = await settingsManager.update(this.name, this.value, this.zoneId);
    return { configuration: toConfigurationResponse(updated) };
  }
}
