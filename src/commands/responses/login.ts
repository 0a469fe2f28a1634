import { responseOf, type Fields } from '../../api/response.js';
import { accountTypeOf } from '../../account/role-type.js';
import type { Login } from '../../account/session-manager.js';

export const loginResponse = responseOf('loginresponse', {
  username: ['string', 'name of the user'],
  userid: ['string', 'ID of the user'],
  domainid: ['string', 'ID of the domain of the user'],
  timeout: ['integer', 'seconds without a request after which the session ends'],
  account: ['string', 'name of the account of the user'],
  firstname: ['string', 'first name of the user'],
  lastname: ['string', 'last name of the user'],
  type: ['string', 'account type: 0 for user, 1 for root admin'],
  timezone: ['string', 'time zone of the user; Etc/UTC if the user has chosen none'],
  timezoneoffset: ['string', 'hours by which that time zone is ahead of UTC'],
  registered: ['string', 'whether the user has signed up by mail'],
  sessionkey: ['string', 'value that every further request of the session repeats'],
  is2faenabled: ['string', 'whether a second factor is asked for'],
  is2faverified: ['string', 'whether the second factor has been given'],
  issuerfor2fa: ['string', 'who issues the second factor'],
});

/** That of the dates in answers: the web UI cannot show a date without one. */
const DEFAULT_ZONE = 'Etc/UTC';

export const toLoginResponse = ({ user, sessionKey, timeoutSeconds }: Login): Fields<typeof loginResponse> => ({
  username: user.username,
  userid: user.uuid,
  domainid: user.domainUuid,
  timeout: timeoutSeconds,
  account: user.accountName,
  firstname: user.firstName,
  lastname: user.lastName,
  type: String(accountTypeOf(user.role)),
  timezone: user.timezone ?? DEFAULT_ZONE,
  timezoneoffset: hoursFromUtc(user.timezone ?? DEFAULT_ZONE, new Date()),
  registered: 'false',
  sessionkey: sessionKey,
  is2faenabled: 'false',
  is2faverified: 'true',
  issuerfor2fa: 'CloudStack',
});

/** How far the zone's clocks are ahead of UTC at the moment, such as `1.0`. */
function hoursFromUtc(timezone: string, moment: Date): string {
  const name = new Intl.DateTimeFormat('en', { timeZone: timezone, timeZoneName: 'longOffset' }).formatToParts(moment);
  const [, sign = '+', hours = '0', minutes = '0'] = /GMT([+-])(\d+):(\d+)/.exec(name.at(-1)?.value ?? '') ?? [];
  return (Number(`${sign}1`) * (Number(hours) + Number(minutes) / 60)).toFixed(1);
}
