import { ProviderError } from '../provider/index.js';

const MOST_STEPS = 100;
const LAST_YEAR = 9999;

const isText = (value: unknown): value is string => typeof value === 'string';
const isName = (value: unknown): boolean => isText(value) && value.length > 0 && value.length <= 255;
const isSize = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
const isBoolean = (value: unknown): boolean => typeof value === 'boolean';
const isTime = (value: unknown): boolean => value instanceof Date && value.getTime() >= 0 && value.getUTCFullYear() <= LAST_YEAR;
const isOneOf =
  (...values: readonly string[]) =>
  (value: unknown): boolean =>
    isText(value) && values.includes(value);
const orAbsent =
  (isSound: Test) =>
  (value: unknown): boolean =>
    value === undefined || isSound(value);
const every =
  (isSound: Test, most = Infinity) =>
  (value: unknown): boolean =>
    Array.isArray(value) && value.length <= most && value.every(isSound);
const withFields =
  (fields: Readonly<Record<string, Test>>) =>
  (value: unknown): boolean =>
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.entries(fields).every(([name, isSound]) => isSound((value as Readonly<Record<string, unknown>>)[name]));

type Test = (value: unknown) => boolean;

const isVolume = withFields({
  uuid: isName,
  name: isText,
  type: isOneOf('ROOT', 'DATADISK'),
  deviceNumber: isSize,
  sizeBytes: isSize,
  path: isText,
  digest: orAbsent(isText),
});

const isBackup = withFields({
  externalId: isName,
  operationId: orAbsent(isText),
  machineUuid: isName,
  takenAt: isTime,
  type: isOneOf('FULL', 'INCREMENTAL'),
  sizeBytes: isSize,
  protectedSizeBytes: isSize,
  volumes: (value) => every(isVolume)(value) && (value as readonly unknown[]).length > 0,
});

const isRestored = withFields({ uuid: isName, sizeBytes: isSize, path: isText, digest: orAbsent(isText) });

const A_BACKUP = 'a backup without a name, a machine, a time, a type, sizes or volumes';
const A_RESTORED_VOLUME = 'a restored volume without a uuid, a size or a path';

/** Of each method of a backup provider that answers something: what an answer is like, and what one is that is not. */
const ANSWERS: Readonly<Record<string, readonly [isSound: Test, otherwise: string]>> = {
  capabilities: [
    withFields({ quiesce: isBoolean, restoreVolume: isBoolean, fillMachine: isBoolean, crossZone: isBoolean, capacity: isBoolean }),
    'capabilities that are neither true nor false',
  ],
  listOfferings: [
    every(withFields({ externalId: isName, name: isText, description: isText })),
    'an offering without an id, a name or a description',
  ],
  assign: [withFields({ reference: orAbsent(isName) }), 'no reference of an assignment'],
  takeBackup: [isBackup, A_BACKUP],
  listBackups: [every(isBackup), A_BACKUP],
  findBackup: [orAbsent(isBackup), A_BACKUP],
  restoreMachine: [every(isRestored), A_RESTORED_VOLUME],
  restoreVolume: [isRestored, A_RESTORED_VOLUME],
  fillMachine: [every(isRestored), A_RESTORED_VOLUME],
  capacity: [withFields({ usedBytes: isSize, totalBytes: isSize }), 'a storage without sizes'],
  checkConnection: [
    every(withFields({ name: isText, isPassed: isBoolean, detail: isText }), MOST_STEPS),
    'a step without a name or an outcome',
  ],
};

/** Throws `corrupt` for what a backup provider cannot have meant as the answer, or one page of the answer, of the method. */
export function assertSoundAnswer(method: string, answer: unknown): void {
  const [isSound, otherwise] = (Object.hasOwn(ANSWERS, method) && ANSWERS[method]) || [];
  if (isSound && !isSound(answer)) throw new ProviderError('corrupt', `the provider answered with ${otherwise}`);
}
