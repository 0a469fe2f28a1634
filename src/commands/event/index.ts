import type { CommandClass } from '../../api/command.js';
import { ArchiveEventsCmd } from './archive-events.js';
import { DeleteEventsCmd } from './delete-events.js';
import { ListEventTypesCmd } from './list-event-types.js';
import { ListEventsCmd } from './list-events.js';

export const eventCommands: readonly CommandClass[] = [ArchiveEventsCmd, DeleteEventsCmd, ListEventsCmd, ListEventTypesCmd];
