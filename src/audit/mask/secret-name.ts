/** Words that name a secret wherever they stand in a name: `userPassword`, `x-secret-value`. */
const SECRET_WORDS = new Set(
  (
    'password passwords passwd pwd passphrase passphrases passcode secret secrets credential credentials creds ' +
    'authorization cookie cookies jwt bearer apikey apikeys privatekey token tokens passwort kennwort contraseña senha motdepasse wachtwoord ' +
    'пароль 密码 パスワード 비밀번호'
  ).split(' '),
);

/** Two words that name a secret together, in any spelling: `api_key`, `apiKey`, `API-Key`. */
const SECRET_PAIRS = new Set(
  (
    'apikey apikeys accesskey privatekey secretkey signingkey encryptionkey accountkey sharedkey masterkey sshkey ' +
    'authkey subscriptionkey storagekey licensekey sessionkey password passphrase passcode passwd securitycode ' +
    'connectionstring cardnumber creditcard socialsecurity pincode pinnumber recoverycode recoverycodes backupcode backupcodes ' +
    'verificationcode onetimecode mfacode otpcode cvvcode cvccode'
  ).split(' '),
);

/** Short words that name a secret where a name ends with them: `cardPin`, `cvv`, `DB_PASS`; not `pin_message`. */
const SECRET_ENDINGS = new Set(['pin', 'pins', 'pass', 'cvv', 'cvc', 'otp', 'totp', 'ssn']);

/** Endings of names that are written in one piece: `dbpassword`, `accesstoken`. */
const SECRET_TAILS =
  /(?:password|passwd|passphrase|secret|token|apikey|privatekey|secretkey|accesskey|credentials?|authorization)$/;

/** What a name ends with that speaks of a secret and does not hold it: `token_type`, `passwordPolicy`. */
const DESCRIBING = new Set(
  (
    'type kind name count limit length size policy ttl expiry expires expiration in at enabled required rotation budget ' +
    'usage cost format algorithm version url uri endpoint'
  ).split(' '),
);

/** Beside `token`: it is counted (`maxTokens`, `input_tokens`), or says where a list goes on (`nextPageToken`). */
const COUNTING = new Set(
  (
    'max maximum min minimum total num number input output prompt completion used remaining per count estimated cached ' +
    'reasoning context page next continuation continue resume sync'
  ).split(' '),
);

/** Longer names are no names: they are not looked at. */
const MAX_LENGTH = 256;

/**
 * True where a member's name says that its value is a secret.
 *
 * Whole words count, in any case and however they are joined: `api_key`, `X-Api-Key` and `APIKEY` are one name, and neither
 * `tokenizer` nor `maxTokens` names a secret. In doubt it is true.
 */
export function isSecretName(name: string): boolean {
  if (name.length > MAX_LENGTH) return true;
  const before = known.get(name);
  if (before !== undefined) return before;
  if (known.size >= MAX_KNOWN) known.clear();
  const isSecret = saysSecret(name);
  known.set(name, isSecret);
  return isSecret;
}

/** Tools have few names, and callers send them again and again. */
const known = new Map<string, boolean>();
const MAX_KNOWN = 2_000;

function saysSecret(name: string): boolean {
  const words = toWords(name);
  const last = words.at(-1);
  if (last === undefined || DESCRIBING.has(last)) return false;
  const joined = words.join('');
  if (/tokens?$/.test(last) && words.some((word) => COUNTING.has(word))) return false;
  return (
    joined === 'auth' ||
    SECRET_ENDINGS.has(last) ||
    SECRET_PAIRS.has(joined) ||
    SECRET_WORDS.has(joined) ||
    SECRET_TAILS.test(joined) ||
    words.some((word, index) => SECRET_WORDS.has(word) || SECRET_PAIRS.has(word + (words[index + 1] ?? '')))
  );
}

/** `['x', 'api', 'key']` of `X-APIKey2`. */
function toWords(name: string): string[] {
  const words = name.normalize('NFKC').match(/\p{Lu}+(?!\p{Ll})|\p{Lu}?\p{Ll}+|\p{Lo}+/gu) ?? [];
  return words.map((word) => word.toLowerCase());
}
