import { LRUCache } from 'lru-cache';
import { BlockList, isIP } from 'node:net';

const FAMILIES = { 4: { name: 'ipv4', bits: 32 }, 6: { name: 'ipv6', bits: 128 } } as const;
type Version = keyof typeof FAMILIES;

const versionOf = (address: string): Version | undefined => (isIP(address) || undefined) as Version | undefined;

/** Addresses of networks and hosts, IPv4 and IPv6. */
export class AddressRanges {
  /** One for each family: in a common one, `::/0` would have the IPv4 addresses too. */
  private readonly lists: Readonly<Record<Version, BlockList>> = { 4: new BlockList(), 6: new BlockList() };

  /** Adds a range; false if there is none such. */
  add(address: string, bits: number | undefined): boolean {
    const version = versionOf(address);
    if (version === undefined) return false;
    const { name, bits: all } = FAMILIES[version];
    const prefix = bits ?? all;
    if (prefix > all) return false;
    this.lists[version].addSubnet(address, prefix, name);
    return true;
  }

  /** Whether the address, as sockets show it, is in one of the ranges. */
  has(address: string): boolean {
    const plain = address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
    const version = versionOf(plain);
    return version !== undefined && this.lists[version].check(plain, FAMILIES[version].name);
  }
}

/** Requests are checked by the same few texts again and again. */
const known = new LRUCache<string, AddressRanges>({ max: 1000 });

/** Reads ranges such as `10.0.0.0/8,::1`, of which there is at least one; undefined if the text is no such list. */
export function readRanges(text: string): AddressRanges | undefined {
  const ranges = known.get(text) ?? parse(text);
  if (ranges) known.set(text, ranges);
  return ranges;
}

function parse(text: string): AddressRanges | undefined {
  const ranges = new AddressRanges();
  const isWhole = text.split(',').every((range) => {
    const [, address = '', bits] = /^\s*([\da-f.:]+)(?:\/(\d{1,3}))?\s*$/i.exec(range) ?? [];
    return ranges.add(address, bits === undefined ? undefined : Number(bits));
  });
  return isWhole ? ranges : undefined;
}
