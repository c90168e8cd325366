const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** How a loopback listener may be called by its clients. */
const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '[::1]'];

/**
 * The URLs by which a request may have been sent here, each as {@link toComparable} gives them: that of the public address, or of a
 * listener that only this machine reaches, by each of its names.
 *
 * @param target as it was sent: a path with a query, or a whole URL (RFC 9112, section 3.2)
 */
export function targetUrls(baseUrl: string, target: string): string[] {
  const path = target.startsWith('/') ? target : pathOf(target);
  const base = new URL(baseUrl);
  const prefix = base.pathname.replace(/\/$/, '');
  const names = LOOPBACK.test(base.hostname) ? LOOPBACK_NAMES : [base.hostname];
  const port = base.port === '' ? '' : `:${base.port}`;
  const urls = names.map((name) => toComparable(`${base.protocol}//${name}${port}${prefix}${path}`));
  return urls.filter((url) => url !== undefined);
}

/**
 * A URL without query and fragment, normalised by syntax and by scheme (RFC 3986, sections 6.2.2 and 6.2.3). Undefined for what is
 * no http URL, or names a user.
 */
export function toComparable(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const { protocol, host, username, password, pathname } = new URL(text);
  if (!/^https?:$/.test(protocol) || username !== '' || password !== '') return undefined;
  return `${protocol}//${host}${pathname.replace(/%[0-9a-f]{2}/gi, toNormalOctet)}`;
}

/** Unreserved characters stand for themselves; of all others the digits are upper case. */
function toNormalOctet(octet: string): string {
  const character = String.fromCharCode(Number.parseInt(octet.slice(1), 16));
  return /[A-Za-z0-9._~-]/.test(character) ? character : octet.toUpperCase();
}

function pathOf(target: string): string {
  return URL.canParse(target) ? new URL(target).pathname : `/${target}`;
}
