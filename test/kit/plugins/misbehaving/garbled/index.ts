import { misbehavingSource } from '../../misbehaving-source.js';

export default misbehavingSource('garbled', () => ({ machine: { uuid: 'hunter2' }, volumes: 'none', state: 'Fine' }));
