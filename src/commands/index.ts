import { specOf } from '../api/command.js';
import type { CommandTable } from '../api/dispatcher.js';
import { absentCommands } from './absent/index.js';
import { accountCommands } from './account/index.js';
import { alertCommands } from './alert/index.js';
import { backupCommands } from './backup/index.js';
import { capacityCommands } from './capacity/index.js';
import { domainCommands } from './domain/index.js';
import { eventCommands } from './event/index.js';
import { catalogueCommands } from './catalogue/index.js';
import { jobCommands } from './job/index.js';
import { limitCommands } from './limit/index.js';
import { machineCommands } from './machine/index.js';
import { offeringCommands } from './offering/index.js';
import { policyCommands } from './policy/index.js';
import { roleCommands } from './role/index.js';
import { repositoryCommands } from './repository/index.js';
import { scheduleCommands } from './schedule/index.js';
import { settingsCommands } from './settings/index.js';
import { systemCommands } from './system/index.js';
import { usageCommands } from './usage/index.js';
import { userCommands } from './user/index.js';
import { volumeCommands } from './volume/index.js';
import { webhookCommands } from './webhook/index.js';
import { zoneCommands } from './zone/index.js';

/** The whole API, folder by folder. */
const COMMANDS = [
  ...absentCommands,
  ...accountCommands,
  ...alertCommands,
  ...backupCommands,
  ...capacityCommands,
  ...domainCommands,
  ...eventCommands,
  ...catalogueCommands,
  ...jobCommands,
  ...limitCommands,
  ...machineCommands,
  ...offeringCommands,
  ...policyCommands,
  ...roleCommands,
  ...repositoryCommands,
  ...scheduleCommands,
  ...settingsCommands,
  ...systemCommands,
  ...usageCommands,
  ...userCommands,
  ...volumeCommands,
  ...webhookCommands,
  ...zoneCommands,
];

/** Every command by its name and its aliases, in lower case. */
export const commands: CommandTable = new Map(
  COMMANDS.map(specOf).flatMap((spec) => spec.names.map((name) => [name.toLowerCase(), { ...spec, name }] as const)),
);
