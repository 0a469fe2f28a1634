import { createHmac, timingSafeEqual } from 'node:crypto';
import type { RequestParameters } from './request-parameters.js';

interface Variant {
  readonly sortsByLowerCase: boolean;
  readonly encode: (value: string) => string;
}

/** As Java's URLEncoder with `+` as `%20`: everything but letters, digits and `.-*_` is encoded. */
const encodeAsReference = (value: string): string =>
  encodeURIComponent(value).replace(/[!'()~]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);

const keepTilde = (value: string) => encodeAsReference(value).replaceAll('%7E', '~');
const keepTildeAndBrackets = (value: string) => keepTilde(value).replaceAll('%5B', '[').replaceAll('%5D', ']');
const encodeAsterisk = (value: string) => encodeAsReference(value).replaceAll('*', '%2A');
const keepTildeEncodeAsterisk = (value: string) => keepTilde(value).replaceAll('*', '%2A');

/** How the reference server canonicalises, then how clients deviate. Each is a signature over the same parameters. */
const VARIANTS: readonly Variant[] = [encodeAsReference, keepTilde, keepTildeAndBrackets, encodeAsterisk, keepTildeEncodeAsterisk].flatMap(
  (encode) => [
    { sortsByLowerCase: false, encode },
    { sortsByLowerCase: true, encode },
  ],
);

/** Whether `signature` is the HMAC-SHA1 of the other parameters under the secret key. Takes the same time wherever they differ. */
export function isSignedWith(secretKey: string, parameters: RequestParameters, signature: string): boolean {
  const given = Buffer.from(signature);
  const signed = [...parameters].filter(([name]) => name.toLowerCase() !== 'signature');
  const texts = new Set<string>();
  for (const variant of VARIANTS) {
    const text = canonical(signed, variant);
    if (texts.has(text)) continue;
    texts.add(text);
    const expected = Buffer.from(createHmac('sha1', secretKey).update(text, 'utf8').digest('base64'));
    if (expected.length === given.length && timingSafeEqual(expected, given)) return true;
  }
  return false;
}

function canonical(parameters: readonly (readonly [string, string])[], { sortsByLowerCase, encode }: Variant): string {
  const rank = sortsByLowerCase ? (name: string) => name.toLowerCase() : (name: string) => name;
  return [...parameters]
    .sort(([a], [b]) => (rank(a) < rank(b) ? -1 : 1))
    .map(([name, value]) => `${name}=${encode(value)}`)
    .join('&')
    .toLowerCase();
}

/** The reference server's canonical text, for the documented test vectors. */
export const canonicalText = (parameters: RequestParameters): string =>
  canonical(
    [...parameters].filter(([name]) => name.toLowerCase() !== 'signature'),
    { sortsByLowerCase: false, encode: encodeAsReference },
  );
