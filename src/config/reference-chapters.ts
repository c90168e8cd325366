/** What `docs/configuration.md` says beside the tables. */
export const REFERENCE_CHAPTERS = `## Secrets

Anywhere inside a text value, \`\${env:NAME}\` stands for an environment variable of Bailiwick and \`\${file:path}\` for the content of
a file, without its last line break. A variable or file that is missing or empty is an error. Keys of mappings are taken as they
are. \`$\${\` stands for a literal \`\${\`; any other \`\${…}\` is an error, so that a mistyped reference is not sent as a password.

\`\`\`yaml
sources:
  issues:
    mcp:
      url: https://mcp.example.com/mcp
      headers:
        Authorization: Bearer \${env:ISSUES_TOKEN}
        X-Tenant: \${file:secrets/tenant}
\`\`\`

What a reference stands for is always text. It appears in no error, and where the configuration is printed the reference stands
as it was written; credentials that stand in the file itself are printed as \`***\`.

## Paths

Paths are relative to the folder of the configuration file, wherever Bailiwick is started; so is a program of \`mcp.command\` that
is named with a path, as that folder is its working directory unless \`cwd\` says otherwise. Documents, policies, certificates
and working directories that are named must exist. The default \`policies/\` may be absent; then every call is denied. A lock may be
absent: one that \`lock\` names then holds every tool back.

| What | Largest size |
| --- | --- |
| configuration file, policy file, certificate or key, file of a \`\${file:…}\` | 1 MiB |
| OpenAPI document, lock | 64 MiB |

## The YAML that is read

YAML 1.2 with its core schema, one document in the file: \`yes\`, \`no\` and dates are text. Anchors and aliases work; tags, merge
keys (\`<<\`) and duplicate keys are errors. A value is nested at most 64 levels deep, and a file has at most 50,000 values, those
that aliases repeat included.

## Changes while Bailiwick runs

Bailiwick watches the configuration file, the lock, the policies, the OpenAPI documents, the certificates and the files of
\`\${file:…}\`. It sees a file that is written in place, replaced, deleted and made again, a new policy file in a policy folder, and
the new target of a mounted Kubernetes ConfigMap or Secret. File systems that report no changes are looked at every five
seconds. A file that is rewritten with the same content is no change. Environment variables are read at a start and at each such
change, from the environment that Bailiwick was started with.

A change that does not pass its checks is reported like an error at the start, and what ran before goes on running.

| Takes effect while running | Needs a restart |
| --- | --- |
| \`identity\`, \`sources\`, \`policies\`, \`shadow\`, \`ledger\`, \`lock\`, \`audit\` except \`audit.dir\`, \`schemas\`, \`results\` | \`server\`, new content of its certificate included; \`state\`; \`audit.dir\` |`;
