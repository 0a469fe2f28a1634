import { samplePlugin } from '../../../sample-plugin.js';

export default { apiVersion: 99, name: samplePlugin.name };
