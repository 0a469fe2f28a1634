import { isIP } from 'node:net';
import { AddressRanges, readRanges } from '../settings/address-ranges.js';

/** What is no address of somebody in the internet: this host, networks of one's own, and what stands for other addresses or for none. */
const SPECIAL =
  readRanges(
    [
      ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24', '192.0.2.0/24'],
      ...['192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24', '224.0.0.0/4', '240.0.0.0/4'],
      // `::/96` and those after it carry IPv4 addresses, which could be any of the above.
      ...['::/96', '::ffff:0:0/96', '64:ff9b::/96', '64:ff9b:1::/48', '2001::/32', '2002::/16'],
      ...['100::/64', '2001:db8::/32', 'fc00::/7', 'fe80::/10', 'fec0::/10', 'ff00::/8'],
    ].join(),
  ) ?? new AddressRanges();

/** Whether events may be sent to the address: a public one, or one that the administrator allows. */
export const mayGoTo = (address: string, allowed: AddressRanges): boolean =>
  isIP(address) !== 0 && (allowed.has(address) || !SPECIAL.has(address));

/** The address that the URL names itself; undefined if it names a host, whose address is known when it is looked up. */
export function addressIn({ hostname }: URL): string | undefined {
  const plain = hostname.replace(/^\[(.*)\]$/, '$1');
  return isIP(plain) === 0 ? undefined : plain;
}

/** Why nothing is sent there. The address that a name stands for is not said: it may be known to few. */
export const notAllowed = (host: string): string =>
  `${host} has no address that webhooks may go to; an administrator can allow it by webhook.allowed.destinations`;
