import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { envelopeOf } from '../../src/api/reply.js';
import type { FieldSpecs, FieldType } from '../../src/api/response.js';
import { commands } from '../../src/commands/index.js';
import { PROJECT } from '../kit/program.js';

type Answer = Readonly<Record<string, unknown>>;
interface Golden {
  readonly status: number;
  readonly body: Readonly<Record<string, Answer>>;
  readonly ended?: { readonly body: { readonly queryasyncjobresultresponse: { readonly jobstatus: number; readonly jobresult: Answer } } };
}

const FOLDER = join(PROJECT, 'test/api/golden');

const isObject = (value: unknown): value is Answer => typeof value === 'object' && value !== null && !Array.isArray(value);

/** What a field of each type is in JSON; dates are recorded as this word. */
const IS: Readonly<Record<FieldType, (value: unknown) => boolean>> = {
  string: (value) => typeof value === 'string',
  boolean: (value) => typeof value === 'boolean',
  integer: Number.isInteger,
  long: Number.isInteger,
  date: (value) => value === 'DATE',
  responseobject: isObject,
  map: (value) => isObject(value) && Object.values(value).every((text) => typeof text === 'string'),
  list: Array.isArray,
};

/** The objects of the kind that a command answers: one, a list, or the answer itself. */
function objectsIn(answer: Answer, object: string): readonly Answer[] {
  const value = answer[object];
  if (Array.isArray(value)) return value as Answer[];
  return isObject(value) ? [value] : [answer];
}

/** Beside the objects themselves, an answer may count them, name a job or say that it has been done. */
const BESIDE: FieldSpecs = { count: ['integer', ''], jobid: ['string', ''], id: ['string', ''], success: ['boolean', ''] };

function wrongFields(answer: Answer, object: string, fields: FieldSpecs): string[] {
  const isWrapped = typeof answer[object] === 'object';
  const { [object]: _, ...rest } = answer;
  const beside = isWrapped ? Object.entries(rest).filter(([name, value]) => !fits(BESIDE, name, value)) : [];
  const objects = objectsIn(answer, object).flatMap((item) => Object.entries(item));
  const known = isWrapped ? fields : { ...BESIDE, ...fields };
  return [...beside, ...objects.filter(([name, value]) => !fits(known, name, value))].map(
    ([name, value]) => `${name} = ${JSON.stringify(value)}`,
  );
}

const fits = (fields: FieldSpecs, name: string, value: unknown): boolean => {
  const [type] = fields[name] ?? [];
  return type !== undefined && IS[type](value);
};

const goldens = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.json'))
  .map((file) => [file, JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as Golden] as const)
  .filter(([, { status }]) => status === 200);

test.each(goldens)('%s holds what listApis tells of the command, in the types that it tells', (file, { body, ended }) => {
  const spec = commands.get(String(file.split('.')[0]).toLowerCase());
  if (!spec) throw new Error(`${file} is of no command`);
  const { object, fields } = spec.returns;
  expect(Object.keys(body)).toEqual([envelopeOf(spec)]);
  expect(wrongFields(body[envelopeOf(spec)] ?? {}, object, fields)).toEqual([]);
  const job = ended?.body.queryasyncjobresultresponse;
  if (job?.jobstatus === 1) expect(wrongFields(job.jobresult, object, fields)).toEqual([]);
});

test('there are golden answers to look at', () => {
  expect(goldens.length).toBeGreaterThan(100);
});
