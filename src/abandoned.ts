/**
 * The reason of a signal that cuts work off without ending it: another server goes on with the same operation. Whatever was
 * waiting waits for ever, so that nothing is put back that the other server is still working on.
 */
export class Abandoned extends Error {
  override readonly name = 'Abandoned';
}

/** How abandoned work goes on: not at all. */
export const forever = (): Promise<never> => new Promise(() => undefined);
