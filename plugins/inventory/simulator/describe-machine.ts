import { ProviderError } from '../../../src/provider/index.js';
import type { DeployMachine, Machine, NewNic, Nic } from '../../../src/provider/index.js';
import { CATALOGUE, CUSTOM, entryOf, NETWORK, OS_TYPE, TEMPLATE } from './catalogue.js';
import { hash, uuidOf } from './sandbox.js';

/** The machine that a deploy request asks for; throws `not_found` if it is to be made of what there is not. */
export function describeMachine(request: DeployMachine): Machine {
  const {
    machineUuid,
    name,
    displayName,
    cpuNumber,
    cpuSpeedMhz,
    memoryMb,
    settings = {},
    nics = [{ networkUuid: NETWORK.uuid }],
  } = request;
  const offering = entryOf(CATALOGUE.serviceOfferings, request.serviceOfferingUuid ?? CUSTOM.uuid, 'service offering');
  const template = entryOf(CATALOGUE.templates, request.templateUuid ?? TEMPLATE.uuid, 'template');
  return {
    uuid: machineUuid,
    name,
    displayName,
    hypervisor: template.hypervisor,
    cpuNumber,
    cpuSpeedMhz,
    memoryMb,
    osType: OS_TYPE.name,
    osTypeUuid: OS_TYPE.uuid,
    templateName: template.name,
    templateUuid: template.uuid,
    serviceOfferingName: offering.name,
    serviceOfferingUuid: offering.uuid,
    settings,
    nics: nics.map((nic, index) => describeNic(machineUuid, nic, index)),
  };
}

function describeNic(machineUuid: string, { networkUuid, ipAddress, macAddress }: NewNic, index: number): Nic {
  const { uuid, name, gateway, netmask } = entryOf(CATALOGUE.networks, networkUuid, 'network');
  const seed = index === 0 ? `nic ${machineUuid}` : `nic ${machineUuid} ${index}`;
  return {
    uuid: uuidOf(seed),
    networkUuid: uuid,
    networkName: name,
    ipAddress: ipAddress === undefined ? addressOf(seed) : inNetwork(ipAddress),
    // 02 marks an address that no manufacturer has given out.
    macAddress: macAddress ?? ['02', '00', ...(hash(seed).subarray(0, 4).toString('hex').match(/../g) ?? [])].join(':'),
    ...(netmask === undefined ? {} : { netmask }),
    ...(gateway === undefined ? {} : { gateway }),
    isDefault: index === 0,
  };
}

function addressOf(seed: string): string {
  const [third = 0, fourth = 0] = hash(seed);
  // The last part leaves out the addresses of the network, the gateway and the broadcast.
  return `10.1.${third}.${2 + (fourth % 253)}`;
}

function inNetwork(ipAddress: string): string {
  if (/^10\.1(\.\d{1,3}){2}$/.test(ipAddress)) return ipAddress;
  throw new ProviderError('rejected', `the address ${ipAddress} is not in the network ${NETWORK.name}`);
}
