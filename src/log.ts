import { inspect } from 'node:util';
import winston from 'winston';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
export type LogFields = Readonly<Record<string, unknown>>;

/** Writes one line: fixed words, and everything variable as a field. Never a secret. */
export type Log = (level: LogLevel, message: string, fields?: LogFields) => void;

/** A log of JSON lines on the standard output. */
export function createLog(level: LogLevel): Log {
  const logger = winston.createLogger({
    level,
    format: winston.format.combine(winston.format.timestamp(), winston.format.json()),
    transports: [new winston.transports.Console()],
  });
  return (at, message, fields = {}) =>
    logger.log(at, message, { ...fields, ...(fields.error === undefined ? {} : { error: describe(fields.error) }) });
}

/** An error with its stack and its causes, as text. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return typeof error === 'string' ? error : inspect(error);
  const cause = error.cause === undefined ? '' : `\ncaused by: ${describe(error.cause)}`;
  return (error.stack ?? error.message) + cause;
}
