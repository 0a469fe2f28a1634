import { Builder } from 'xml2js';
import { shapeOf, type ApiError } from '../errors.js';
import type { CommandAbout } from './command.js';
import { formatDate, withFormattedDates } from './date.js';

/** An answer as it goes over the wire. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export type Format = 'json' | 'xml';

/** CloudStack's rule: JSON if asked for, XML for everything else. */
export const formatOf = (response: string | undefined): Format => (response?.toLowerCase() === 'json' ? 'json' : 'xml');

/** The release of CloudStack whose API this server speaks. */
export const CLOUDSTACK_VERSION = '4.22.1.0';

const TYPES: Record<Format, string> = { json: 'application/json; charset=UTF-8', xml: 'text/xml; charset=UTF-8' };

/** The command that is answered; undefined if there is none of the name that was sent. */
type Answered = Pick<CommandAbout, 'name' | 'envelope'> | undefined;

/** The one key of an answer. */
export const envelopeOf = (command: Answered): string => `${(command?.envelope ?? command?.name ?? 'error').toLowerCase()}response`;

/** A successful answer; only a known caller is told the version. */
export const reply = (command: Answered, body: object, format: Format, isKnown: boolean): Reply => ({
  status: 200,
  headers: { 'Content-Type': TYPES[format] },
  body: encode(envelopeOf(command), body, format, isKnown),
});

/** The answer to a failure: the HTTP status is the error code, and the body says the same again. */
export function errorReply(command: Answered, error: ApiError, format: Format, isKnown: boolean): Reply {
  const { http, cs, envelope, plain, allow } = shapeOf(error.kind);
  const allowed = allow === undefined ? {} : { Allow: allow };
  if (plain) return { status: http, headers: { 'Content-Type': 'text/plain; charset=UTF-8', ...allowed }, body: error.message };
  const body = { uuidList: [], errorcode: http, ...(cs === undefined ? {} : { cserrorcode: cs }), errortext: error.message };
  const description = cs === undefined ? {} : { 'X-Description': headerText(error.message) };
  return {
    status: http,
    headers: { 'Content-Type': TYPES[format], ...description, ...allowed },
    body: encode(envelope ?? envelopeOf(command), body, format, isKnown),
  };
}

function encode(root: string, body: object, format: Format, isKnown: boolean): string {
  if (format === 'json') return JSON.stringify({ [root]: withFormattedDates(body) });
  const attributes = isKnown ? { $: { 'cloud-stack-version': CLOUDSTACK_VERSION } } : {};
  return xml.buildObject({ [root]: { ...attributes, ...(xmlValue(body) as object) } });
}

// Opening and closing tag also when there is nothing between them, as scripts that grep expect; the types do not know the option.
const renderOpts: { pretty: boolean } & Record<string, boolean> = { pretty: false, allowEmpty: true };
const xml = new Builder({ renderOpts, xmldec: { version: '1.0', encoding: 'UTF-8' } });

/** As `withFormattedDates`, but without what XML leaves out (nothing, empty lists) and with all numbers and booleans as text. */
function xmlValue(value: unknown): unknown {
  if (value instanceof Date) return formatDate(value);
  if (Array.isArray(value)) return value.map(xmlValue);
  if (typeof value !== 'object' || value === null) return legal(String(value));
  const present = Object.entries(value).filter(([, content]) => content !== undefined && content !== null && !isEmptyList(content));
  return Object.fromEntries(present.map(([name, content]) => [name, xmlValue(content)]));
}

const isEmptyList = (value: unknown): boolean => Array.isArray(value) && value.length === 0;

/** XML has no place for some characters that names may contain; they become the replacement character. */
const legal = (text: string): string => text.replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD');

/** Header values are one line of Latin-1. */
const headerText = (text: string): string =>
  text
    .replace(/[\r\n]+/g, ' ')
    .replace(/[^\x20-\x7e\xa0-\xff]/g, '?')
    .slice(0, 1000);
