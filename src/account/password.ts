import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { ApiError } from '../errors.js';

const COST = 2 ** 15;
const BLOCK = 8;
const KEY_BYTES = 32;
const MOST_WAITING = 64;
const AT_ONCE = 2;

/** Hashes and checks passwords with scrypt, off the event loop, a few at a time: logins must not keep other requests waiting. */
export class Passwords {
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  /** The cost is scrypt's N; one installation keeps to one. */
  constructor(private readonly cost = COST) {}

  async hash(password: string): Promise<string> {
    const salt = randomBytes(16);
    return `scrypt$${this.cost}$${BLOCK}$${salt.toString('base64')}$${(await this.derive(password, salt)).toString('base64')}`;
  }

  /** Whether the password is the hashed one. Without a hash it takes as long and says no: the time tells nobody which users exist. */
  async matches(password: string, hash: string | undefined): Promise<boolean> {
    const [, , , salt = '', expected = ''] = (hash ?? '').split('$');
    const derived = await this.derive(password, Buffer.from(salt, 'base64'));
    const wanted = Buffer.from(expected, 'base64');
    return wanted.length === derived.length && timingSafeEqual(wanted, derived);
  }

  private async derive(password: string, salt: Buffer): Promise<Buffer> {
    await this.turn();
    try {
      return await new Promise<Buffer>((resolve, reject) => {
        const options = { N: this.cost, r: BLOCK, maxmem: 256 * this.cost * BLOCK };
        scrypt(password, salt, KEY_BYTES, options, (error, key) => (error ? reject(error) : resolve(key)));
      });
    } finally {
      this.running--;
      this.waiting.shift()?.();
    }
  }

  private async turn(): Promise<void> {
    if (this.running >= AT_ONCE) {
      if (this.waiting.length >= MOST_WAITING) throw new ApiError('unavailable', 'too many logins are waiting; try again in a minute');
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
    this.running++;
  }
}
