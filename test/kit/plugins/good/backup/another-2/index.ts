import { samplePlugin } from '../../../sample-plugin.js';

export default { ...samplePlugin, name: 'another-2' };
