import { REVISIONS, revisionOf, revisionSet, type FeatureName } from '../vbr/revisions.js';
import { descriptionOf, factsFor } from './fake/vbr-facts.js';

type Name = (typeof REVISIONS)[number];

const doubts = {
  ...{ describesItself: true, deletesRestorePoints: true, mountsDisks: true, keepsFailedMounts: true },
  ...{ tellsUnits: true, namesMachines: false, namesTargets: false, listsParts: true, hasUnknownFields: false, longestPage: 1000 },
};
const featuresOf = (name: Name, description: unknown): string[] => {
  const { has } = revisionOf(name, description);
  return (Object.keys(has) as FeatureName[]).filter((feature) => has[feature]).sort();
};
const described = (name: Name, deletesRestorePoints = true) => descriptionOf(factsFor(name).at(-1)!, { ...doubts, deletesRestorePoints });

const OLDER = ['vmwareDisks'];
const NEWER = [
  ...['autoSelectEnabled', 'backupFiles', 'backupJobSessions', 'deleteBackup', 'diskMigrationSessions', 'inventory'],
  ...['platforms', 'restorePoints', 'vSphereDisks', 'vSphereRestore'],
];
const NEWEST = [...NEWER, 'vSphereBackup', 'vSpherePlatform'];
const OVERWRITING = [...NEWEST, 'overwrite', 'overwriteElsewhere'];
const expected: Readonly<Record<Name, readonly string[]>> = {
  ...{ '1.1-rev0': OLDER, '1.1-rev1': OLDER, '1.1-rev2': OLDER, '1.2-rev0': NEWER, '1.2-rev1': NEWER, '1.3-rev0': NEWEST },
  ...{ '1.3-rev1': OVERWRITING, '1.3-rev2': OVERWRITING },
};

test.each(REVISIONS)('reads what %s has out of its description', (name) => {
  const deletes = name.startsWith('1.1') ? [] : ['deleteRestorePoint'];
  expect(featuresOf(name, described(name))).toEqual([...expected[name], ...deletes].sort());
});

test('finds a field of a restore in place where the description has it in what that is based on', () => {
  const field = { properties: { overwrite: { type: 'boolean' } } };
  const inBase = { EntireViVMRestoreSpec: field, EntireViVMOriginalLocationRestoreSpec: { allOf: [{ $ref: '#/x' }] } };
  const inItself = { EntireViVMOriginalLocationRestoreSpec: { allOf: [{}, field] } };
  const found = (schemas: object) => featuresOf('1.2-rev0', { paths: {}, components: { schemas } });
  expect(found(inBase)).toEqual(['overwrite', 'overwriteElsewhere']);
  expect(found(inItself)).toEqual(['overwrite']);
  const elsewhere = { paths: {}, components: { schemas: { EntireHvVMRestoreSpec: field } } };
  expect(featuresOf('1.3-rev2', elsewhere)).toEqual([]);
});

test('believes a description more than the revision that it is of', () => {
  expect(featuresOf('1.3-rev2', described('1.1-rev0'))).toEqual(OLDER);
  expect(featuresOf('1.1-rev2', described('1.2-rev0'))).toContain('restorePoints');
  expect(featuresOf('1.3-rev2', described('1.3-rev2', false))).not.toContain('deleteRestorePoint');
});

test.each([undefined, '<html>', null, {}, { paths: 'none' }])(
  'takes for granted what is certain where %p is the description',
  (description) => {
    for (const name of REVISIONS) {
      expect(featuresOf(name, description)).toEqual([...new Set([...expected[name], ...OLDER])].sort());
    }
  },
);

test('fixes a revision where one is set, and not where CloudStack has the version of the server', () => {
  for (const version of ['', '0', '9', '10', '11', '12', '13']) expect(revisionSet(version)).toBeUndefined();
  for (const version of ['1.2-rev0', '12.3', 'v12', '-1', ' ']) expect(revisionSet(version)).toBe(version);
});
