/** What can be compared of things of one type, by names in lower case: whole urns, texts, and times in UTC. */
export type Fields = Readonly<Record<string, 'uid' | 'text' | 'time'>>;
export type Values<F extends Fields = Fields> = Readonly<Record<keyof F, string>>;

/** Whether something with these values is asked for. */
export type Filter = (values: Values) => boolean;

/** A server that takes no longer paths. */
const LONGEST = 2000;

const FORMS = { uid: /^urn:veeam:\w+:[\w-]+$/, text: /^/, time: /^\d{4}-\d\d-\d\dT[\d:.]+Z$/ } as const;

const HOLDS: Readonly<Record<string, (a: string, b: string) => boolean>> = {
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '>=': (a, b) => a >= b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '<': (a, b) => a < b,
};

/**
 * What the text means: comparisons of which all have to hold (`;`), or any (`,`). Undefined where it is none, or compares what there is not;
 * also where it mixes the two, as in which order they are taken is not said.
 */
export function readFilter(text: string, fields: Fields): Filter | undefined {
  if (text.length > LONGEST) return undefined;
  const pattern = /(\w+)(==|!=|>=|<=|>|<)(?:"([^"]*)"|([\w.-]+))([;,]|$)/y;
  const [comparisons, separators]: [Filter[], Set<string>] = [[], new Set()];
  while (pattern.lastIndex < text.length) {
    const [all, name = '', operator = '', quoted, bare = '', separator = ''] = pattern.exec(text) ?? [];
    const comparison = all === undefined ? undefined : compare(name.toLowerCase(), operator, quoted ?? bare, fields);
    if (!comparison) return undefined;
    comparisons.push(comparison);
    separators.add(separator);
  }
  // The last one is followed by nothing.
  if (!separators.delete('') || separators.size > 1) return undefined;
  return (values) => (separators.has(',') ? comparisons.some((holds) => holds(values)) : comparisons.every((holds) => holds(values)));
}

function compare(field: string, operator: string, value: string, fields: Fields): Filter | undefined {
  const kind = Object.hasOwn(fields, field) ? fields[field] : undefined;
  const holds = HOLDS[operator];
  if (!kind || !holds || !FORMS[kind].test(value)) return undefined;
  // Only times come one after the other.
  if (kind !== 'time' && !['==', '!='].includes(operator)) return undefined;
  return (values) => holds(values[field] ?? '', value);
}
