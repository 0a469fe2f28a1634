import { REVISIONS, revisionOf, type FeatureName } from '../vbr/revisions.js';
import { descriptionOf, factsFor } from './fake/vbr-facts.js';

const doubts = {
  ...{ describesItself: true, deletesRestorePoints: true, mountsDisks: true, tellsUnits: true, namesMachines: false },
  ...{ hasUnknownFields: false, longestPage: 1000 },
};
const featuresOf = (name: (typeof REVISIONS)[number], description: unknown): string[] => {
  const { has } = revisionOf(name, description);
  return (Object.keys(has) as FeatureName[]).filter((feature) => has[feature]).sort();
};
const described = (name: (typeof REVISIONS)[number], deletesRestorePoints = true) =>
  descriptionOf(factsFor(name).at(-1)!, { ...doubts, deletesRestorePoints });

const OLDER = ['vmwareDisks'];
const NEWER = [
  ...['autoSelectEnabled', 'backupFiles', 'deleteBackup', 'overwrite'],
  ...['restorePoints', 'vSphereDisks', 'vSphereJobs', 'vSphereRestore'],
];

test.each(REVISIONS)('reads what %s has out of its description', (name) => {
  const expected = name.startsWith('1.1') ? OLDER : [...NEWER, 'deleteRestorePoint'].sort();
  expect(featuresOf(name, described(name))).toEqual(expected);
});

test('believes a description more than the revision that it is of', () => {
  expect(featuresOf('1.3-rev2', described('1.1-rev0'))).toEqual(OLDER);
  expect(featuresOf('1.1-rev2', described('1.2-rev0'))).toContain('restorePoints');
  expect(featuresOf('1.3-rev2', described('1.3-rev2', false))).not.toContain('deleteRestorePoint');
});

test.each([undefined, '<html>', null, {}, { paths: 'none' }])(
  'takes for granted what is certain where %p is the description',
  (description) => {
    expect(featuresOf('1.1-rev0', description)).toEqual(OLDER);
    expect(featuresOf('1.2-rev1', description)).toEqual([...NEWER, ...OLDER].sort());
  },
);
