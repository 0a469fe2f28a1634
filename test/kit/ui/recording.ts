import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What an answer must hold: fields of one type at a path. */
export interface Expectation {
  readonly ofJob: boolean;
  readonly path: readonly string[];
  readonly fields: readonly { readonly name: string; readonly type: string }[];
}

/** A value of an answer that later calls send. */
export interface Keep {
  readonly path: readonly string[];
  readonly name: string;
}

export interface Call {
  /** Where it stands, for people. */
  readonly where: string;
  readonly method: 'GET' | 'POST';
  readonly command: string;
  /** As written: `{name}` is a value that was kept. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Sent before the call above it is answered. */
  readonly isBeside: boolean;
  readonly status: number;
  readonly envelope: string;
  readonly expectations: Expectation[];
  readonly keeps: Keep[];
}

/** The calls of a recording in the order in which they are sent; its format stands at the head of admin-pass.txt. */
export function readRecording(name: string): Call[] {
  const lines = readFileSync(join(import.meta.dirname, name), 'utf8').split('\n');
  const pages = new Map<string, Call[]>();
  let page: Call[] = [];
  for (const [index, line] of lines.entries()) {
    const [word = '', ...rest] = line.trim().split(' ');
    if (line.startsWith('# ')) pages.set(rest.join(' '), (page = []));
    else if (pages.size === 0 || word === '') continue;
    else if (line.startsWith('  ')) expect(page.at(-1), word, rest);
    else if (word === 'use') page.push(...pageNamed(pages, rest.join(' ')));
    else page.push(callOf(`${name}:${index + 1}`, line));
  }
  return [...pages.values()].flat();
}

function pageNamed(pages: ReadonlyMap<string, Call[]>, name: string): readonly Call[] {
  const calls = pages.get(name);
  if (!calls) throw new Error(`there is no page ${name} before this one`);
  return calls;
}

function callOf(where: string, line: string): Call {
  const [, beside, method, command, sent, outcome = ''] = /^(\+ )?(GET|POST) (\w+)((?: [^ ]+=[^ ]*)*)(?: -> (\w+))?$/.exec(line) ?? [];
  if (method === undefined || command === undefined) throw new Error(`${where} is no call: ${line}`);
  const isStatus = /^\d+$/.test(outcome);
  return {
    where: `${where} ${command}`,
    method: method as Call['method'],
    command,
    parameters: Object.fromEntries(new URLSearchParams((sent ?? '').trim().replaceAll('+', '%2B').replaceAll(' ', '&'))),
    isBeside: beside !== undefined,
    status: isStatus ? Number(outcome) : 200,
    envelope: isStatus || outcome === '' ? `${command.toLowerCase()}response` : outcome,
    expectations: [],
    keeps: [],
  };
}

function expect(call: Call | undefined, word: string, rest: readonly string[]): void {
  if (!call) throw new Error('an expectation without a call');
  if (word === 'keep') call.keeps.push({ path: pathOf(rest[0]), name: String(rest[2]) });
  else if (word === 'job') call.expectations.push({ ofJob: true, path: pathOf(rest[0]), fields: fieldsOf(rest.slice(1)) });
  else call.expectations.push({ ofJob: false, path: pathOf(word), fields: fieldsOf(rest) });
}

/** The steps of a path; a dot within brackets belongs to a value. */
const pathOf = (text = ''): string[] => [...text.matchAll(/\[[^\]]*\]|[^.[\]]+/g)].map(([step]) => decodeURIComponent(step));

const fieldsOf = (words: readonly string[]): Expectation['fields'] =>
  words.map((word) => {
    const [name = '', type = 'string'] = word.split(':');
    return { name, type };
  });
