import { html, Html } from './html.ts';
import { STYLE, STYLE_SOURCE } from './style.ts';

/** One page for a person. */
export interface Page {
  readonly title: string;
  /** Below the title. */
  readonly body: Html;
  /** A quiet word below the card. */
  readonly footer?: Html | undefined;
}

/** The frame of every page: no script, nothing loaded, one style sheet within. */
export function renderPage({ title, body, footer }: Page): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title} · Bailiwick</title>
        ${STYLE_ELEMENT}
      </head>
      <body>
        <header>${MARK} Bailiwick</header>
        <main>
          <h1>${title}</h1>
          ${body}
        </main>
        ${footer && html`<footer>${footer}</footer>`}
      </body>
    </html> `.text;
}

/** The policy holds for its exact text: no formatter may touch it. */
const STYLE_ELEMENT = new Html(`<style>${STYLE}</style>`);

/** A gate in a wall. */
const MARK = new Html(
  '<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="M3 21V5h4v3h3V5h4v3h3V5h4v16"/><path d="M9 21v-5a3 3 0 0 1 6 0v5"/><path d="M2 21h20"/></svg>',
);

/** Headers of a page without a form: nothing is loaded, run, kept, framed, or told to where the links lead. */
export const PAGE_HEADERS: Readonly<Record<string, string>> = headersFor("'none'");

/**
 * Headers of a page with a form, which is sent to this server. Browsers hold the answer's redirects to the same list, so that it
 * names where they may lead.
 *
 * @param leadsTo addresses: the redirect URI of a client, say. Any https address may follow: clients send the browser on from there.
 */
export function formHeaders(leadsTo: readonly string[] = []): Readonly<Record<string, string>> {
  const targets = ["'self'", ...(leadsTo.length === 0 ? [] : ['https:']), ...leadsTo.flatMap(toSource)];
  // Without a referrer a browser would not say either that the form comes from our own origin, and the form would be refused.
  return { ...headersFor(targets.join(' ')), 'referrer-policy': 'same-origin' };
}

function headersFor(formAction: string): Record<string, string> {
  return {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': `default-src 'none'; style-src ${STYLE_SOURCE}; frame-ancestors 'none'; base-uri 'none'; form-action ${formAction}`,
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
  };
}

/** What a policy calls an address: its origin, or the scheme of a program (`cursor:`). */
function toSource(address: string): string[] {
  if (!URL.canParse(address)) return [];
  const { protocol, origin } = new URL(address);
  if (protocol === 'https:') return [];
  return [protocol === 'http:' ? origin : protocol];
}
