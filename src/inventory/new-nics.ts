import { isIPv4 } from 'node:net';
import { invalid } from '../errors.js';
import type { NewNic } from '../provider/index.js';

/** What a client says about the network interfaces of a new machine: networks, or networks with addresses. */
export interface NicWish {
  readonly networkUuids: readonly string[] | undefined;
  /** Records with the fields networkid, ip and mac. */
  readonly addressed: readonly Readonly<Record<string, string>>[] | undefined;
  /** Of the first one. */
  readonly ipAddress: string | undefined;
  readonly macAddress: string | undefined;
}

const MAC_ADDRESS = /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i;
const MOST_NICS = 64;

/** The network interfaces, the default one first; undefined if nothing is said about them. */
export function newNics({ networkUuids, addressed, ipAddress, macAddress }: NicWish): readonly NewNic[] | undefined {
  if (networkUuids && addressed) throw invalid('iptonetworklist', 'cannot be given together with networkids');
  const nics = addressed?.map(addressedNic) ?? networkUuids?.map((uuid) => ({ networkUuid: uuid.toLowerCase() })) ?? [];
  if (nics.length > MOST_NICS) throw invalid('networkids', `${nics.length} network interfaces are more than ${MOST_NICS}`);
  const [first, ...others] = nics;
  if (first) return [{ ...first, ...addressesOf(ipAddress, macAddress) }, ...others];
  if (ipAddress !== undefined || macAddress !== undefined) throw invalid('networkids', 'is needed to say which network the address is in');
  return undefined;
}

function addressedNic({ networkid, ip, mac }: Readonly<Record<string, string>>): NewNic {
  if (!networkid) throw invalid('iptonetworklist', 'every record needs a networkid');
  return { networkUuid: networkid.toLowerCase(), ...addressesOf(ip, mac) };
}

function addressesOf(ipAddress: string | undefined, macAddress: string | undefined): Pick<NewNic, 'ipAddress' | 'macAddress'> {
  if (ipAddress !== undefined && !isIPv4(ipAddress)) throw invalid('ipaddress', `"${ipAddress.slice(0, 64)}" is not an IPv4 address`);
  if (macAddress !== undefined && !MAC_ADDRESS.test(macAddress)) {
    throw invalid('macaddress', `"${macAddress.slice(0, 64)}" is not six pairs of hexadecimal digits with colons between`);
  }
  return {
    ...(ipAddress === undefined ? {} : { ipAddress }),
    ...(macAddress === undefined ? {} : { macAddress: macAddress.toLowerCase() }),
  };
}
