import type { AddCommand } from './command.ts';

/** In the order in which a new user needs them. */
const COMMANDS: Readonly<Record<string, () => Promise<AddCommand>>> = {
  serve: async () => (await import('./serve.ts')).addServe,
  connect: async () => (await import('./connect.ts')).addConnect,
  tools: async () => (await import('./tools.ts')).addTools,
  call: async () => (await import('./call.ts')).addCall,
  find: async () => (await import('./find/find.ts')).addFind,
  plan: async () => (await import('./plan.ts')).addPlan,
  compile: async () => (await import('./compile.ts')).addCompile,
  check: async () => (await import('./check.ts')).addCheck,
  policy: async () => (await import('./policy/policy.ts')).addPolicy,
  audit: async () => (await import('./audit/audit.ts')).addAudit,
  search: async () => (await import('./search/search.ts')).addSearch,
  hints: async () => (await import('./hints/hints.ts')).addHints,
  spend: async () => (await import('./spend/spend.ts')).addSpend,
  login: async () => (await import('./login.ts')).addLogin,
  logins: async () => (await import('./logins.ts')).addLogins,
  logout: async () => (await import('./logout.ts')).addLogout,
  keys: async () => (await import('./keys/keys.ts')).addKeys,
  whoami: async () => (await import('./whoami/whoami.ts')).addWhoami,
  revoke: async () => (await import('./revoke/revoke.ts')).addRevoke,
  schema: async () => (await import('./schema.ts')).addSchema,
  'demo-api': async () => (await import('./demo-api.ts')).addDemoApi,
};

/**
 * The commands that a command line needs: the one that its first word names, or all of them where it names none, for there
 * is help or a suggestion to give. What the others are made of is not read, which is half of the time that a start takes.
 */
export function loadCommands(first: string | undefined): Promise<AddCommand[]> {
  const named = first !== undefined && Object.hasOwn(COMMANDS, first) ? COMMANDS[first] : undefined;
  return Promise.all((named ? [named] : Object.values(COMMANDS)).map((load) => load()));
}
