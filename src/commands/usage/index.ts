import type { CommandClass } from '../../api/command.js';
import { GenerateUsageRecordsCmd } from './generate-usage-records.js';
import { ListUsageRecordsCmd } from './list-usage-records.js';
import { ListUsageTypesCmd } from './list-usage-types.js';

export const usageCommands: readonly CommandClass[] = [GenerateUsageRecordsCmd, ListUsageRecordsCmd, ListUsageTypesCmd];
