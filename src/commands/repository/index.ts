import type { CommandClass } from '../../api/command.js';
import { AddBackupRepositoryCmd } from './add-backup-repository.js';
import { DeleteBackupRepositoryCmd } from './delete-backup-repository.js';
import { ListBackupRepositoriesCmd } from './list-backup-repositories.js';
import { UpdateBackupRepositoryCmd } from './update-backup-repository.js';

export const repositoryCommands: readonly CommandClass[] = [
  AddBackupRepositoryCmd,
  DeleteBackupRepositoryCmd,
  ListBackupRepositoriesCmd,
  UpdateBackupRepositoryCmd,
];
