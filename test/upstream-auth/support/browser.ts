/** What a person saw, and where. */
export interface Seen {
  readonly status: number;
  readonly url: string;
  readonly page: string;
}

/** A browser with cookies, whose user goes on from every page that has a link. */
export function createBrowser() {
  const cookies = new Map<string, string>();

  async function open(start: string, { follow = true } = {}): Promise<Seen> {
    let url = start;
    for (let hop = 0; hop < 10; hop += 1) {
      const cookie = [...cookies].map((pair) => pair.join('=')).join('; ');
      const response = await fetch(url, { redirect: 'manual', headers: { cookie } });
      const page = await response.text();
      for (const line of response.headers.getSetCookie()) {
        const [name = '', value = ''] = (line.split(';')[0] ?? '').split('=');
        cookies.set(name, value);
      }
      const link = /<a href="([^"]+)"/.exec(page)?.[1]?.replaceAll('&amp;', '&');
      const next = response.headers.get('location') ?? link;
      if (next === undefined || !follow) return { status: response.status, url, page };
      url = new URL(next, url).href;
    }
    throw new Error('too many redirects');
  }
  return { open };
}
