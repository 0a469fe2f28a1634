import { ApiCommand, Command, Parameter } from '../../api/command.js';
import { invalid } from '../../errors.js';
import type { Services } from '../../services.js';
import { toZoneResponse, zoneResponse } from '../responses/zone.js';

@ApiCommand({ name: 'createZone', description: 'Creates a zone', roles: ['Admin'], event: 'ZONE.CREATE', returns: zoneResponse })
export class CreateZoneCmd extends Command {
  @Parameter({ type: 'string', required: true, description: 'name of the new zone' })
  name!: string;

  @Parameter({ type: 'string', required: true, description: 'Basic or Advanced' })
  networkType!: string;

  @Parameter({ type: 'string', required: true, length: 64, description: 'address of the DNS server for machines' })
  dns1!: string;

  @Parameter({ type: 'string', required: true, length: 64, description: 'address of the DNS server for the infrastructure' })
  internalDns1!: string;

  async execute({ zones }: Services) {
    const { name, networkType, dns1, internalDns1 } = this;
    if (networkType !== 'Basic' && networkType !== 'Advanced')
      throw invalid('networktype', `"${networkType}" is neither Basic nor Advanced`);
    return { zone: toZoneResponse(await zones.create({ name, networkType, dns1, internalDns1 })) };
  }
}
