import { Builder, Parser, processors } from 'xml2js';

/** How much of a document is read before others get a turn. */
const CHUNK_CHARACTERS = 65_536;

const NAMESPACE = 'http://www.veeam.com/ent/v1.0';

/** What xml2js makes of an element: attributes under `$`, text under `_`, children by name. */
interface Node {
  readonly $?: Readonly<Record<string, string>>;
  readonly _?: string;
  readonly [child: string]: unknown;
}

/** A document that is not what it should be: cut off, not well formed, or of another kind. */
export class XmlFault extends Error {
  override readonly name = 'XmlFault';
}

/** One element. Everything is asked for by its local name, so whatever else a server adds goes unnoticed. */
export class XmlElement {
  constructor(
    readonly name: string,
    private readonly node: Node,
  ) {}

  /** The attribute; throws `XmlFault` when it is absent. */
  attribute(name: string): string {
    return this.findAttribute(name) ?? this.lacks(`the attribute ${name}`);
  }

  findAttribute(name: string): string | undefined {
    return this.node.$?.[name];
  }

  /** The text of the element itself. */
  get text(): string {
    return (this.node._ ?? '').trim();
  }

  /** The first child of the name; throws `XmlFault` when there is none. */
  child(name: string): XmlElement {
    return this.children(name)[0] ?? this.lacks(`a ${name}`);
  }

  /** Every child of the name, in the order of the document. */
  children(name: string): readonly XmlElement[] {
    const nodes = Object.hasOwn(this.node, name) ? (this.node[name] as readonly Node[]) : [];
    return nodes.map((node) => new XmlElement(name, node));
  }

  /** The text of the first child of the name; undefined when there is none or it is empty. */
  textOf(name: string): string | undefined {
    return this.children(name)[0]?.text || undefined;
  }

  private lacks(what: string): never {
    throw new XmlFault(`a ${this.name} without ${what}`);
  }
}

/** The root of a complete document; throws `XmlFault` when it is cut off, not well formed, or has a root of another name than one of these. */
export async function parseXml(text: string, ...roots: readonly string[]): Promise<XmlElement> {
  const document = await read(text);
  const [name = 'empty document'] = Object.keys(document ?? {});
  if (document && roots.includes(name)) return new XmlElement(name, document[name] as Node);
  throw new XmlFault(`expected ${roots.join(' or ')}, got ${name.slice(0, 64)}`);
}

async function read(text: string): Promise<Readonly<Record<string, unknown>> | null> {
  const parser = new Parser({
    // A listing of thousands of restore points must not hold everything else up.
    async: true,
    chunkSize: CHUNK_CHARACTERS,
    explicitCharkey: true,
    emptyTag: () => ({}),
    tagNameProcessors: [processors.stripPrefix],
    attrNameProcessors: [processors.stripPrefix],
  });
  try {
    return (await parser.parseStringPromise(text)) as Readonly<Record<string, unknown>> | null;
  } catch (cause) {
    throw new XmlFault(`not well formed: ${firstLine(cause)}`, { cause });
  }
}

const firstLine = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause)).split('\n', 1)[0] ?? '';

/** What an element holds: a text, or children in the order that the server expects. */
export interface XmlContent {
  readonly [child: string]: XmlValue;
}
export type XmlValue = string | boolean | XmlContent;

const builder = new Builder({ renderOpts: { pretty: false }, xmldec: { version: '1.0', encoding: 'utf-8' } });

/** A document of the server's namespace. */
export const buildXml = (root: string, content: XmlContent): string =>
  builder.buildObject({ [root]: { $: { xmlns: NAMESPACE }, ...content } });
