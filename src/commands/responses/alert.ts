import { responseOf, type Fields } from '../../api/response.js';
import type { Alert } from '../../dao/alert-dao.js';
import { alertNameOf } from '../../events/alert-type.js';

export const alertResponse = responseOf('alert', {
  id: ['string', 'ID of the alert'],
  type: ['integer', 'number of its type'],
  name: ['string', 'name of its type'],
  description: ['string', 'what should be looked after'],
  sent: ['date', 'when it was raised'],
});

export const toAlertResponse = ({ uuid, type, description, created }: Alert): Fields<typeof alertResponse> => ({
  id: uuid,
  type,
  name: alertNameOf(type),
  description,
  sent: created,
});
