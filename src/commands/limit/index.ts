import type { CommandClass } from '../../api/command.js';
import { ListResourceLimitsCmd } from './list-resource-limits.js';
import { UpdateResourceCountCmd } from './update-resource-count.js';
import { UpdateResourceLimitCmd } from './update-resource-limit.js';

export const limitCommands: readonly CommandClass[] = [ListResourceLimitsCmd, UpdateResourceCountCmd, UpdateResourceLimitCmd];
