/** One for each key of a limit, by its place. A test reads them as limits. */
export const LIMIT_EXAMPLES: Readonly<Record<string, unknown>> = {
  'limit.id': 'agents-per-month',
  'limit.who': { team: 'customer-care' },
  'limit.what': { access: ['write', 'destructive'] },
  'limit.rate': { calls: 10, per: 'minute', by: 'principal' },
  'limit.concurrency': 5,
  'limit.budget': { usd: 50, per: 'month' },
  'limit.by': 'principal',
  'limit.mode': 'soft',
  'rate.calls': 10,
  'rate.tokens': 100_000,
  'rate.per': 'minute',
  'rate.by': 'principal',
  'rate.mode': 'soft',
  'budget.usd': 0.25,
  'budget.tokens': 5_000_000,
  'budget.calls': 1000,
  'budget.per': 'month',
  'budget.timeZone': 'Europe/Berlin',
  'budget.alertAt': [0.5, 0.9],
  'budget.by': 'team',
  'budget.mode': 'hard',
  'budget.onLoss': 'release',
};

export const LIMITS_INTRODUCTION = `## Limits

What is permitted can be limited: how fast, how much at one time, and how much in all.

\`\`\`yaml
limits:
  # No caller is faster than 120 calls in any minute.
  - { id: pace, rate: { calls: 120, per: minute, by: principal } }

  # Whoever writes does so slowly, and one call at a time for each key.
  - id: writes
    what: { access: [write, destructive] }
    by: key
    rate: { calls: 10, per: minute }
    concurrency: 1

  # The team's agents together spend at most 50 USD in a calendar month of Berlin, and 5 USD in an hour raise an alert.
  - id: customer-care-month
    who: { team: customer-care }
    budget:
      - { usd: 50, per: month, timeZone: Europe/Berlin }
      - { usd: 5, per: hour, mode: soft }
\`\`\`

Every limit whose \`who\` and \`what\` match a call applies to it, and all of them must have room; a call that one of them refuses
counts in none. Room is taken before a call, for the most that it can cost, and given back after it as far as it cost less. A \`hard\`
limit is therefore never passed: a call that could pass it is refused with [\`LIMIT_EXCEEDED\`](errors.md), which names the limits
and says what the call can take and when there may be room again; of a count by \`principal\`, \`key\` or \`team\` also what is left.
A \`soft\` limit refuses nothing and raises an alert.

**Counted by.** \`by\` says what has a count of its own: with \`rule\`, the default, all that the limit matches is counted together;
with \`principal\`, each caller (issuer and subject) by itself; with \`team\`, \`key\`, \`client\`, \`source\`, \`tool\` or \`model\`, each of
those. What has none, a caller without a team for example, shares one count with the others that have none. \`by\` and \`mode\` on the
limit are for all that it measures; in a \`rate\`, a \`concurrency\` or a \`budget\` they are for that one, and count before those.

**Rate and budget.** A \`rate\` looks back from each call: at most so many in the last minute. A \`budget\` begins anew with each
hour, day or month of the calendar, in its \`timeZone\`. There is no \`week\`: of a budget take \`day\` or \`month\`, of a rate \`day\`.

**Amounts** are whole numbers, of \`usd\` with up to 9 decimals, and each entry has exactly one: money, tokens and calls are three
budgets, written as a list. 0 allows nothing. What a call costs in money and tokens is the
[\`price\`](configuration.md#sources) of its source or tool; without one it is one call and costs nothing. \`bailiwick check\` finds limits that
never count anything, and those that a single call is too large for. \`bailiwick spend\` says what was [spent](state.md#spending), and how full
each budget is.`;

export const CONCURRENCY = `\`concurrency\` is a number of calls, or \`{ calls: 5, by: principal, mode: soft }\` where \`by\` or \`mode\` is for it alone.`;
