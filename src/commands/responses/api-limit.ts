import type { ApiLimit } from '../../account/api-limit-manager.js';
import { responseOf, type Fields } from '../../api/response.js';
import type { Caller } from '../../call-context.js';

export const apiLimitResponse = responseOf('apilimit', {
  accountid: ['string', 'ID of the account'],
  account: ['string', 'name of the account'],
  apiIssued: ['integer', 'requests that the account has sent in the current interval'],
  apiAllowed: ['integer', 'requests that it may send in an interval'],
  expireAfter: ['long', 'milliseconds until the next interval'],
});

export const toApiLimitResponse = ({ issued, allowed, expiresInMs }: ApiLimit, caller: Caller): Fields<typeof apiLimitResponse> => ({
  accountid: caller.accountUuid,
  account: caller.accountName,
  apiIssued: issued,
  apiAllowed: allowed,
  expireAfter: expiresInMs,
});
