import type { FakeAnswer, FakeRequest } from './server.js';

/** What a route gets: the request, what its path names, and its body. */
export interface Asked {
  readonly request: FakeRequest;
  readonly id: string;
  readonly body: Record<string, unknown>;
}

export type Route = readonly [method: string, path: RegExp, handle: (asked: Asked) => FakeAnswer];

/** An answer with this body. */
export const answer = (status: number, body: unknown): FakeAnswer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

/** What the server says of a failure. */
export const failure = (status: number, errorCode: string, message: string): FakeAnswer => answer(status, { errorCode, message });
