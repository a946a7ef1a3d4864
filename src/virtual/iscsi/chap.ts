import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** What an initiator has to know. */
export interface ChapCredentials {
  readonly user: string;
  readonly secret: string;
}

/** CHAP_A: the numbers of IANA for PPP (RFC 7143 section 12.1.3). */
const ALGORITHMS: ReadonlyMap<string, string> = new Map([
  ['5', 'md5'],
  ['6', 'sha1'],
  ['7', 'sha256'],
]);
const CHALLENGE_BYTES = 32;

/** The target's side of CHAP (RFC 1994), which proves that the initiator knows the secret. */
export class ChapExchange {
  readonly #credentials: ChapCredentials;
  readonly #id = randomBytes(1).readUInt8(0);
  readonly #challenge = randomBytes(CHALLENGE_BYTES);
  #algorithm: string | undefined;

  constructor(credentials: ChapCredentials) {
    this.#credentials = credentials;
  }

  /** The answer to CHAP_A, a list of algorithms; undefined when there is none that both have. */
  challenge(offered: string): ReadonlyMap<string, string> | undefined {
    const chosen = offered.split(',').find((number) => ALGORITHMS.has(number));
    if (chosen === undefined) return undefined;
    this.#algorithm = ALGORITHMS.get(chosen);
    return new Map([
      ['CHAP_A', chosen],
      ['CHAP_I', String(this.#id)],
      ['CHAP_C', `0x${this.#challenge.toString('hex')}`],
    ]);
  }

  /** Whether CHAP_N and CHAP_R are those of the credentials. */
  proves(name: string, response: string): boolean {
    if (this.#algorithm === undefined) return false;
    const expected = createHash(this.#algorithm)
      .update(Buffer.from([this.#id]))
      .update(this.#credentials.secret)
      .update(this.#challenge)
      .digest();
    const given = binaryValue(response);
    return name === this.#credentials.user && given.length === expected.length && timingSafeEqual(given, expected);
  }
}

/** A binary value of a text: `0x` and hex, or `0b` and Base64. */
function binaryValue(text: string): Buffer {
  const [, base, digits = ''] = /^0([xXbB])(.*)$/.exec(text) ?? [];
  if (base === undefined) return Buffer.alloc(0);
  return Buffer.from(digits, base.toLowerCase() === 'x' ? 'hex' : 'base64');
}
