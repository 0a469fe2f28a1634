import { ApiError } from '../errors.js';
import type { ParameterSpec } from './command.js';

/** The parameters of one request, names as they were sent: the signature depends on their spelling. */
export type RequestParameters = ReadonlyMap<string, string>;

const MOST_PARAMETERS = 5000;

/** TAB and the other control characters; line feed and carriage return are allowed in values. */
// eslint-disable-next-line no-control-regex
const CONTROL_CHARACTERS = /[\u0000-\u0009\u000b\u000c\u000e-\u001f\u007f]/;

/** Joins query and form: of a name given twice the query's wins, of those in the query the last, of those in the form the first. */
export function readParameters(query: string, form: string): RequestParameters {
  const parameters = new Map<string, string>();
  for (const [name, value] of pairs(form)) if (!parameters.has(name)) parameters.set(name, value);
  for (const [name, value] of pairs(query)) parameters.set(name, value);
  return parameters;
}

function* pairs(text: string): Generator<readonly [string, string]> {
  if (text === '') return;
  const tokens = text.split('&', MOST_PARAMETERS + 1);
  if (tokens.length > MOST_PARAMETERS) throw new ApiError('too_large', `the request has more than ${MOST_PARAMETERS} parameters`);
  for (const token of tokens) {
    const equals = token.indexOf('=');
    if (equals <= 0) continue;
    yield [decode(token.slice(0, equals)), decode(token.slice(equals + 1))];
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw new ApiError('malformed_request', 'the parameters are not percent-encoded UTF-8');
  }
}

/** Refuses values that no client sends on purpose. */
export function refuseControlCharacters(parameters: RequestParameters): void {
  for (const [name, value] of parameters) {
    if (CONTROL_CHARACTERS.test(value) || CONTROL_CHARACTERS.test(name)) {
      const shown = JSON.stringify(name).slice(1, -1);
      throw new ApiError('bad_parameter', `Received value containing illegal ASCII non-printable characters for parameter ${shown}`);
    }
  }
}

/** The value of a parameter whose name is matched in any case. */
export function lookUp(parameters: RequestParameters, name: string): string | undefined {
  const exact = parameters.get(name);
  if (exact !== undefined) return exact;
  for (const [sent, value] of parameters) if (sent.toLowerCase() === name) return value;
  return undefined;
}

/** A parameter that a command declares, as it was sent. */
export interface SentParameter {
  readonly declared: ParameterSpec;
  readonly name: string;
  readonly value: string;
}

/** The parameters that a command knows: signatures, keys and whatever else was sent are left out. */
export function sentParameters(declared: readonly ParameterSpec[], sent: RequestParameters): readonly SentParameter[] {
  const byName = new Map(declared.flatMap((spec) => [spec.name, ...spec.alsoNamed].map((name) => [name, spec] as const)));
  return [...sent].flatMap(([name, value]) => {
    const spec = byName.get((name.split('[')[0] ?? '').toLowerCase());
    return spec ? [{ declared: spec, name, value }] : [];
  });
}
