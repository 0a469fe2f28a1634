import { ApiCommand, Command } from '../../api/command.js';
import type { Services } from '../../services.js';
import { infrastructureResponse, toInfrastructureResponse } from '../responses/infrastructure.js';

@ApiCommand({
  name: 'listInfrastructure',
  description: 'Counts what the server looks after, for the summary of an administrator',
  since: '4.11.0',
  roles: ['Admin'],
  returns: infrastructureResponse,
})
export class ListInfrastructureCmd extends Command {
  async execute({ zones }: Services) {
    return { infrastructure: toInfrastructureResponse(await zones.countInfrastructure()) };
  }
}
