import type { CommandClass } from '../../api/command.js';
import { ListCapacityCmd } from './list-capacity.js';

export const capacityCommands: readonly CommandClass[] = [ListCapacityCmd];
