import type { BackupProvider, ProviderBackup } from '../provider/index.js';
import {
  checkOf,
  isBoolean,
  isName,
  isSize,
  isText,
  isTime,
  listOf,
  oneOf,
  orAbsent,
  withFields,
  type Answers,
  type Test,
} from './sound-answers.js';
import type { AnswerCheck } from './supervise.js';

const MOST_STEPS = 100;

const isVolume = withFields({
  uuid: isName,
  name: isText,
  type: oneOf('ROOT', 'DATADISK'),
  deviceNumber: isSize,
  sizeBytes: isSize,
  path: isText,
  digest: orAbsent(isText),
});

const hasFieldsOfBackup = withFields({
  externalId: isName,
  operationId: orAbsent(isText),
  machineUuid: isName,
  takenAt: isTime,
  type: oneOf('FULL', 'INCREMENTAL'),
  sizeBytes: isSize,
  protectedSizeBytes: isSize,
  volumes: listOf(isVolume, 1),
  dependsOn: orAbsent(isName),
});
const isBackup: Test = (value) => hasFieldsOfBackup(value) && !dependsOnItself(value as ProviderBackup);
const dependsOnItself = ({ externalId, dependsOn }: ProviderBackup): boolean => dependsOn === externalId;

const isRestored = withFields({ uuid: isName, sizeBytes: isSize, path: isText, digest: orAbsent(isText) });

const A_BACKUP = 'a backup without a name, a machine, a time, a type, sizes or volumes';
const A_RESTORED_VOLUME = 'a restored volume without a uuid, a size or a path';

/** Of each method of a backup provider that answers something. */
const ANSWERS: Readonly<Partial<Record<keyof BackupProvider, Answers>>> = {
  capabilities: [
    withFields({
      quiesce: isBoolean,
      restoreVolume: isBoolean,
      fillMachine: isBoolean,
      crossZone: isBoolean,
      capacity: isBoolean,
      deleteBackup: isBoolean,
    }),
    'capabilities that are neither true nor false',
  ],
  listOfferings: [
    listOf(withFields({ externalId: isName, name: isText, description: isText })),
    'an offering without an id, a name or a description',
  ],
  assign: [withFields({ reference: orAbsent(isName) }), 'no reference of an assignment'],
  takeBackup: [isBackup, A_BACKUP],
  listBackups: [listOf(isBackup), A_BACKUP],
  findBackup: [orAbsent(isBackup), A_BACKUP],
  restoreMachine: [listOf(isRestored), A_RESTORED_VOLUME],
  restoreVolume: [isRestored, A_RESTORED_VOLUME],
  fillMachine: [listOf(isRestored), A_RESTORED_VOLUME],
  capacity: [withFields({ usedBytes: isSize, totalBytes: isSize }), 'a storage without sizes'],
  checkConnection: [
    listOf(withFields({ name: isText, isPassed: isBoolean, detail: isText }), 0, MOST_STEPS),
    'a step without a name or an outcome',
  ],
};

/** Throws `corrupt` for what a backup provider cannot have meant as the answer, or one page of the answer, of the method. */
export const assertSoundAnswer: AnswerCheck = checkOf('provider', ANSWERS);
