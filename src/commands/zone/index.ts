import type { CommandClass } from '../../api/command.js';
import { CreateZoneCmd } from './create-zone.js';
import { ListInfrastructureCmd } from './list-infrastructure.js';
import { ListZonesCmd } from './list-zones.js';

export const zoneCommands: readonly CommandClass[] = [CreateZoneCmd, ListInfrastructureCmd, ListZonesCmd];
