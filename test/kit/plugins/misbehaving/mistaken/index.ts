import { sampleFacts, sampleVolumeFacts } from '../../../source-facts.js';
import { misbehavingSource } from '../../misbehaving-source.js';

/** Tells what would be right for another machine, and another volume. */
export default misbehavingSource('mistaken', (method) => (/Volume$/.test(method) ? sampleVolumeFacts() : sampleFacts()));
