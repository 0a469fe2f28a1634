/** How far a long operation has come. */
export interface Progress {
  /** The outside system's own name for the running operation; given back as `resume` after a restart. At most 255 characters. */
  readonly reference?: string;
  /** 0 to 100. */
  readonly percent?: number;
  /** Bytes moved so far, and in all. */
  readonly doneBytes?: number;
  readonly totalBytes?: number;
  /** What it is doing now, in a few words for people: at most 64 characters. */
  readonly stage?: string;
}

/**
 * What every call that changes something carries.
 *
 * `operationId`, a uuid, names the operation for ever, together with the method: one job may call several methods with the same id. A
 * call seen before joins the first one, whether that is still running, has ended, or was cut off by a crash of this server, and returns
 * its outcome. It never does the work twice.
 */
export interface Operation {
  readonly operationId: string;
  /** The last `reference` that was reported, after a restart of the server. */
  readonly resume?: string;
  /** Tells how far the operation has come; when the promise resolves, the reference survives a crash. A sign of life for the stall limit. */
  report(progress: Progress): Promise<void>;
}
