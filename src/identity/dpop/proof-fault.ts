import type { CredentialFault } from '../unauthenticated.ts';

/** What is wrong with a proof. The message is for the operator and holds nothing of the proof but names and instants. */
export class ProofFault extends Error {
  readonly fault: CredentialFault;

  constructor(message: string, fault: CredentialFault = 'proof-of-possession') {
    super(message);
    this.name = 'ProofFault';
    this.fault = fault;
  }
}
