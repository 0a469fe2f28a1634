import type { PluginSettings, SettingValues } from '../../../src/provider/index.js';

/** What an administrator can set for a zone; all but the delay and the capacity is there to rehearse failures. */
export const SETTINGS = {
  'capacity.bytes': {
    kind: 'integer',
    description: 'size of the storage that it pretends to have',
    default: '1099511627776',
  },
  'delay.ms': {
    kind: 'integer',
    description: 'how long each backup and each restore takes, in milliseconds',
    default: '0',
  },
  'fail.call': {
    kind: 'string',
    description: 'the provider method that fails, such as takeBackup; empty: none',
    default: '',
  },
  'fail.step': {
    kind: 'integer',
    description:
      'when it fails: 1 before anything is recorded, 2 after the operation is recorded but before the work, ' +
      '3 after the work is done and recorded but before the answer',
    default: '1',
  },
  'fail.fault': {
    kind: 'string',
    description: 'how it fails: temporary, rejected, not_found, unsupported, auth, capacity, corrupt or unknown',
    default: 'rejected',
  },
  'full.every': {
    kind: 'integer',
    description: 'every so many backups of a machine one stands alone, and the others each depend on the one before; 1: all stand alone',
    default: '1',
  },
  lost: {
    kind: 'string',
    description: 'external ids, separated by commas, of backups to hide as if they had vanished; * hides all',
    default: '',
  },
  quiesce: {
    kind: 'boolean',
    description: 'whether it takes backups that hold the file systems of the guest still',
    default: 'false',
  },
  'size.bytes': {
    kind: 'integer',
    description: 'size that every new backup and every restored volume reports; -1: the real one',
    default: '-1',
  },
} as const satisfies PluginSettings;

/** The settings of one instance. */
export type DummySettings = SettingValues<typeof SETTINGS>;
