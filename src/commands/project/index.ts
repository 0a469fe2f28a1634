import type { CommandClass } from '../../api/command.js';
import { ListProjectsCmd } from './list-projects.js';

export const projectCommands: readonly CommandClass[] = [ListProjectsCmd];
