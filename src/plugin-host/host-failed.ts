/** What the server gives to plugins has failed, such as its database: no fault of the plugin, nor an outcome of its call. */
export class HostFailed extends Error {
  override readonly name = 'HostFailed';
}

/** Does what a plugin asks the server for. */
export const asHost = <T>(work: Promise<T>): Promise<T> =>
  work.catch((cause: unknown) => {
    throw new HostFailed('the server has failed a plugin', { cause });
  });
