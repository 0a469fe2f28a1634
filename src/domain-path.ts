/** The paths of a domain and of those above it, from the top: `ROOT`, `ROOT/north`, `ROOT/north/far`. */
export function pathsTo(path: string): string[] {
  const names = path.split('/');
  return names.map((_, index) => names.slice(0, index + 1).join('/'));
}
