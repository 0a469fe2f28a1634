import type {
  AdoptRestoredMachine,
  AdoptRestoredVolume,
  InventorySource,
  MachineFacts,
  MachineOperation,
  VolumeFacts,
  VolumeOperation,
} from '../provider/index.js';
import {
  checkOf,
  isBoolean,
  isName,
  isSize,
  isText,
  isTime,
  listOf,
  matching,
  oneOf,
  orAbsent,
  recordOf,
  textUpTo,
  withFields,
  type Answers,
  type Test,
} from './sound-answers.js';
import type { AnswerCheck } from './supervise.js';

const MOST = 2 ** 31 - 1;

const isUuid = matching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
const isLine = textUpTo(255);
const isSettingName = matching(/^[a-z][\w.-]*$/i);
/** What the columns of numbers hold. */
const isNumber: Test = (value) => isSize(value) && (value as number) <= MOST;
const isSome: Test = (value) => isNumber(value) && value !== 0;

const SIZE = { cpuNumber: isNumber, cpuSpeedMhz: isNumber, memoryMb: isNumber };

const isNic = withFields({
  ...{ uuid: isUuid, networkUuid: isUuid, networkName: isText, ipAddress: isText, macAddress: isText },
  ...{ netmask: orAbsent(isText), gateway: orAbsent(isText), isDefault: isBoolean },
});

const isMachine = withFields({
  ...{ uuid: isUuid, name: isName, displayName: isLine, hypervisor: textUpTo(32), ...SIZE },
  ...{ osType: isLine, templateName: isLine, serviceOfferingName: isLine },
  ...{ osTypeUuid: orAbsent(isUuid), templateUuid: orAbsent(isUuid), serviceOfferingUuid: orAbsent(isUuid) },
  ...{ settings: recordOf(isSettingName, isText), nics: listOf(isNic) },
});

const isVolume = withFields({
  ...{ uuid: isUuid, name: isLine, type: oneOf('ROOT', 'DATADISK'), deviceNumber: isNumber },
  ...{ sizeBytes: isSize, path: textUpTo(1024), digest: orAbsent(isLine) },
});

const isVolumeFacts = withFields({
  ...{ volume: isVolume, state: oneOf('Allocated', 'Ready', 'Destroy'), machineUuid: orAbsent(isUuid) },
  ...{ created: isTime, changed: orAbsent(isTime) },
});

const hasFieldsOfMachine = withFields({
  machine: isMachine,
  state: oneOf('Running', 'Stopped', 'Starting', 'Stopping', 'Migrating', 'Destroyed', 'Expunging', 'Error'),
  host: orAbsent(isName),
  created: isTime,
  volumes: listOf(isVolumeFacts),
});
const isMachineFacts: Test = (value) => hasFieldsOfMachine(value) && hasItsOwnVolumes(value as MachineFacts);

/** Each volume once, and none that is said to be on another machine. */
const hasItsOwnVolumes = ({ machine: { uuid }, volumes }: MachineFacts): boolean =>
  new Set(volumes.map(({ volume }) => volume.uuid)).size === volumes.length &&
  volumes.every(({ machineUuid = uuid }) => machineUuid === uuid);

/** A shelf of the catalogue. */
const entriesWith = (fields: Readonly<Record<string, Test>>): Test => listOf(withFields({ uuid: isUuid, name: isName, ...fields }));

const isCatalogue = withFields({
  hypervisors: listOf(isName),
  serviceOfferings: entriesWith({
    description: isText,
    size: orAbsent(withFields({ cpuNumber: isSome, cpuSpeedMhz: isSome, memoryMb: isSome })),
  }),
  diskOfferings: entriesWith({ description: isText, sizeBytes: orAbsent(isSize) }),
  templates: entriesWith({ description: isText, hypervisor: isText, format: isText, sizeBytes: isSize, osTypeUuid: isUuid }),
  osCategories: entriesWith({}),
  osTypes: entriesWith({ categoryUuid: isUuid }),
  networks: entriesWith({
    ...{ description: isText, type: oneOf('Isolated', 'Shared', 'L2') },
    ...{ cidr: orAbsent(isText), gateway: orAbsent(isText), netmask: orAbsent(isText) },
  }),
});

const A_MACHINE = 'a machine without an identity, a name, a state, a time, sizes or volumes of its own';
const A_VOLUME = 'a volume without an identity, a name, a type, a state, a time or a size';

/** The answers of what finds or changes a machine, of which the request says which one it is. */
const machine = <R>(uuidIn: (request: R) => string): Answers => [
  isMachineFacts,
  A_MACHINE,
  (answer, request) => (answer as MachineFacts).machine.uuid === uuidIn(request as R),
];
const volume = <R>(uuidIn: (request: R) => string): Answers => [
  isVolumeFacts,
  A_VOLUME,
  (answer, request) => (answer as VolumeFacts).volume.uuid === uuidIn(request as R),
];
/** The same answers, or none. */
const ifKnown = ([isSound, otherwise, isMeant]: Answers): Answers => [
  orAbsent(isSound),
  otherwise,
  (answer, request) => answer === undefined || isMeant?.(answer, request) !== false,
];

const theMachine = machine((request: MachineOperation) => request.machineUuid);
const theVolume = volume((request: VolumeOperation) => request.volumeUuid);
const itself = (uuid: string): string => uuid;

/** Of each method of an inventory source that answers something. */
const ANSWERS: Readonly<Partial<Record<keyof InventorySource, Answers>>> = {
  readCatalogue: [isCatalogue, 'a catalogue with something without an identity, a name or a size'],
  freeBytes: [orAbsent(isSize), 'room that is no number of bytes'],
  listMachines: [listOf(isMachineFacts), A_MACHINE],
  findMachine: ifKnown(machine(itself)),
  findVolume: ifKnown(volume(itself)),
  deployMachine: theMachine,
  startMachine: theMachine,
  stopMachine: theMachine,
  destroyMachine: theMachine,
  createVolume: theVolume,
  attachVolume: theVolume,
  detachVolume: theVolume,
  adoptRestoredMachine: machine((request: AdoptRestoredMachine) => request.machine.uuid),
  adoptRestoredVolume: volume((request: AdoptRestoredVolume) => request.restored.uuid),
};

/** Throws `corrupt` for what an inventory source cannot have meant as the answer, or one page of the answer, of the method. */
export const assertSoundFacts: AnswerCheck = checkOf('inventory source', ANSWERS);
