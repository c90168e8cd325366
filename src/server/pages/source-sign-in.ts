import type { SignInEnd, SignInStart } from '../../upstream/mcp/auth/sign-in-desk.ts';
import { renderPage } from './frame.ts';
import { html } from './html.ts';
import { toSentence } from './sentence.ts';

/** Says who is about to sign in where, before it leads on: who was sent a link by somebody else can see that. */
export function startPage({ source, subject, authorizationUrl }: SignInStart): string {
  const { host } = new URL(authorizationUrl);
  return renderPage({
    title: `Sign in to ${source}`,
    body: html`<p>The program that you use wants to act for you at <strong>${source}</strong>.</p>
      <dl>
        <div>
          <dt>You are</dt>
          <dd>${subject}</dd>
        </div>
        <div>
          <dt>Sign in at</dt>
          <dd>${host}</dd>
        </div>
      </dl>
      <p class="buttons"><a href="${authorizationUrl}" class="button">Sign in at ${host}</a></p>`,
    footer: html`If you are not ${subject}, or did not ask for this, close this page: whoever sent you here
    would act with your account.`,
  });
}

export function endPage(end: SignInEnd): string {
  if (end.ok) {
    return renderPage({
      title: `Signed in to ${end.source}`,
      body: html`<p>${end.subject} is signed in to <strong>${end.source}</strong>.</p>
        <p>Go back to your program; you can close this page.</p>`,
    });
  }
  return renderPage({
    title: 'Not signed in',
    body: html`<p class="problem">${toSentence(end.problem)}</p>
      <p>
        Nothing was changed. To try again, go back to your program and let it ask again; you can close this
        page.
      </p>`,
  });
}

export function unknownPage(): string {
  return renderPage({
    title: 'This link is over',
    body: html`<p>It was used, or is older than ten minutes.</p>
      <p>Go back to your program and call the tool again to get a new one; you can close this page.</p>`,
  });
}
