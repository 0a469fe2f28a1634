import type { Estate } from './estate.js';
import { answer, failure, type Route } from './vbr-answers.js';
import { sessionTypesOf, type VbrFacts } from './vbr-facts.js';
import { fits, ID, withThing, type Shown } from './vbr-shown.js';

/** What runs, and what has run. */
export function sessions(estate: Estate, facts: VbrFacts, show: Shown): readonly Route[] {
  const types = sessionTypesOf(facts);
  return [
    [
      'GET',
      /^\/api\/v1\/sessions$/,
      ({ request }) => {
        const { query } = request;
        const wantedType = query.get('typeFilter');
        if (wantedType !== null && !Object.values(types).includes(wantedType)) {
          return failure(400, 'InvalidParameter', `there is no session type ${wantedType}`);
        }
        const wanted = estate.sessions.all
          .filter(({ kind }) => wantedType === null || types[kind] === wantedType)
          .filter(({ jobId }) => query.get('jobIdFilter') === null || query.get('jobIdFilter') === jobId)
          .filter(({ name }) => fits(name, request));
        const newestFirst = [...wanted].reverse();
        return show.page(
          (query.get('orderAsc') === 'false' ? newestFirst : wanted).map((session) => show.session(session)),
          request,
        );
      },
    ],
    [
      'GET',
      new RegExp(`^/api/v1/sessions/${ID}$`),
      ({ id }) => withThing(estate.sessions.find(id), 'session', (session) => answer(200, show.session(session))),
    ],
    [
      'GET',
      new RegExp(`^/api/v1/sessions/${ID}/logs$`),
      ({ id }) =>
        withThing(estate.sessions.find(id), 'session', ({ log: records }) => answer(200, { totalRecords: records.length, records })),
    ],
    [
      'POST',
      new RegExp(`^/api/v1/sessions/${ID}/stop$`),
      ({ id }) =>
        withThing(estate.sessions.find(id), 'session', (session) => {
          estate.sessions.stop(session.id);
          return answer(200, {});
        }),
    ],
  ];
}
