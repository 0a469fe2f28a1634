const SESSION = 'JSESSIONID';
const SESSION_KEY = 'sessionkey';
/** One path for both spellings of the endpoint: a cookie of each would be sent in an order that nobody knows. */
const ATTRIBUTES = 'Path=/client; HttpOnly; SameSite=Lax';

/** The cookies of a request; a name may come several times. */
export type Cookies = readonly (readonly [name: string, value: string])[];

export function readCookies(header: string | undefined): Cookies {
  const pairs = (header ?? '').split(';').map((part) => {
    const equals = part.indexOf('=');
    const name = part.slice(0, Math.max(0, equals)).trim();
    const value = part.slice(equals + 1).trim();
    return [name, value.replace(/^"(.*)"$/, '$1')] as const;
  });
  return pairs.filter(([name]) => name !== '');
}

const valuesOf = (cookies: Cookies, wanted: string) => cookies.filter(([name]) => name === wanted).map(([, value]) => value);

/** The sessions that the cookies name; a suffix after a dot is a load balancer's. */
export const sessionTokens = (cookies: Cookies): string[] => valuesOf(cookies, SESSION).map((value) => value.split('.')[0] ?? '');

export const sessionKeys = (cookies: Cookies): string[] => valuesOf(cookies, SESSION_KEY);

/** What a login sets. */
export const loginCookies = (token: string, sessionKey: string): string[] => [
  `${SESSION}=${token}; ${ATTRIBUTES}`,
  `${SESSION_KEY}=${sessionKey}; ${ATTRIBUTES}`,
];
