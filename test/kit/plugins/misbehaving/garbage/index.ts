import { misbehavingPlugin } from '../../misbehaving-plugin.js';

async function* garbage() {
  yield { 0: 'no page', length: 1 };
}

export default misbehavingPlugin('garbage', (method) => (method === 'listBackups' ? garbage() : Promise.resolve([{ sizeBytes: -1 }])));
