import type { CommandClass } from '../../api/command.js';
import { AttachVolumeCmd } from './attach-volume.js';
import { CreateVolumeCmd } from './create-volume.js';
import { DeleteVolumeCmd } from './delete-volume.js';
import { DetachVolumeCmd } from './detach-volume.js';
import { ListVolumesCmd } from './list-volumes.js';

export const volumeCommands: readonly CommandClass[] = [AttachVolumeCmd, CreateVolumeCmd, DeleteVolumeCmd, DetachVolumeCmd, ListVolumesCmd];
