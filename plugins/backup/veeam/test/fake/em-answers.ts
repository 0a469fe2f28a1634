import { documentOf, type Xml, type XmlPart } from './em-xml.js';
import type { FakeAnswer } from './server.js';

type Parts = readonly (XmlPart | readonly Xml[])[];

/** A document with this root. */
export const answer = (status: number, root: string, attributes: Readonly<Record<string, string>>, ...parts: Parts): FakeAnswer => ({
  status,
  headers: { 'content-type': 'application/xml' },
  body: documentOf(root, attributes, ...parts),
});

/** A list with this root. */
export const listOf = (root: string, items: readonly Xml[]): FakeAnswer => answer(200, root, {}, items);

/** What the server says of a failure. */
export const errorAnswer = (status: number, message: string): FakeAnswer =>
  answer(status, 'Error', { Message: message, StatusCode: String(status) });
