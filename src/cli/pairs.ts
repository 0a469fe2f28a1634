/** What is written as `key=value`, by key. */
export function pairsOf(texts: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    texts.map((text) => {
      const equals = text.indexOf('=');
      if (equals < 1) throw new Error(`"${text}" is not of the form key=value`);
      return [text.slice(0, equals), text.slice(equals + 1)];
    }),
  );
}
