import type { LOGIN_REQUEST, LOGIN_RESPONSE, Values } from '../pdu/layouts.js';
import type { Target } from '../target/target.js';
import { ChapExchange, type ChapOptions } from './chap.js';
import { LOGIN_RECEIVE_BYTES, MAX_RECEIVE_BYTES, type Parameters } from './parameters.js';
import { encodeText, TextCollector, type TextKeys } from './text.js';

/** Stages of a login (RFC 7143 section 11.12.3). */
const STAGE = { security: 0, operational: 1, fullFeature: 3 } as const;

/** Status class and detail (RFC 7143 section 11.13.5). */
export const LOGIN_STATUS = {
  success: 0x0000,
  initiatorError: 0x0200,
  authenticationFailure: 0x0201,
  notFound: 0x0203,
  unsupportedVersion: 0x0205,
  tooManyConnections: 0x0206,
  missingParameter: 0x0207,
  sessionDoesNotExist: 0x020a,
  outOfResources: 0x0302,
} as const;

/** A refused login; the connection is closed after the answer. */
export class LoginRefused extends Error {
  readonly status: number;
  constructor(status: number, why: string) {
    super(why);
    this.status = status;
  }
}

/** The initiator that has logged in, and its target. */
export interface Login {
  readonly initiator: string;
  /** ISID. */
  readonly sessionId: number;
  /** Undefined in a discovery session. */
  readonly target: Target | undefined;
}

interface LoginAnswer {
  readonly values: Partial<Values<typeof LOGIN_RESPONSE>>;
  readonly text: Uint8Array;
  /** Set when the login is complete and the full feature phase begins. */
  readonly done: Login | undefined;
}

type Pairs = Map<string, string>;

/** A login normally takes four to eight requests. */
const MOST_REQUESTS = 128;

/** The target's side of one login. */
export class LoginNegotiation {
  readonly #targets: readonly Target[];
  readonly #chap: ChapExchange | undefined;
  readonly #parameters: Parameters;
  readonly #text = new TextCollector();
  #stage: number | undefined;
  #login: Login | undefined;
  #authenticated = false;
  #declared = false;
  #requests = 0;

  constructor(targets: readonly Target[], chap: ChapOptions | undefined, parameters: Parameters) {
    this.#targets = targets;
    this.#chap = chap && new ChapExchange(chap);
    this.#parameters = parameters;
  }

  /** Throws LoginRefused, or ProtocolViolation for invalid text. */
  answer(request: Values<typeof LOGIN_REQUEST>, data: Uint8Array): LoginAnswer {
    this.#requests += 1;
    if (this.#requests > MOST_REQUESTS) throw new LoginRefused(LOGIN_STATUS.initiatorError, 'a login without an end');
    this.#requireOrder(request);
    const { currentStage, nextStage, transit, continues } = request;
    const keys = this.#text.add(data, continues);
    if (keys === undefined) return { values: { currentStage }, text: encodeText([]), done: undefined };
    const answers = this.#begin(request, keys);
    if (currentStage === STAGE.security) this.#secure(keys, answers);
    for (const [key, offer] of keys) {
      if (isSecurityKey(key)) continue;
      const result = this.#parameters.negotiate(key, offer);
      if (result !== undefined) answers.set(key, result);
    }
    if (currentStage === STAGE.operational) this.#declare(answers);
    const moves = transit && this.#mayLeave(currentStage);
    if (moves) this.#stage = nextStage;
    return {
      values: { currentStage, ...(moves && { transit, nextStage }) },
      text: encodeText(answers),
      done: moves && nextStage === STAGE.fullFeature ? this.#login : undefined,
    };
  }

  #requireOrder({ currentStage, nextStage, transit, continues, minimumVersion }: Values<typeof LOGIN_REQUEST>): void {
    if (minimumVersion > 0) throw new LoginRefused(LOGIN_STATUS.unsupportedVersion, 'a version later than 0');
    const isStage = currentStage === STAGE.security || currentStage === STAGE.operational;
    if (!isStage || (this.#stage !== undefined && currentStage !== this.#stage)) {
      throw new LoginRefused(LOGIN_STATUS.initiatorError, `stage ${currentStage} out of turn`);
    }
    const goesOn = nextStage > currentStage && nextStage !== 2;
    if (transit && (continues || !goesOn)) {
      throw new LoginRefused(LOGIN_STATUS.initiatorError, `a step from stage ${currentStage} to ${nextStage}`);
    }
    this.#stage = currentStage;
  }

  /** Takes the names of initiator and target from the first text. */
  #begin({ sessionId }: Values<typeof LOGIN_REQUEST>, keys: TextKeys): Pairs {
    if (this.#login !== undefined) return new Map();
    const initiator = required(keys, 'InitiatorName');
    if (!/^(iqn|eui|naa)\.[\x21-\x7e]{1,219}$/.test(initiator)) {
      throw new LoginRefused(LOGIN_STATUS.initiatorError, 'no iSCSI name');
    }
    const type = keys.get('SessionType') ?? 'Normal';
    if (type === 'Discovery') {
      this.#login = { initiator, sessionId, target: undefined };
      return new Map();
    }
    if (type !== 'Normal') throw new LoginRefused(LOGIN_STATUS.initiatorError, 'an unknown type of session');
    const name = required(keys, 'TargetName');
    const target = this.#targets.find((each) => each.name === name);
    if (target === undefined) throw new LoginRefused(LOGIN_STATUS.notFound, 'there is no such target');
    this.#login = { initiator, sessionId, target };
    return new Map([['TargetPortalGroupTag', '1']]);
  }

  /** Handles the security keys, which authenticate the initiator. */
  #secure(keys: TextKeys, answers: Pairs): void {
    const methods = keys.get('AuthMethod')?.split(',');
    if (methods !== undefined) answers.set('AuthMethod', this.#method(methods));
    const algorithms = keys.get('CHAP_A');
    if (algorithms !== undefined) {
      const challenge = this.#chap?.challenge(algorithms);
      if (challenge === undefined) throw authenticationFailure('no algorithm of CHAP that both have');
      for (const [key, value] of challenge) answers.set(key, value);
    }
    if (keys.has('CHAP_N') || keys.has('CHAP_R')) {
      const proven = this.#chap?.proves(keys.get('CHAP_N') ?? '', keys.get('CHAP_R') ?? '') ?? false;
      if (!proven) throw authenticationFailure('wrong name or secret');
      this.#authenticated = true;
      if (keys.has('CHAP_I') || keys.has('CHAP_C')) this.#prove(keys, answers);
    } else if (keys.has('CHAP_I') || keys.has('CHAP_C')) {
      throw authenticationFailure('it asks for a proof before its own');
    }
  }

  /** Adds the target's own proof, after the initiator has given its proof. */
  #prove(keys: TextKeys, answers: Pairs): void {
    const proof = this.#chap?.proof(keys.get('CHAP_I') ?? '', keys.get('CHAP_C') ?? '');
    if (proof === undefined) throw authenticationFailure('it asks the target for a proof that it does not give');
    for (const [key, value] of proof) answers.set(key, value);
  }

  #method(methods: readonly string[]): string {
    const wanted = this.#needsProof() ? 'CHAP' : 'None';
    if (methods.includes(wanted)) return wanted;
    throw authenticationFailure(`it does not offer the method ${wanted}`);
  }

  /** Discovery needs no proof: it reveals only the names of the targets. */
  #needsProof(): boolean {
    return this.#chap !== undefined && this.#login?.target !== undefined;
  }

  #mayLeave(stage: number): boolean {
    if (!this.#needsProof() || this.#authenticated) return true;
    if (stage === STAGE.operational) throw authenticationFailure('it skips the proof');
    return false;
  }

  #declare(answers: Pairs): void {
    const most = this.#login?.target === undefined ? LOGIN_RECEIVE_BYTES : MAX_RECEIVE_BYTES;
    if (!this.#declared) answers.set('MaxRecvDataSegmentLength', String(most));
    this.#declared = true;
  }
}

function isSecurityKey(key: string): boolean {
  return key === 'AuthMethod' || key.startsWith('CHAP_');
}

function required(keys: TextKeys, key: string): string {
  const value = keys.get(key);
  if (value === undefined) throw new LoginRefused(LOGIN_STATUS.missingParameter, `${key} is missing`);
  return value;
}

function authenticationFailure(why: string): LoginRefused {
  return new LoginRefused(LOGIN_STATUS.authenticationFailure, why);
}
