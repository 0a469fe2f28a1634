export { samplePlugin } from '../../../sample-plugin.js';
