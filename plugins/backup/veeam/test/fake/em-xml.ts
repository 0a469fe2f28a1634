/** A part of a document, written already. */
export class Xml {
  constructor(readonly text: string) {}
}

export type XmlPart = Xml | string | number | boolean | undefined;

/** An element with these attributes and parts; a text among them is escaped. */
export function element(name: string, attributes: Readonly<Record<string, string>>, ...parts: readonly (XmlPart | readonly Xml[])[]): Xml {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(value)}"`);
  const content = parts.flat().map((part) => (part instanceof Xml ? part.text : escaped(String(part ?? ''))));
  return new Xml(content.join('') === '' ? `<${name}${written.join('')} />` : `<${name}${written.join('')}>${content.join('')}</${name}>`);
}

/** An element with nothing but a text. */
export const field = (name: string, value: XmlPart): Xml => element(name, {}, value);

const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (character) => `&${{ '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot' }[character] ?? ''};`);

const NAMESPACES = {
  xmlns: 'http://www.veeam.com/ent/v1.0',
  'xmlns:xsd': 'http://www.w3.org/2001/XMLSchema',
  'xmlns:xsi': 'http://www.w3.org/2001/XMLSchema-instance',
};

/** The document with this root. */
export function documentOf(
  root: string,
  attributes: Readonly<Record<string, string>>,
  ...parts: readonly (XmlPart | readonly Xml[])[]
): string {
  return `<?xml version="1.0" encoding="utf-8"?>\n${element(root, { ...NAMESPACES, ...attributes }, ...parts).text}`;
}

/** The text of the first element of the name in a document that a client has sent; empty when there is none. */
export const textIn = (document: string, name: string): string =>
  (new RegExp(`<${name}>([^<]*)</${name}>`).exec(document)?.[1] ?? '').replace(
    /&(amp|lt|gt|quot);/g,
    (_, entity: string) => ENTITIES[entity] ?? '',
  );

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"' };
