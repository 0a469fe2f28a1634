import { EVERYONE } from '../../account/role-type.js';
import { ApiCommand, Parameter } from '../../api/command.js';
import { list } from '../../api/response.js';
import type { CallContext } from '../../call-context.js';
import { invalid } from '../../errors.js';
import type { Services } from '../../services.js';
import { PagedCommand } from '../paged-command.js';
import { backupPolicyResponse, toBackupPolicyResponse, toExternalPolicyResponse } from '../responses/backup-policy.js';

@ApiCommand({
  name: 'listBackupPolicies',
  description: 'Lists the imported backup policies, or with external=true those of the backup provider of a zone',
  roles: EVERYONE,
  returns: backupPolicyResponse,
})
export class ListBackupPoliciesCmd extends PagedCommand {
  @Parameter({
    type: 'uuid',
    alsoNamed: ['backuppolicyid', 'policyid'],
    entity: 'backuppolicy',
    description: 'the ID of the backup policy',
  })
  id: string | undefined;

  @Parameter({ type: 'uuid', entity: 'zone', description: 'the ID of the zone; needed with external=true' })
  zoneId: string | undefined;

  @Parameter({ type: 'boolean', description: 'true to list the policies of the backup provider of the zone; for administrators' })
  external: boolean | undefined;

  @Parameter({ type: 'string', description: 'the name of the backup policy' })
  name: string | undefined;

  async execute(services: Services, call: CallContext) {
    const { id: uuid, zoneId: zoneUuid, name, keyword } = this;
    if (this.external) return this.listExternal(services, call);
    const { rows, total } = await services.offerings.list({ uuid, zoneUuid, name, keyword }, this.pageOf(services));
    const policies = rows.map((offering) => toBackupPolicyResponse(offering, services.offerings.zoneOf(offering)));
    return list('backuppolicy', policies, total);
  }

  private async listExternal(services: Services, call: CallContext) {
    if (this.zoneId === undefined) throw invalid('zoneid', 'is needed with external=true');
    const { name, keyword } = this;
    const { rows, total } = await services.offerings.listExternal(this.zoneId, { name, keyword }, this.pageOf(services), call);
    return list('backuppolicy', rows.map(toExternalPolicyResponse), total);
  }
}
