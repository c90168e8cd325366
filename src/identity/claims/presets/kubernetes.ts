import type { JsonObject } from '../../../catalog/json.ts';
import { unauthenticated } from '../../unauthenticated.ts';
import { findClaim } from '../find-claim.ts';
import type { Preset } from './preset.ts';

/** RFC 1123 names, as Kubernetes has them. */
const SUBJECT =
  /^system:serviceaccount:([a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?):([a-z0-9](?:[-.a-z0-9]{0,251}[a-z0-9])?)$/;

/** Tokens of service accounts that a cluster makes for pods and for `kubectl create token`. */
export const kubernetes: Preset = {
  subject: 'sub',
  scopes: () => [],
  groups: () => [],
  team: [],
  client: [],
  // The pod and the node that a token is bound to.
  isVolatile: (name) => name === 'kubernetes.io',
  derive(claims) {
    const { sub } = claims;
    const [, namespace, serviceAccount] = (typeof sub === 'string' ? SUBJECT.exec(sub) : null) ?? [];
    if (namespace === undefined || serviceAccount === undefined) {
      throw unauthenticated(
        'claims',
        'the subject is no service account: system:serviceaccount:NAMESPACE:NAME',
      );
    }
    requireSame(claims, 'kubernetes.io.namespace', namespace);
    requireSame(claims, 'kubernetes.io.serviceaccount.name', serviceAccount);
    const uid = findClaim(claims, 'kubernetes.io.serviceaccount.uid');
    return {
      // As the API server does it.
      groups: ['system:authenticated', 'system:serviceaccounts', `system:serviceaccounts:${namespace}`],
      // An account that was made anew under its old name is another one.
      claims: { namespace, serviceAccount, ...(uid !== undefined && { serviceAccountUid: uid }) },
    };
  },
};

function requireSame(claims: JsonObject, path: string, expected: string): void {
  const value = findClaim(claims, path);
  if (value === undefined || value === expected) return;
  throw unauthenticated('claims', `\`${path}\` is another than the one that \`sub\` names`);
}
