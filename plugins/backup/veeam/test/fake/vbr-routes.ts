import type { Estate } from './estate.js';
import type { Route } from './vbr-answers.js';
import { backups } from './vbr-backup-routes.js';
import type { VbrDoubts, VbrFacts } from './vbr-facts.js';
import { infrastructure } from './vbr-infrastructure-routes.js';
import { jobs } from './vbr-job-routes.js';
import { restoreRoutes } from './vbr-restores.js';
import { sessions } from './vbr-session-routes.js';
import { Shown } from './vbr-shown.js';

/** Every path of the API, at one revision. */
export function routesOf(estate: Estate, facts: VbrFacts, doubts: VbrDoubts): readonly Route[] {
  const show = new Shown(estate, facts, doubts);
  return [
    ...infrastructure(estate, facts, show),
    ...jobs(estate, facts, show),
    ...sessions(estate, facts, show),
    ...backups(estate, facts, doubts, show),
    ...restoreRoutes(estate, facts, doubts, show),
  ];
}
