/** What a person types into fields, by their names. */
export type Answers = Readonly<Record<string, string>>;

/** A page that a person saw. */
export interface Page {
  readonly status: number;
  readonly url: string;
  readonly html: string;
}

export interface Person {
  /** Every page seen so far. */
  readonly pages: readonly Page[];
  /**
   * Opens an address and goes on, by redirects and by submitting every form, until the browser is sent to an address that
   * starts with `until`, which is not opened.
   *
   * @returns that address
   * @throws where a page leads nowhere; its text is in the message
   */
  signIn(start: string, until: string): Promise<URL>;
}

/**
 * Somebody with a browser that keeps cookies by host and runs no script. `answers` are typed where a form asks for them, and where
 * a form has several buttons the first whose text matches `press` is pressed.
 */
export function createPerson(answers: Answers, press = /^(allow|sign in|log in|continue)/i): Person {
  const cookies = new Map<string, Map<string, string>>();
  const pages: Page[] = [];

  const request = async (url: URL, form: URLSearchParams | undefined): Promise<Response> => {
    const jar = cookies.get(url.host) ?? new Map<string, string>();
    cookies.set(url.host, jar);
    const response = await fetch(url, {
      redirect: 'manual',
      headers: {
        cookie: [...jar].map((pair) => pair.join('=')).join('; '),
        // As a browser does for a form of the same origin.
        ...(form && { origin: url.origin }),
      },
      ...(form && { method: 'POST', body: form }),
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '' || /expires=Thu, 01 Jan 1970/i.test(line)) jar.delete(name);
      else jar.set(name, value);
    }
    return response;
  };

  return {
    pages,
    async signIn(start, until) {
      let url = new URL(start);
      let form: URLSearchParams | undefined;
      for (let hop = 0; hop < 30; hop += 1) {
        if (url.href.startsWith(until)) return url;
        // oxlint-disable-next-line no-await-in-loop -- one page leads to the next
        const response = await request(url, form);
        // oxlint-disable-next-line no-await-in-loop
        const html = await response.text();
        const location = response.headers.get('location');
        if (location !== null) {
          url = new URL(location, url);
          form = undefined;
          continue;
        }
        pages.push({ status: response.status, url: url.href, html });
        const next = submit(html, url, answers, press);
        if (!next) throw new Error(`${url.pathname} leads nowhere (${response.status}): ${textOf(html)}`);
        ({ url, form } = next);
      }
      throw new Error(`the sign-in does not end; the last page was ${textOf(pages.at(-1)?.html ?? '')}`);
    },
  };
}

/** Fills the first form of a page, presses its button, and says where that leads. */
function submit(
  html: string,
  base: URL,
  answers: Answers,
  press: RegExp,
): { url: URL; form: URLSearchParams | undefined } | undefined {
  const forms = [...html.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/g)].map(([, head = '', body = '']) => ({
    head,
    body,
    buttons: [...body.matchAll(/<button\b([^>]*)>([\s\S]*?)<\/button>/g)],
  }));
  const chosen =
    forms.find(({ buttons }) => buttons.some(([, , label = '']) => press.test(textOf(label)))) ?? forms[0];
  if (!chosen) return undefined;
  const fields = new URLSearchParams();
  for (const [tag] of chosen.body.matchAll(/<input\b[^>]*>/g)) {
    const name = attribute(tag, 'name');
    if (name === undefined) continue;
    const isBox = /type="(checkbox|radio)"/.test(tag);
    if (isBox && !/\bchecked\b/.test(tag)) continue;
    fields.append(name, answers[name] ?? attribute(tag, 'value') ?? (isBox ? 'on' : ''));
  }
  const [, head = ''] =
    chosen.buttons.find(([, , label = '']) => press.test(textOf(label))) ?? chosen.buttons[0] ?? [];
  const name = attribute(head, 'name');
  if (name !== undefined) fields.set(name, attribute(head, 'value') ?? '');
  const url = new URL(attribute(chosen.head, 'action') ?? '', base);
  if (/method="post"/i.test(chosen.head)) return { url, form: fields };
  url.search = fields.toString();
  return { url, form: undefined };
}

function attribute(tag: string, name: string): string | undefined {
  return new RegExp(`\\s${name}="([^"]*)"`)
    .exec(tag)?.[1]
    ?.replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}

function textOf(html: string): string {
  return html
    .replaceAll(/<(style|title)[\s\S]*?<\/\1>/g, '')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
}
