import type { PageOf } from './page-of.ts';
import { NOT_ASKED } from './choose-page.ts';
import { clientRows, nameOf } from './client-facts.ts';
import type { Page } from './frame.ts';
import { html } from './html.ts';

const PROBLEMS = {
  'not-valid': 'This key is not valid. Check that you copied all of it, and that it has not expired.',
  'too-many': 'Too many keys were tried. Wait a minute, then try again.',
} as const;

/** Asks for a key. */
export function keyPage({ client, action, csrf, problem, otherUrl }: PageOf<'key'>): Page {
  return {
    // A screen reader says the title first.
    title: problem ? 'Not signed in yet' : 'Sign in',
    body: html`${problem && html`<p class="problem" id="problem" role="alert">${PROBLEMS[problem]}</p>`}
      <p><strong>${nameOf(client)}</strong> wants to use the tools of this server for you.</p>
      <dl>${clientRows(client)}</dl>
      <form method="post" action="${action}">
        <input type="hidden" name="csrf" value="${csrf}" />
        <!-- Password managers keep the key under this name. -->
        <input type="text" name="username" value="Bailiwick" autocomplete="username" hidden />
        <label for="key">Your key</label>
        <input
          id="key"
          name="key"
          type="password"
          required
          autofocus
          autocomplete="current-password"
          autocapitalize="none"
          spellcheck="false"
          aria-describedby="${problem ? 'problem hint' : 'hint'}"
          ${problem && html`aria-invalid="true"`}
        />
        <p class="hint" id="hint">
          The key of this server that you were given. The program does not get to see it.
        </p>
        <p class="buttons"><button>Sign in</button></p>
        ${otherUrl !== undefined ? html`<p class="aside"><a href="${otherUrl}">Sign in another way</a></p>` : undefined}
      </form>`,
    footer: NOT_ASKED,
  };
}
