import { samplePlugin } from '../../sample-plugin.js';

export default { ...samplePlugin, name: 'outdated', apiVersion: 1 };
