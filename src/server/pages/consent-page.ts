import type { PageOf } from './page-of.ts';
import { NOT_ASKED } from './choose-page.ts';
import { clientRows, nameOf } from './client-facts.ts';
import type { Page } from './frame.ts';
import { html } from './html.ts';

/** Asks whether a program may act for somebody: who asks, what for, and as whom. */
export function consentPage(page: PageOf<'consent'>): Page {
  const { client, person, scopes, withheld, action, csrf } = page;
  const name = nameOf(client);
  return {
    title: `Let ${name} act for you?`,
    body: html`<dl>
        ${clientRows(client)}
        <div>
          <dt>You are</dt>
          <dd>
            ${person.name ?? person.subject}
            ${person.name === undefined ? undefined : html`<span class="quiet">${person.subject}</span>`}
          </dd>
        </div>
      </dl>
      <h2>${scopes.length === 0 ? 'What it may do' : 'It may, in your name:'}</h2>
      ${
        scopes.length === 0
          ? html`<p>Connect, and use what you may use here without a scope.</p>`
          : html`<ul>
                ${scopes.map(
                  (scope) =>
                    html`<li>
                      ${scope.description ?? html`<code>${scope.name}</code>`}
                      ${scope.description === undefined ? undefined : html`<code class="quiet">${scope.name}</code>`}
                    </li>`,
                )}
              </ul>
              <p class="quiet">And use what you may use here without a scope.</p>`
      }
      ${
        withheld.length === 0
          ? undefined
          : html`<p class="quiet">
              It also asked for
              ${withheld.map((one, index) => html`${index === 0 ? '' : ', '}<code>${one}</code>`)}. You do not
              have that, so it does not get it.
            </p>`
      }
      <form method="post" action="${action}">
        <input type="hidden" name="csrf" value="${csrf}" />
        <p class="buttons">
          <button name="decision" value="deny" class="second">Refuse</button>
          <button name="decision" value="allow">Allow</button>
        </p>
        <p class="aside">
          <button name="decision" value="other" class="link">Sign in as somebody else</button>
        </p>
      </form>`,
    footer: NOT_ASKED,
  };
}
