import { isSecretName } from './secret-name.ts';

/** What stands in a secret's place. */
export const SECRET = '[secret]';

/** Credentials that are known by their form, wherever they stand in a text. */
const FORMS: readonly RegExp[] = [
  // PEM (RFC 7468), whole or cut off.
  /-----BEGIN [A-Z0-9 ]{1,64}-----[\s\S]*?(?:-----END [A-Z0-9 ]{1,64}-----|$)/g,
  // JWS and JWE in their compact forms (RFC 7515, RFC 7516): a header begins with `{"`.
  /\beyJ[\w-]{4,}\.[\w-]*(?:\.[\w-]*){0,3}/g,
  /\bbwk?_[\w-]{12,}/g,
  // AWS: ids of access keys, and the keys themselves, which are forty characters of mixed Base64.
  /\b(?:AKIA|ASIA|ABIA|ACCA|AROA|AIDA)[A-Z0-9]{16}\b/g,
  /(?<![\w/+])(?=[\w/+]{0,39}[A-Z])(?=[\w/+]{0,39}[a-z])(?=[\w/+]{0,39}\d)[A-Za-z0-9/+]{40}(?![\w/+=])/g,
  // GitHub and GitLab.
  /\b(?:gh[pousr]_\w{16,}|github_pat_\w{20,}|gl(?:pat|dt|rt|cbt|ptt|ft|soat)-[\w.-]{16,})/g,
  // Slack, and its webhooks.
  /\b(?:xox[abceoprs]-|xapp-)[\w-]{8,}/g,
  /\bhooks\.slack\.com\/(?:services|workflows|triggers)\/[\w/-]+/g,
  // Azure: account keys, client secrets, signed URLs, keys with a signature of their own.
  /[A-Za-z0-9+/]{86}==/g,
  /(?<![\w~.-])[\w~.-]{3}\dQ~[\w~.-]{31,34}/g,
  /(?<=[?&;\s]sig=)[\w%/+=-]{16,}/g,
  /\b[A-Za-z0-9]{52}JQQJ9[A-Za-z0-9]{10,30}/g,
  // Google.
  /\bAIza[\w-]{30,}/g,
  /\bya29\.[\w-]{16,}/g,
  /\bGOCSPX-[\w-]{16,}/g,
  // Stripe, and the many who do as it does: OpenAI, Anthropic, npm, Hugging Face, DigitalOcean, SendGrid, PyPI.
  /\b(?:[sr]k_(?:live|test)_\w{8,}|whsec_[\w+/=]{8,})/g,
  /\bsk-[\w-]{16,}/g,
  /\b(?:npm_\w{20,}|hf_\w{20,}|do[opr]_v1_\w{20,}|SG\.[\w-]{16,}\.[\w-]{16,}|pypi-[\w-]{16,})/g,
];

/** What at least has to be in a text for one of the forms to be: one look instead of twenty at texts that hold none. */
const HINT =
  /-----BEGIN|eyJ|bwk?_|A(?:KIA|SIA|BIA|CCA|ROA|IDA)|gh[pousr]_|github_pat_|gl(?:pat|dt|rt|cbt|ptt|ft|soat)-|xox|xapp-|hooks\.|Q~|sig=|JQQJ|AIza|ya29|GOCSPX|[sr]k_|whsec_|sk-|npm_|hf_|do[opr]_v|SG\.|pypi-|[A-Za-z0-9+/]{40}/;

/** The name and password in a URL (RFC 3986, section 3.2.1). */
const USERINFO = /(?<=\b[a-z][a-z0-9+.-]{0,30}:\/\/)[^\s/?#]*(?=@)/gi;

/** The credentials behind an authentication scheme (RFC 9110, section 11.4). */
const SCHEMES = [
  /(?<=\bbearer\s{1,8})[^\s"'\\,;[]{6,}/gi,
  /(?<=\b(?:Basic|basic|BASIC)\s{1,8})(?=[\w+/]{0,64}[A-Z\d=])[\w+/-]{8,}={0,2}/g,
];

/** A header that holds nothing but credentials: all of its line. */
const HEADER =
  /(?<=\b(?:authorization|cookie|api-?key)\\{0,4}["']?\s{0,4}[:=]\s{0,4}\\{0,4}["']?)[^\s"'\\[][^\r\n"'\\]*/gi;

/** A name and what joins it to its value: `name=`, `name: `, `"name": "`, `\"name\":`, `<name>`, `name%3D`, `--name `. */
const NAMED = /([A-Za-z][\w.-]{1,63})(?:\\{0,4}["']?\s{0,4}(=>?|:)\s{0,4}|(>|%3D)|\s{1,4})/gi;

/** The value behind what joined it to its name. */
const VALUES = {
  '=': /\\{0,4}"(?:[^"\\]|\\.)*"?|'[^']*'?|[[{][^\]}]*[\]}]?|[^\s&;,"']+/y,
  // As in YAML, a text without quotes goes on to the end of its line, and one behind `|` to the end of its block.
  ':': /\\{0,4}"(?:[^"\\]|\\.)*"?|'[^']*'?|[|>][-+\d]{0,2}[ \t]*(?:\r?\n[ \t]+[^\r\n]*)+|[[{][^\]}]*[\]}]?|[^\s,;}&"'/][^\r\n,;}&"']*/y,
  '>': /[^<]+/y,
  '%3d': /[^\s&;,"'%]+/y,
  ' ': /"[^"]*"?|'[^']*'?|[^\s"'-]\S*/y,
};

/** A value that was masked before, by its form or as JSON. */
const MASKED = /^(?:\[secret\]|\\{0,8}["']\[secret\]\\{0,8}["'])/;

/** A Secret of Kubernetes in YAML, and what it holds. */
const KUBERNETES_SECRET = /^\s{0,16}kind:\s{1,4}["']?Secret\b/m;
const KUBERNETES_DATA =
  /^(?<before>(?<margin>[ \t]{0,16})(?:data|stringData):[ \t]*)(?:\r?\n\k<margin>[ \t]+[^\r\n]*)+/gm;

/**
 * A text with whatever looks like a credential replaced.
 *
 * Known forms (tokens, keys, PEM blocks), what stands behind `Bearer`, the password in a URL, and what is assigned to a name
 * that says secret. Takes time in proportion to the text, so callers bound its length.
 */
export function maskCredentials(text: string): string {
  if (text.length < 3) return text;
  let masked = text;
  if (HINT.test(masked)) for (const form of FORMS) masked = masked.replaceAll(form, SECRET);
  if (masked.includes('://') && masked.includes('@')) masked = masked.replaceAll(USERINFO, SECRET);
  if (/bearer|basic/i.test(masked)) {
    for (const scheme of SCHEMES) masked = masked.replaceAll(scheme, SECRET);
  }
  if (!/[:=<%"']|(?:^|\s)-/.test(masked)) return masked;
  if (KUBERNETES_SECRET.test(masked)) masked = masked.replaceAll(KUBERNETES_DATA, `$<before>${SECRET}`);
  if (/authorization|cookie|api-?key/i.test(masked)) masked = masked.replaceAll(HEADER, SECRET);
  return maskNamed(masked);
}

/** A value may itself hold names and values, so only the values of secret names are passed over. */
function maskNamed(text: string): string {
  let masked = '';
  let end = 0;
  for (const match of text.matchAll(NAMED)) {
    const [whole, name = ''] = match;
    if (match.index < end || !isSecretName(name)) continue;
    const from = match.index + whole.length;
    const value = valueBehind(match, text[match.index - 1] ?? '', text[from] ?? '');
    if (value === undefined) continue;
    value.lastIndex = from;
    const found = value.exec(text)?.[0] ?? '';
    if (found === '' || MASKED.test(found)) continue;
    masked += text.slice(end, from) + SECRET;
    end = from + found.length;
  }
  return masked + text.slice(end);
}

/** How the value behind a name is written; undefined where the name stands for itself. */
function valueBehind([, , join, close]: RegExpExecArray, before: string, next: string): RegExp | undefined {
  if (join !== undefined) return VALUES[join === ':' ? ':' : '='];
  if (close === '>') return before === '<' || before === ':' ? VALUES['>'] : undefined;
  if (close !== undefined) return VALUES['%3d'];
  // `--password x`, and `PASSWORD 'x'` of SQL.
  return before === '-' || next === "'" || next === '"' ? VALUES[' '] : undefined;
}
