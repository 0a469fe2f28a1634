import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';

const compress = promisify(gzip);

/** A smaller body would hardly become any smaller. */
const LEAST_LENGTH = 1024;

/** The body in gzip, made off the event loop; undefined if that is not worth it. */
export const gzipped = async (body: string): Promise<Buffer | undefined> =>
  body.length < LEAST_LENGTH ? undefined : compress(body, { level: constants.Z_BEST_SPEED });
