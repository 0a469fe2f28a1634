// @ts-check
import { definePlugin } from 'stackvault/provider';
import { FolderProvider } from './folder-provider.js';

export default definePlugin({
  kind: 'backup',
  name: 'my-plugin',
  description: 'Keeps backups in a folder',
  version: '0.1.0',
  // The version of the contract that this is written for.
  apiVersion: 3,
  settings: {
    folder: { kind: 'string', description: 'folder that holds the backups', default: '' },
    'delay.ms': { kind: 'integer', description: 'how long each backup and each restore takes, to rehearse slow ones', default: '0' },
  },
  create: (settings, host) => new FolderProvider(settings, host),
});
