import base64 from 'crypto-js/enc-base64.js';
import hmacSha1 from 'crypto-js/hmac-sha1.js';

/** As CloudStack encodes values: like a form, but a space is `%20`, and `~` and brackets of all kinds are encoded. */
const encode = (value: string): string =>
  encodeURIComponent(value).replace(/[!'()~]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);

/** The query string of a request with its signature, as a client of CloudStack makes it. */
export function signedQuery(parameters: Readonly<Record<string, string>>, apiKey: string, secretKey: string): string {
  const pairs = Object.entries({ ...parameters, apiKey })
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => ({ name, value: encode(value) }));
  const canonical = pairs.map(({ name, value }) => `${name}=${value}`).join('&');
  const signature = base64.stringify(hmacSha1(canonical.toLowerCase(), secretKey));
  const query = pairs.map(({ name, value }) => `${encodeURIComponent(name)}=${value}`).join('&');
  return `${query}&signature=${encode(signature)}`;
}
