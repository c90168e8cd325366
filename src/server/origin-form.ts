import type { RequestListener } from 'node:http';

/**
 * Reads a target that is a whole URL, as one sends it to a proxy, like any other: its host counts in place of the `Host` header (RFC
 * 9112, section 3.2.2), so that whoever looks at that header looks at what was asked for.
 */
export function toOriginForm(next: RequestListener): RequestListener {
  return (request, response) => {
    const { url = '' } = request;
    if (!url.startsWith('/') && /^https?:/i.test(url) && URL.canParse(url)) {
      const { host, pathname, search } = new URL(url);
      request.url = `${pathname}${search}`;
      request.headers.host = host;
    }
    next(request, response);
  };
}
