import { escapeControls } from '../telemetry/escape.ts';
import type { SignInEnd, SignInStart } from '../upstream/mcp/auth/sign-in-desk.ts';

/** Headers of every page: nothing is loaded, run, kept, framed, or told to where the links lead. */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy':
    "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
};

/** Says who is about to sign in where, before it leads on: who was sent a link by somebody else can see that. */
export function startPage({ source, subject, authorizationUrl }: SignInStart): string {
  const { host } = new URL(authorizationUrl);
  return page(
    `Sign in to ${source}`,
    `<p>The program that you use wants to act for <strong>${escape(subject)}</strong> at <strong>${escape(source)}</strong>. You will sign in at <strong>${escape(host)}</strong>.</p>
<p><a href="${escape(authorizationUrl)}">Sign in at ${escape(host)}</a></p>
<p>If you are not ${escape(subject)}, or did not ask for this, close this page: whoever sent you here would act with your account.</p>`,
  );
}

export function endPage(end: SignInEnd): string {
  if (end.ok) {
    return page(
      `Signed in to ${end.source}`,
      `<p>${escape(end.subject)} is signed in to <strong>${escape(end.source)}</strong>. Go back to your program; you can close this page.</p>`,
    );
  }
  return page('Not signed in', `<p>${escape(toSentence(end.problem))}</p>`);
}

export function unknownPage(): string {
  return page(
    'This link is over',
    '<p>It was used, or is older than ten minutes. Call the tool again to get a new one.</p>',
  );
}

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}</title>
</head>
<body>
<h1>${escape(title)}</h1>
${body}
</body>
</html>
`;
}

function toSentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Also what hides text or turns it round: a name shall not read as somebody else's. */
function escape(text: string): string {
  return escapeControls(text).replaceAll(/[&<>"']/g, (one) => ENTITIES[one] ?? '');
}
