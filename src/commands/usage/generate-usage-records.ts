import { ApiCommand, Command, Parameter } from '../../api/command.js';
import { successResponse } from '../../api/response.js';

@ApiCommand({
  name: 'generateUsageRecords',
  description: 'Does nothing and succeeds: usage records are computed when they are listed, so they are always current',
  roles: ['Admin'],
  returns: successResponse,
})
export class GenerateUsageRecordsCmd extends Command {
  @Parameter({ type: 'date', required: true, description: 'when the period begins' })
  startDate!: Date;

  @Parameter({ type: 'date', required: true, description: 'when the period ends' })
  endDate!: Date;

  execute() {
    return { success: true };
  }
}
