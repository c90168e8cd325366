import { createHash } from 'node:crypto';

/** The style sheet of every page. Fonts are those of the system; colours have a contrast of at least 4.5 to what is behind them. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --ink: #1a2027; --quiet: #55606c; --paper: #f4f5f6; --card: #ffffff; --line: #d7dce1; --edge: #7a8591;
  --accent: #17604a; --accent-ink: #ffffff; --accent-over: #104a38; --bad: #a3221b; --bad-paper: #fdf0ef;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ink: #e9ecef; --quiet: #a7b1bb; --paper: #121518; --card: #1b2024; --line: #333b43; --edge: #8a95a0;
    --accent: #86d7b7; --accent-ink: #0c2019; --accent-over: #a5e5cc; --bad: #ffa39b; --bad-paper: #371d1b;
  }
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0; padding: 1.25rem; min-height: 100vh; min-height: 100svh; display: grid; align-content: start; justify-items: center;
  background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
  overflow-wrap: anywhere;
}
@media (min-width: 40rem) and (min-height: 40rem) { body { padding-top: 12vh; } }
header, main, footer { width: 100%; max-width: 27rem; }
header { display: flex; align-items: center; gap: .5rem; margin: 0 0 1rem; padding: 0 .25rem; font-weight: 600; }
header svg { width: 1.5rem; height: 1.5rem; flex: none; color: var(--accent); }
main { background: var(--card); border: 1px solid var(--line); border-radius: .75rem; padding: 1.75rem 1.5rem; }
footer { margin-top: 1rem; padding: 0 .25rem; color: var(--quiet); font-size: .875rem; }
h1 { margin: 0 0 .75rem; font-size: 1.375rem; line-height: 1.3; font-weight: 650; text-wrap: balance; }
h2 { margin: 1.5rem 0 .5rem; font-size: 1rem; font-weight: 650; }
p { margin: 0 0 .75rem; }
p:last-child, ul:last-child, dl:last-child, form:last-child { margin-bottom: 0; }
.quiet { color: var(--quiet); font-size: .9375rem; }
strong { font-weight: 650; }
code { font: .9375em ui-monospace, "SF Mono", "Cascadia Mono", "Roboto Mono", monospace; }
dl { margin: 0 0 1rem; border-top: 1px solid var(--line); }
dl > div { display: grid; grid-template-columns: 7rem 1fr; gap: .75rem; padding: .5rem 0; border-bottom: 1px solid var(--line); }
dt { color: var(--quiet); }
dd { margin: 0; min-width: 0; font-weight: 550; }
dd .quiet { display: block; font-weight: 400; }
ul { margin: 0 0 1rem; padding: 0; list-style: none; }
li { padding: .375rem 0 .375rem 1.25rem; position: relative; }
li::before { content: ""; position: absolute; left: .125rem; top: 1.0625rem; width: .375rem; height: .375rem; border-radius: 50%; background: var(--accent); }
li .quiet { display: block; }
form { margin: 1.25rem 0 0; }
label { display: block; margin-bottom: .375rem; font-weight: 600; }
input {
  display: block; width: 100%; min-height: 2.875rem; padding: .5rem .75rem; border: 1px solid var(--edge); border-radius: .5rem;
  background: var(--card); color: var(--ink); font: inherit;
}
input[aria-invalid="true"] { border-color: var(--bad); }
.hint { margin: .375rem 0 0; color: var(--quiet); font-size: .875rem; }
.problem { margin: 0 0 1rem; padding: .625rem .75rem; border-left: .25rem solid var(--bad); border-radius: .25rem; background: var(--bad-paper); color: var(--bad); }
.buttons { display: flex; flex-wrap: wrap; gap: .75rem; margin: 1.25rem 0 0; }
.stacked { flex-direction: column; }
button, .button {
  flex: 1 1 9rem; min-height: 2.875rem; padding: .625rem 1rem; border: 1px solid var(--accent); border-radius: .5rem; background: var(--accent);
  color: var(--accent-ink); font: inherit; font-weight: 600; text-align: center; text-decoration: none; cursor: pointer;
}
button:hover, .button:hover { background: var(--accent-over); border-color: var(--accent-over); }
button.second, .button.second { background: transparent; border-color: var(--edge); color: var(--ink); }
button.second:hover, .button.second:hover { background: var(--paper); }
.stacked > .button { flex: none; }
a { color: var(--accent); }
.aside { margin: 1rem 0 0; text-align: center; font-size: .9375rem; }
button.link { flex: none; min-height: 0; padding: .25rem .5rem; border-color: transparent; background: none; color: var(--accent); font-weight: 400; text-decoration: underline; }
button.link:hover { background: none; border-color: transparent; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
`;

/** What a content security policy says of it. */
export const STYLE_SOURCE = `'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`;
