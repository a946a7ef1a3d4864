import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** A name, and the secret that proves it. */
export interface ChapCredentials {
  readonly user: string;
  readonly secret: string;
}

/** CHAP credentials of the initiator and of the target. */
export interface ChapOptions {
  /** Credentials that an initiator must prove. */
  readonly initiator: ChapCredentials;
  /** Credentials that the target proves to an initiator that asks. Its secret must differ from the initiator's. */
  readonly target?: ChapCredentials | undefined;
}

/** CHAP_A: the IANA numbers of algorithms for PPP (RFC 7143 section 12.1.3). */
const ALGORITHMS: ReadonlyMap<string, string> = new Map([
  ['5', 'md5'],
  ['6', 'sha1'],
  ['7', 'sha256'],
]);
const CHALLENGE_BYTES = 32;

/** RFC 7143 section 12.1.3: bytes of the longest challenge; an identifier is one byte. */
const MOST_CHALLENGE_BYTES = 1024;
const MOST_ID = 255;

/** The target's side of CHAP (RFC 1994): the initiator proves that it knows its secret; then the target does, if asked. */
export class ChapExchange {
  readonly #options: ChapOptions;
  readonly #id = randomBytes(1).readUInt8(0);
  readonly #challenge = randomBytes(CHALLENGE_BYTES);
  #algorithm: string | undefined;

  constructor(options: ChapOptions) {
    this.#options = options;
  }

  /** The answer to CHAP_A, a list of algorithms; undefined if none of them is supported. */
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

  /** Whether CHAP_N and CHAP_R prove that the initiator knows its secret. */
  proves(name: string, response: string): boolean {
    if (this.#algorithm === undefined) return false;
    const { user, secret } = this.#options.initiator;
    const expected = responseTo(this.#algorithm, this.#id, secret, this.#challenge);
    const given = binaryValue(response);
    return name === user && given.length === expected.length && timingSafeEqual(given, expected);
  }

  /** The answer to CHAP_I and CHAP_C; undefined for a challenge that the target does not answer. */
  proof(id: string, challenge: string): ReadonlyMap<string, string> | undefined {
    const { target } = this.#options;
    const bytes = binaryValue(challenge);
    const isValid =
      /^\d{1,3}$/.test(id) && Number(id) <= MOST_ID && bytes.length > 0 && bytes.length <= MOST_CHALLENGE_BYTES;
    // Its own challenge must not be answered: that would give away the proof it asked for (RFC 7143 section 9.2.1).
    if (target === undefined || this.#algorithm === undefined || !isValid || bytes.equals(this.#challenge)) {
      return undefined;
    }
    const response = responseTo(this.#algorithm, Number(id), target.secret, bytes);
    return new Map([
      ['CHAP_N', target.user],
      ['CHAP_R', `0x${response.toString('hex')}`],
    ]);
  }
}

function responseTo(algorithm: string, id: number, secret: string, challenge: Uint8Array): Buffer {
  return createHash(algorithm)
    .update(Buffer.from([id]))
    .update(secret)
    .update(challenge)
    .digest();
}

/** Decodes a binary value: `0x` and hex, or `0b` and Base64. */
function binaryValue(text: string): Buffer {
  const [, base, digits = ''] = /^0([xXbB])(.*)$/.exec(text) ?? [];
  if (base === undefined) return Buffer.alloc(0);
  return Buffer.from(digits, base.toLowerCase() === 'x' ? 'hex' : 'base64');
}
