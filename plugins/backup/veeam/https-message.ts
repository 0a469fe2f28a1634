/** What is asked of a server. */
export interface HttpsRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** With the query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Whether it changes nothing there that matters, so that it can be sent again; as every GET. */
  readonly isRepeatable?: boolean;
  /** How large the answer may be, if it may be larger than most. */
  readonly maxBodyBytes?: number;
}

/** What it answers. */
export interface HttpsAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}
