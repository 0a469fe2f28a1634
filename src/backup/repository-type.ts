import { invalid } from '../errors.js';

/** What kind of file share a repository is. */
export type RepositoryType = 'nfs' | 'cifs' | 'ceph';

interface AddressForm {
  readonly pattern: RegExp;
  readonly example: string;
}

// None may look like an option to the program that mounts it.
const ADDRESSES: Record<RepositoryType, AddressForm> = {
  nfs: { pattern: /^[^\s/-][^/]*:\/.*$/, example: 'nas.example.org:/backups' },
  cifs: { pattern: /^\/\/[^\s/]+\/.+$/, example: '//nas.example.org/backups' },
  ceph: { pattern: /^([^\s/-][^/]*)?[:=]\/.*$/, example: 'mon1:6789,mon2:6789:/backups' },
};

/** The type of the name, in any case; `cephfs` is another name of `ceph`. */
export function readRepositoryType(text: string): RepositoryType {
  const name = text.toLowerCase() === 'cephfs' ? 'ceph' : text.toLowerCase();
  const known = (Object.keys(ADDRESSES) as RepositoryType[]).find((type) => type === name);
  if (!known) throw invalid('type', `"${text}" is none of ${Object.keys(ADDRESSES).join(', ')}`);
  return known;
}

/** Refuses an address that nothing of the type can have. */
export function assertAddress(type: RepositoryType, address: string): void {
  const { pattern, example } = ADDRESSES[type];
  if (!pattern.test(address)) throw invalid('address', `"${address}" is no address of a repository of type ${type}, such as ${example}`);
}
