import { createHmac, timingSafeEqual } from 'node:crypto';
import type { RequestParameters } from './request-parameters.js';

type Encode = (value: string) => string;
/** What the pairs are sorted by. */
type Rank = (name: string, pair: string) => string;

interface Variant {
  readonly rank: Rank;
  readonly encode: Encode;
}

/** As Java's URLEncoder with `+` as `%20`: everything but letters, digits and `.-*_` is encoded. */
const encodeAsReference: Encode = (value) =>
  encodeURIComponent(value).replace(/[!'()~]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);

const byName: Rank = (name) => name;
const REFERENCE: Variant = { rank: byName, encode: encodeAsReference };

/** How clients deviate, each independently of the others. Every variant is a signature over the same parameters. */
const RANKS: readonly Rank[] = [byName, (name) => name.toLowerCase(), (_, pair) => pair];
const REWRITES: readonly (readonly Encode[])[] = [
  [(text) => text, (text) => text.replaceAll('%7E', '~')],
  [(text) => text, (text) => text.replaceAll('%5B', '[').replaceAll('%5D', ']')],
  [(text) => text, (text) => text.replaceAll('*', '%2A')],
];
const ENCODINGS = REWRITES.reduce<readonly Encode[]>(
  (encodings, rewrites) => encodings.flatMap((encode) => rewrites.map((rewrite) => (value: string) => rewrite(encode(value)))),
  [encodeAsReference],
);
const VARIANTS: readonly Variant[] = ENCODINGS.flatMap((encode) => RANKS.map((rank) => ({ rank, encode })));

/** Longer requests are signed as the reference says or not at all: trying every variant would take too long. */
const LONGEST_VARIED = 65_536;

/** Whether `signature` is the HMAC-SHA1 of the other parameters under the secret key. Takes the same time wherever they differ. */
export function isSignedWith(secretKey: string, parameters: RequestParameters, signature: string): boolean {
  const given = Buffer.from(signature);
  const signed = [...parameters].filter(([name]) => name.toLowerCase() !== 'signature');
  const texts = new Set<string>();
  for (const variant of size(signed) > LONGEST_VARIED ? [REFERENCE] : VARIANTS) {
    const text = canonical(signed, variant);
    if (texts.has(text)) continue;
    texts.add(text);
    const expected = Buffer.from(createHmac('sha1', secretKey).update(text, 'utf8').digest('base64'));
    if (expected.length === given.length && timingSafeEqual(expected, given)) return true;
  }
  return false;
}

function canonical(parameters: readonly (readonly [string, string])[], { rank, encode }: Variant): string {
  return parameters
    .map(([name, value]) => ({ name, pair: `${name}=${encode(value)}` }))
    .map(({ name, pair }) => ({ pair, rank: rank(name, pair) }))
    .sort((a, b) => (a.rank < b.rank ? -1 : 1))
    .map(({ pair }) => pair)
    .join('&')
    .toLowerCase();
}

const size = (parameters: readonly (readonly [string, string])[]): number =>
  parameters.reduce((sum, [name, value]) => sum + name.length + value.length, 0);

/** The reference server's canonical text, for the documented test vectors. */
export const canonicalText = (parameters: RequestParameters): string =>
  canonical(
    [...parameters].filter(([name]) => name.toLowerCase() !== 'signature'),
    REFERENCE,
  );
