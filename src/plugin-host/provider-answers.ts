import { ProviderError, type ProviderBackup } from '../provider/index.js';

const MOST_STEPS = 100;
const LAST_YEAR = 9999;

type Test = (value: unknown) => boolean;

const isText: Test = (value) => typeof value === 'string';
const isName: Test = (value) => typeof value === 'string' && value.length > 0 && value.length <= 255;
const isSize: Test = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const isBoolean: Test = (value) => typeof value === 'boolean';
const isTime: Test = (value) => value instanceof Date && value.getTime() >= 0 && value.getUTCFullYear() <= LAST_YEAR;

const oneOf =
  (...values: readonly unknown[]): Test =>
  (value) =>
    values.includes(value);
const orAbsent =
  (isSound: Test): Test =>
  (value) =>
    value === undefined || isSound(value);
const listOf =
  (isSound: Test, least = 0, most = Infinity): Test =>
  (value) =>
    Array.isArray(value) && value.length >= least && value.length <= most && value.every((item) => isSound(item));
const withFields =
  (fields: Readonly<Record<string, Test>>): Test =>
  (value) =>
    isObject(value) && Object.entries(fields).every(([name, isSound]) => isSound(value[name]));

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

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

/** Of each method of a backup provider that answers something: what an answer is like, and what one is that is not. */
const ANSWERS: Readonly<Record<string, readonly [isSound: Test, otherwise: string]>> = {
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
export function assertSoundAnswer(method: string, answer: unknown): void {
  const known = Object.hasOwn(ANSWERS, method) ? ANSWERS[method] : undefined;
  if (!known) return;
  const [isSound, otherwise] = known;
  if (!isSound(answer)) throw new ProviderError('corrupt', `the provider answered with ${otherwise}`);
}
