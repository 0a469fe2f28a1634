import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Format } from '../../../src/api/reply.js';
import type { RawAnswer } from '../raw-request.js';
import type { Engine } from '../engines.js';

const FOLDER = join(import.meta.dirname, '../../api/golden');
const HOW = 'GOLDEN=write NODE_OPTIONS=--experimental-vm-modules npx jest test/api/golden';

export const FORMATS: readonly Format[] = ['json', 'xml'];

/** Everything of an answer that a client can see, and how its job ended if it was accepted as one. */
export interface Recorded {
  readonly answer: RawAnswer;
  readonly ended?: RawAnswer;
}

/** What the golden file of an answer holds. */
export const written = (format: Format, recorded: Recorded): string =>
  withoutChance(format === 'json' ? writtenJson(recorded) : writtenXml(recorded));

/** The golden files that there are. */
export const goldenFiles = (): string[] => readdirSync(FOLDER).sort();

/** The golden file of the name; with GOLDEN=write the text becomes that file first, where SQLite answered it. */
export function golden(name: string, text: string, engine: Engine): string {
  const file = join(FOLDER, name);
  if (process.env.GOLDEN === 'write' && engine === 'sqlite') {
    mkdirSync(FOLDER, { recursive: true });
    writeFileSync(file, text);
  }
  if (!existsSync(file)) throw new Error(`there is no golden file ${name}; run "${HOW}", then read what it wrote`);
  return readFileSync(file, 'utf8');
}

function writtenJson({ answer, ended }: Recorded): string {
  const shown = { ...headOf(answer), body: bodyOf(answer), ...(ended ? { ended: { ...headOf(ended), body: bodyOf(ended) } } : {}) };
  return `${JSON.stringify(shown, null, 2)}\n`;
}

/** Pretty text stands for what was sent only if that was JSON without anything to spare. */
function bodyOf({ text, body }: RawAnswer): unknown {
  if (body === undefined) return text;
  if (JSON.stringify(body) !== text) throw new Error(`not the shortest JSON: ${text}`);
  return body;
}

function writtenXml({ answer, ended }: Recorded): string {
  return [answer, ...(ended ? [ended] : [])].map(onePerLine).join('\nThe job ended:\n\n');
}

/** The elements one below the other; the answer itself has no line breaks between them. */
function onePerLine(answer: RawAnswer): string {
  if (/>\s+</.test(answer.text)) throw new Error(`white space between elements: ${answer.text}`);
  const { cookies = [], ...head } = headOf(answer);
  const lines = Object.entries({ ...head }).map(([name, value]) => `${name}: ${value}`);
  return `${[...lines, ...cookies.map((cookie) => `cookie: ${cookie}`)].join('\n')}\n\n${answer.text.replaceAll('><', '>\n<')}\n`;
}

function headOf({ status, headers }: RawAnswer) {
  const description = headers.get('x-description');
  const allow = headers.get('allow');
  const cookies = headers.getSetCookie();
  return {
    status,
    type: headers.get('content-type'),
    ...(description === null ? {} : { description }),
    ...(allow === null ? {} : { allow }),
    ...(cookies.length === 0 ? {} : { cookies }),
  };
}

/** The text without what differs from run to run: an id becomes the number of its first appearance, so equal ids stay equal. */
function withoutChance(text: string): string {
  const ids = new Map<string, string>();
  const numbered = (id: string): string => {
    if (!ids.has(id)) ids.set(id, `UUID-${ids.size + 1}`);
    return ids.get(id) ?? '';
  };
  return (
    text
      .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, numbered)
      .replace(/\b[0-9a-f]{64}\b/g, 'DIGEST')
      .replace(/\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}[+-]\d{4}/g, 'DATE')
      .replace(/\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z/g, 'MOMENT')
      .replace(/\b\d+\.\d{6}\b/g, 'HOURS')
      .replace(/(?<![\w-])[\w-]{86}(?![\w-])/g, 'KEY')
      .replace(/(JSESSIONID=)[\w-]{43}/g, '$1TOKEN')
      .replace(/(sessionkey(?:=|>|": "))[\w-]{27}/g, '$1SESSIONKEY')
      .replace(/\b10\.1\.\d+\.\d+\b/g, 'ADDRESS')
      .replace(/\b02(:[0-9a-f]{2}){5}\b/g, 'MAC')
      .replace(/(expireAfter(?:>|": )|retry after \[)\d+/g, '$1100')
      // As many as there happen to be by then.
      .replace(/(<zones>|"zones": )\d+/g, '$14')
      .replace(/(percentcomplete(?:>|": ))(?!100)\d+/g, '$150')
      .replace(/(bytesdone(?:>|": ))(?!1073741824)\d+/g, '$1536870912')
      // There only when the job has been seen to move.
      .replace(/^.*\b(bytespersecond|estimatedend)\b.*\n/gm, '')
  );
}
