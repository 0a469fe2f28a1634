import { examine, failureOf, worstOf } from '../../src/backup/restore-evidence.js';
import { sampleVolume } from '../kit/contract/samples.js';

const [root, data] = [sampleVolume(0), sampleVolume(1)];
const inPlace = [root, data].map((recorded) => ({ recorded, target: recorded }));
const withoutDigest = ({ digest: _, ...volume }: typeof root) => volume;
const verdicts = (...found: Parameters<typeof examine>) => examine(...found).map(({ verdict }) => verdict);

describe('the evidence of a restore', () => {
  test('matches where sizes and digests are those that were recorded', () => {
    const evidence = examine(inPlace, [root, data], [root, data]);
    expect(evidence.map(({ verdict }) => verdict)).toEqual(['Matches', 'Matches']);
    expect([worstOf(evidence), failureOf(evidence)]).toEqual(['Matches', undefined]);
  });

  test('tells volumes apart by their identity and not by their order', () => {
    expect(verdicts(inPlace, [data, root], [data, root])).toEqual(['Matches', 'Matches']);
  });

  test('is of the size alone where nobody knows a digest', () => {
    const evidence = examine(inPlace, [root, withoutDigest(data)], [root, withoutDigest(data)]);
    expect(evidence.map(({ verdict }) => verdict)).toEqual(['Matches', 'SizeOnly']);
    expect([worstOf(evidence), failureOf(evidence)]).toEqual(['SizeOnly', undefined]);
  });

  test('is of the size alone for a volume that is larger than it was', () => {
    const target = { ...data, sizeBytes: data.sizeBytes + 1, digest: 'another' };
    expect(verdicts([{ recorded: data, target }], [target], [target])).toEqual(['SizeOnly']);
  });

  test.each([
    ['another size', { ...data, sizeBytes: 1 }, `with 1 bytes instead of ${data.sizeBytes}`],
    ['another content', { ...data, digest: 'another' }, 'with other content than was backed up'],
  ])('differs for %s, whoever says so, and says which volume', (_, wrong, how) => {
    const byProvider = examine(inPlace, [root, wrong]);
    const bySource = examine(inPlace, [root, data], [root, wrong]);
    expect([byProvider, bySource].map(worstOf)).toEqual(['Differs', 'Differs']);
    expect(failureOf(byProvider)).toMatchObject({ fault: 'corrupt', message: `volume ${data.uuid} came back ${how}` });
    expect(failureOf(bySource)).toMatchObject({ fault: 'corrupt', message: `volume ${data.uuid} is at its inventory source ${how}` });
  });

  test('is missing for a volume that provider or source do not name, and all faults are said', () => {
    expect(verdicts(inPlace, [root])).toEqual(['Matches', 'Missing']);
    expect(verdicts(inPlace, [root, data], [root])).toEqual(['Matches', 'Missing']);
    const { message } = failureOf(examine(inPlace, [{ ...root, sizeBytes: 1 }])) ?? {};
    expect(message).toBe(
      `volume ${root.uuid} came back with 1 bytes instead of ${root.sizeBytes}; the provider did not restore volume ${data.uuid}`,
    );
  });
});
