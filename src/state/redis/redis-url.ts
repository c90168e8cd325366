/** What a URL of Redis says. */
export interface RedisUrl {
  readonly host: string;
  /** Absent: the usual one of what listens there. */
  readonly port?: number;
  readonly secure: boolean;
  readonly database: number;
  readonly username: string | undefined;
  readonly password: string | undefined;
}

const FORM = 'write redis://host:port/database, or rediss:// for TLS';

/** A URL of Redis, or what is wrong with it, as the end of a sentence. The text itself is never repeated: it may hold a password. */
export function parseRedisUrl(text: string): RedisUrl | string {
  const url = URL.parse(text);
  if (url === null) return `must be a URL; ${FORM}`;
  if (url.protocol !== 'redis:' && url.protocol !== 'rediss:')
    return `must begin with redis: or rediss:; ${FORM}`;
  const database = /^\/?(\d{0,5})\/?$/.exec(url.pathname)?.[1];
  if (url.hostname === '') return `must name a host; ${FORM}`;
  if (database === undefined) return `must end with the number of a database, or with nothing; ${FORM}`;
  if (url.search !== '' || url.hash !== '') return `must not have more than that; ${FORM}`;
  const [username, password] = [decode(url.username), decode(url.password)];
  if (username === false || password === false)
    return 'must have user name and password percent-encoded (`%25` for `%`)';
  return {
    host: url.hostname.replaceAll(/^\[|\]$/g, ''),
    ...(url.port !== '' && { port: Number(url.port) }),
    secure: url.protocol === 'rediss:',
    database: Number(database),
    username,
    password,
  };
}

/** Undefined where there is none; false where it cannot be decoded. */
function decode(text: string): string | undefined | false {
  if (text === '') return undefined;
  try {
    return decodeURIComponent(text);
  } catch {
    return false;
  }
}
