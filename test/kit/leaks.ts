const opened: Set<string> = ((globalThis as { stackvaultOpened?: Set<string> }).stackvaultOpened ??= new Set());

/** Notes something that the test file must close; the returned function says that it has been closed. See `leak-checked-environment.mjs`. */
export function noteOpened(what: string): () => void {
  opened.add(what);
  return () => void opened.delete(what);
}
