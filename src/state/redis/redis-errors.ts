/*
 * What errors of Redis and of its client mean for a step.
 */

/**
 * - `refused`: nothing was done, and trying again can help at once.
 * - `lost`: the connection broke, or nobody answered; it is not known whether the step was taken.
 * - `unable`: nothing was done, and will not be until someone acts.
 * - `full`: nothing was done, because Redis has no memory left. Steps that only give back still go through.
 * - `layout`: nothing was done, because the keys are absent, or of another version.
 */
export type Failure = 'refused' | 'lost' | 'unable' | 'full' | 'layout';

const REPLIES: readonly [RegExp, Failure][] = [
  [/^LAYOUT /, 'layout'],
  [/^OOM /, 'full'],
  [/^(READONLY|MASTERDOWN|LOADING|BUSY|TRYAGAIN|CLUSTERDOWN|MOVED|ASK|NOSCRIPT|UNBLOCKED) /, 'refused'],
];

const NEVER_SENT = /enableOfflineQueue|^Too many Cluster redirections|^No subscriber/;

export function toFailure(error: unknown): Failure {
  if (!(error instanceof Error)) return 'lost';
  // `script: …` and the like stand after the code, never before it.
  if (error.name === 'ReplyError') return REPLIES.find(([form]) => form.test(error.message))?.[1] ?? 'unable';
  return NEVER_SENT.test(error.message) ? 'refused' : 'lost';
}

/** What an operator can do about an error. The first that fits. */
const ADVICE: readonly [RegExp, string][] = [
  [/^(WRONGPASS|ERR invalid password)/, 'user name or password is wrong'],
  [/^NOAUTH/, 'it asks for a password: set state.redis.password'],
  [
    /^ERR AUTH <password> called|without any password configured/,
    'it has no password, but one is configured',
  ],
  [
    /^NOPERM/,
    'the user may not run a command that is needed; allow it +@all on the keys and channels of the prefix',
  ],
  [/DB index is out of range|SELECT is not allowed/, 'it does not have the database that the URL names'],
  [/cluster support disabled/, 'it is not a cluster: use state.redis.url'],
  [/^MOVED/, 'it is a node of a cluster: use state.redis.cluster'],
  [/^OOM/, 'it has no memory left: raise maxmemory'],
  [/^MISCONF/, 'it cannot save to disk, and takes no writes until it can'],
  [/^READONLY/, 'it is a replica, and takes no writes'],
  [/^NOREPLICAS/, 'it has too few replicas to take writes'],
  [/^LOADING/, 'it is still reading its data from disk'],
  [/^BUSY/, 'a script keeps it busy'],
  [/^Connection is closed|enableOfflineQueue|^Reached the max retries/, 'there is no connection to it'],
  [/^CLUSTERDOWN/, 'the cluster is down'],
  [/^WRONGTYPE/, 'another program uses the same keys: set another state.redis.prefix'],
];

/** Errors that no waiting mends: the settings do not fit the server. */
const WRONG_SETTINGS =
  /^(WRONGPASS|NOAUTH|NOPERM|MOVED|ERR invalid password|ERR AUTH )|DB index is out of range|SELECT is not allowed|cluster support disabled/;

export function isWrongSettings(error: Error): boolean {
  return WRONG_SETTINGS.test(toRoot(error).message);
}

/** What happened, in words for the log. */
export function describeError(error: Error): string {
  const root = toRoot(error);
  const advice = ADVICE.find(([form]) => form.test(root.message))?.[1];
  if (advice !== undefined && root.name !== 'ReplyError') return advice;
  const text = root.message === '' ? ((root as NodeJS.ErrnoException).code ?? root.name) : root.message;
  const plain = text.replace(/\.$/, '');
  return advice === undefined ? plain : `${advice} (${plain.slice(0, 120)})`;
}

/** What the client wraps: the last error of a node, or the first of several addresses. */
function toRoot(error: Error): Error {
  const { lastNodeError } = error as { lastNodeError?: unknown };
  if (lastNodeError instanceof Error) return toRoot(lastNodeError);
  if (error instanceof AggregateError && error.errors[0] instanceof Error) return toRoot(error.errors[0]);
  return error;
}

/** True where the client had no connection to send anything on. */
export function wasNeverSent(error: Error): boolean {
  return NEVER_SENT.test(error.message);
}

/** What may be kept and logged of an error: the client hangs the command on it, password and values included. */
export function withoutCommand(error: unknown): Error {
  const root = error instanceof Error ? toRoot(error) : new Error(String(error));
  const { code } = root as NodeJS.ErrnoException;
  return Object.assign(new Error(root.message), { name: root.name }, code === undefined ? {} : { code });
}
