import { createHash } from 'node:crypto';
import type { DeployMachine, Machine, Nic } from '../../../src/provider/index.js';

const MAX_SLOT = 15;
const CDROM_SLOT = 3;

/** The slots for volumes other than the root disk, in the order in which they are taken. */
export const DATA_SLOTS: readonly number[] = Array.from({ length: MAX_SLOT }, (_, index) => index + 1).filter(
  (slot) => slot !== CDROM_SLOT,
);

/** Where the simulator keeps a volume. */
export const pathOf = (volumeUuid: string) => `simulator/${volumeUuid}`;

/** The digest of the content that a step of an operation gives to a volume: always new, and the same when it is repeated. */
export const digestOf = (operationId: string, step: string, volumeUuid: string) =>
  hash(`${operationId} ${step} ${volumeUuid}`).toString('hex');

/** The machine that a deploy request asks for. */
export function describeMachine(request: DeployMachine): Machine {
  const { machineUuid, name, displayName, cpuNumber, cpuSpeedMhz, memoryMb } = request;
  return {
    uuid: machineUuid,
    name,
    displayName,
    hypervisor: 'Simulator',
    cpuNumber,
    cpuSpeedMhz,
    memoryMb,
    osType: 'Other Linux (64-bit)',
    templateName: 'Simulated Linux',
    serviceOfferingName: `Simulated ${cpuNumber} x ${cpuSpeedMhz} MHz, ${memoryMb} MB`,
    settings: {},
    nics: [describeNic(machineUuid)],
  };
}

function describeNic(machineUuid: string): Nic {
  const bytes = hash(`nic ${machineUuid}`);
  const [third = 0, fourth = 0] = bytes;
  return {
    uuid: uuidOf(`nic ${machineUuid}`),
    networkUuid: uuidOf('network sandbox'),
    networkName: 'sandbox',
    // The last part leaves out the addresses of the network, the gateway and the broadcast.
    ipAddress: `10.1.${third}.${2 + (fourth % 253)}`,
    // 02 marks an address that no manufacturer has given out.
    macAddress: ['02', '00', ...(bytes.subarray(0, 4).toString('hex').match(/../g) ?? [])].join(':'),
    isDefault: true,
  };
}

function uuidOf(text: string): string {
  const bytes = hash(text).subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x50, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

const hash = (text: string) => createHash('sha256').update(text).digest();
