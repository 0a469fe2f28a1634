import { buildXml, parseXml, XmlFault } from '../em/xml.js';

const parse = (text: string) => parseXml(text, 'Jobs', 'Job');

test('reads attributes, texts and children by their local names, whatever prefix a server gives them', async () => {
  const root = await parse(
    '<?xml version="1.0"?><e:Jobs xmlns:e="urn:x" e:Type="JobList"><e:Job> a <![CDATA[<b>]]></e:Job><e:Job/></e:Jobs>',
  );
  expect([root.name, root.attribute('Type'), root.findAttribute('None')]).toEqual(['Jobs', 'JobList', undefined]);
  expect(root.children('Job').map(({ text }) => text)).toEqual(['a <b>', '']);
  expect([root.textOf('Job'), root.textOf('None')]).toEqual(['a <b>', undefined]);
});

test.each([
  ['nothing', '', /got empty document/],
  ['blanks', ' \r\n ', /got empty document/],
  ['a document cut off within a tag', '<Jobs><Job Na', /not well formed/],
  ['a document cut off between elements', '<Jobs><Job/>', /not well formed: Unclosed root tag/],
  ['a document cut off after much of it', `<Jobs>${'<Job>a</Job>'.repeat(20_000)}`, /not well formed: Unclosed root tag/],
  ['elements that cross', '<Jobs><Job></Jobs></Job>', /not well formed/],
  ['what is no XML', '{"Jobs":[]}', /not well formed/],
  ['an entity that it declares itself', '<!DOCTYPE a [<!ENTITY b "c">]><Jobs>&b;</Jobs>', /not well formed/],
  ['the page of a proxy', '<html><body>Bad gateway</body></html>', /expected Jobs or Job, got html/],
])('refuses %s', async (_what, text, message) => {
  const refusal = parse(text);
  await expect(refusal).rejects.toThrow(XmlFault);
  await expect(refusal).rejects.toThrow(message);
});

test('says what an element lacks that must be there', async () => {
  const root = await parse('<Job/>');
  expect(() => root.attribute('UID')).toThrow('a Job without the attribute UID');
  expect(() => root.child('State')).toThrow('a Job without a State');
});

test('lets others have a turn while it reads a large document', async () => {
  let turns = 0;
  const counting = setInterval(() => turns++, 0);
  const root = await parse(`<Jobs>${'<Job>a</Job>'.repeat(100_000)}</Jobs>`);
  clearInterval(counting);
  expect(root.children('Job')).toHaveLength(100_000);
  expect(turns).toBeGreaterThan(2);
});

test('builds documents of the namespace, with elements in their order and texts escaped', async () => {
  const text = buildXml('Spec', { Name: 'a & <b>', Inner: { Flag: false, Last: '' } });
  expect(text).toBe(
    '<?xml version="1.0" encoding="utf-8"?><Spec xmlns="http://www.veeam.com/ent/v1.0">' +
      '<Name>a &amp; &lt;b&gt;</Name><Inner><Flag>false</Flag><Last/></Inner></Spec>',
  );
  expect((await parseXml(text, 'Spec')).textOf('Name')).toBe('a & <b>');
});
