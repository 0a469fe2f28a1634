export default {
  kind: 'backup',
  name: 'sample',
  description: 'Built',
  version: '2.0.0',
  apiVersion: 3,
  settings: {},
  create: () => undefined,
};
