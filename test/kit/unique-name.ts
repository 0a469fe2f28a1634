let made = 0;

/** A name that nothing else in the test file has. */
export const uniqueName = (what: string): string => `${what}-${++made}`;
