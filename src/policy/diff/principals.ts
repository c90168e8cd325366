import type { Principal } from '../../identity/principal.ts';

/** A principal that policies are compared for. */
export interface NamedPrincipal {
  /** As people read it; no two that are compared share one. */
  readonly name: string;
  /** Where it comes from: the configuration, the tests of policies, the command line, or the policies themselves. */
  readonly kind: 'configured' | 'tested' | 'given' | 'archetype';
  readonly principal: Principal;
}
