/** CloudStack's names and numbers of the alerts that this server raises. */
export const ALERT_TYPES = {
  /** Something that the servers do of their own accord does not succeed, such as telling a webhook of events. */
  'ALERT.MANAGEMENT': 14,
  /** The backup storage of a zone is nearly full. */
  'ALERT.STORAGE.BACKUP': 21,
  /** A scheduled backup was not taken, because the account has as many as it may. */
  'ALERT.RESOURCE.COUNT': 22,
  /** What a backup provider lists is not what is known here. */
  'ALERT.TYPE.SYNC': 27,
} as const;

export type AlertName = keyof typeof ALERT_TYPES;

/** The name of the type with the number. */
export const alertNameOf = (type: number): string | undefined =>
  Object.entries<number>(ALERT_TYPES).find(([, number]) => number === type)?.[0];
