import { given, responseOf, type Fields } from '../../api/response.js';
import { accountTypeOf } from '../../account/role-type.js';
import type { Login } from '../../account/session-manager.js';

export const loginResponse = responseOf('loginresponse', {
  username: ['string', 'Username'],
  userid: ['string', 'User ID'],
  domainid: ['string', 'Domain ID that the user belongs to'],
  timeout: ['integer', 'the time period before the session has expired, in seconds'],
  account: ['string', 'the account name the user belongs to'],
  firstname: ['string', 'first name of the user'],
  lastname: ['string', 'last name of the user'],
  type: ['string', 'the account type (admin, domain-admin, read-only-admin, user)'],
  timezone: ['string', 'user time zone'],
  timezoneoffset: ['string', 'user time zone offset from UTC, in hours'],
  registered: ['string', 'Is user registered'],
  sessionkey: ['string', 'Session key that can be passed in subsequent Query command calls'],
  is2faenabled: ['string', 'Is two factor authentication enabled'],
  is2faverified: ['string', 'Is two factor authentication verified'],
  issuerfor2fa: ['string', 'Two factor authentication issuer'],
});

export const toLoginResponse = ({ user, sessionKey, timeoutSeconds }: Login): Fields<typeof loginResponse> => ({
  username: user.username,
  userid: user.uuid,
  domainid: user.domainUuid,
  timeout: timeoutSeconds,
  account: user.accountName,
  firstname: user.firstName,
  lastname: user.lastName,
  type: String(accountTypeOf(user.role)),
  timezone: given(user.timezone),
  timezoneoffset: user.timezone === null ? undefined : hoursFromUtc(user.timezone, new Date()),
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
