import { ApiCommand, Parameter } from '../../api/command.js';
import { list } from '../../api/response.js';
import type { CallContext } from '../../call-context.js';
import type { Services } from '../../services.js';
import { PagedCommand } from '../paged-command.js';
import { toUsageRecordResponse, usageRecordResponse } from '../responses/usage-record.js';

@ApiCommand({
  name: 'listUsageRecords',
  description: 'Lists what accounts have used in a period: one record for each machine and backup offering',
  roles: ['Admin', 'ResourceAdmin', 'DomainAdmin'],
  returns: usageRecordResponse,
})
export class ListUsageRecordsCmd extends PagedCommand {
  @Parameter({ type: 'date', required: true, description: 'when the period begins' })
  startDate!: Date;

  @Parameter({ type: 'date', required: true, description: 'when the period ends; a day ends at midnight' })
  endDate!: Date;

  @Parameter({ type: 'string', description: 'only the usage of the account of this name; needs domainid' })
  account: string | undefined;

  @Parameter({ type: 'uuid', entity: 'account', description: 'only the usage of the account with this ID' })
  accountId: string | undefined;

  @Parameter({ type: 'uuid', entity: 'domain', description: 'only the usage of accounts of this domain' })
  domainId: string | undefined;

  @Parameter({ type: 'boolean', description: 'with domainid: also the usage of the domains below it' })
  isRecursive: boolean | undefined;

  @Parameter({ type: 'long', description: 'only usage of the type with this number; 28 for backups' })
  type: number | undefined;

  @Parameter({ type: 'uuid', entity: 'virtualmachine', description: 'only the usage of the machine with this ID' })
  usageId: string | undefined;

  async execute(services: Services, { caller }: CallContext) {
    const { account, domainId: domainUuid, isRecursive = false, accountId: accountUuid, usageId: vmUuid, type, keyword } = this;
    // There is no such thing as the own usage of an administrator: without a filter it is that of all whom the caller governs.
    const owners = { account, domainUuid, isRecursive, project: undefined, listAll: true, byId: false };
    const wish = { start: this.startDate, end: this.endDate, accountUuid, type, vmUuid, keyword };
    const { rows, total } = await services.usage.list(caller, owners, wish, this.pageOf(services));
    return list('usagerecord', rows.map(toUsageRecordResponse), total);
  }
}
