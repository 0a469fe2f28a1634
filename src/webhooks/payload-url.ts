import { invalid } from '../errors.js';
import type { AddressRanges } from '../settings/address-ranges.js';
import { addressIn, mayGoTo, notAllowed } from './destinations.js';

/** The URL with its scheme, which is http if it has none; refuses what cannot be told of events. */
export function readPayloadUrl(text: string, allowed: AddressRanges): string {
  const complete = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  if (!URL.canParse(complete)) throw invalid('payloadurl', 'it is no URL, such as https://hooks.example.org/backups');
  const url = new URL(complete);
  if (!['http:', 'https:'].includes(url.protocol)) throw invalid('payloadurl', 'it is neither http nor https');
  if (url.username !== '' || url.password !== '') throw invalid('payloadurl', 'it has a user name or a password in it; use secretkey');
  const address = addressIn(url);
  if (address !== undefined && !mayGoTo(address, allowed)) throw invalid('payloadurl', notAllowed(address));
  return complete;
}
