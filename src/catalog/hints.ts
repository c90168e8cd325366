/** How many hints a tool may have from one origin. */
export const MAX_HINTS = 32;

/** A hint: a word or a few, up to 100 characters on one line; no markup, no address. */
export const HINT = /^(?=.*[\p{L}\p{N}])(?!.*:\/\/)[^\p{C}\p{Zl}\p{Zp}<>`]{1,100}$/u;
