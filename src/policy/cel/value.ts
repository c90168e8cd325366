/** A literal of a condition: null, bool, int (bigint), double (number), string, uint or bytes. */
export type Constant = null | boolean | bigint | number | string | Uint | Uint8Array;

/** CEL's `uint`. */
export class Uint {
  readonly value: bigint;

  constructor(value: bigint) {
    this.value = value;
  }
}
