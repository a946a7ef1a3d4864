import { DIGEST_NAME, NO_DIGESTS } from '../pdu/digest.js';
import { ProtocolViolation } from '../pdu/pdu.js';

/** How two offers are combined into one value (RFC 7143 section 6.2). */
type Rule =
  | { readonly kind: 'minimum' | 'maximum'; readonly ours: number; readonly least: number; readonly most: number }
  | { readonly kind: 'or' | 'and'; readonly ours: boolean }
  | { readonly kind: 'list'; readonly ours: readonly string[] };

const MOST_BYTES = 0xffffff;
const MIB = 1024 * 1024;

/** Largest data segment that the target accepts: a record of `dd bs=1M` fits in one PDU. */
export const MAX_RECEIVE_BYTES = MIB;
/** The same until a login to a target has succeeded: the default of RFC 7143 section 13.12. */
export const LOGIN_RECEIVE_BYTES = 8192;

/** The operational keys that are negotiated, by name (RFC 7143 section 13). */
const RULES: Readonly<Record<string, Rule>> = {
  HeaderDigest: { kind: 'list', ours: [DIGEST_NAME, 'None'] },
  DataDigest: { kind: 'list', ours: [DIGEST_NAME, 'None'] },
  MaxConnections: { kind: 'minimum', ours: 1, least: 1, most: 0xffff },
  InitialR2T: { kind: 'or', ours: false },
  ImmediateData: { kind: 'and', ours: true },
  MaxBurstLength: { kind: 'minimum', ours: MOST_BYTES, least: 512, most: MOST_BYTES },
  FirstBurstLength: { kind: 'minimum', ours: MAX_RECEIVE_BYTES, least: 512, most: MOST_BYTES },
  DefaultTime2Wait: { kind: 'maximum', ours: 0, least: 0, most: 3600 },
  DefaultTime2Retain: { kind: 'minimum', ours: 0, least: 0, most: 3600 },
  MaxOutstandingR2T: { kind: 'minimum', ours: 1, least: 1, most: 0xffff },
  DataPDUInOrder: { kind: 'or', ours: true },
  DataSequenceInOrder: { kind: 'or', ours: true },
  ErrorRecoveryLevel: { kind: 'minimum', ours: 0, least: 0, most: 2 },
  IFMarker: { kind: 'and', ours: false },
  OFMarker: { kind: 'and', ours: false },
  TaskReporting: { kind: 'list', ours: ['RFC3720'] },
  iSCSIProtocolLevel: { kind: 'minimum', ours: 1, least: 0, most: 31 },
};

/** Keys that the initiator declares; they need no answer. */
const DECLARED: ReadonlySet<string> = new Set(['InitiatorName', 'InitiatorAlias', 'SessionType', 'TargetName']);

/** Parameters of a connection after its login. */
export class Parameters {
  /** Largest data segment that the initiator accepts. */
  maxSendBytes = 8192;
  initialR2T = true;
  immediateData = true;
  maxBurstBytes = 262_144;
  firstBurstBytes = 65_536;
  digests = NO_DIGESTS;

  /** The answer to an offered key; undefined if it needs none. Throws ProtocolViolation for an invalid offer. */
  negotiate(key: string, offer: string): string | undefined {
    if (DECLARED.has(key)) return undefined;
    if (key === 'MaxRecvDataSegmentLength') {
      this.maxSendBytes = numberIn(key, offer, 512, MOST_BYTES);
      return undefined;
    }
    const rule = RULES[key];
    if (rule === undefined) return 'NotUnderstood';
    const result = outcome(key, rule, offer);
    this.#take(key, result);
    return result;
  }

  #take(key: string, result: string): void {
    if (key === 'HeaderDigest') this.digests = { ...this.digests, header: result === DIGEST_NAME };
    else if (key === 'DataDigest') this.digests = { ...this.digests, data: result === DIGEST_NAME };
    else if (key === 'InitialR2T') this.initialR2T = result === 'Yes';
    else if (key === 'ImmediateData') this.immediateData = result === 'Yes';
    else if (key === 'MaxBurstLength') this.maxBurstBytes = Number(result);
    else if (key === 'FirstBurstLength') this.firstBurstBytes = Number(result);
  }
}

function outcome(key: string, rule: Rule, offer: string): string {
  switch (rule.kind) {
    case 'minimum':
      return String(Math.min(rule.ours, numberIn(key, offer, rule.least, rule.most)));
    case 'maximum':
      return String(Math.max(rule.ours, numberIn(key, offer, rule.least, rule.most)));
    case 'or':
      return yesOrNo(isYes(key, offer) || rule.ours);
    case 'and':
      return yesOrNo(isYes(key, offer) && rule.ours);
    case 'list':
      return offer.split(',').find((value) => rule.ours.includes(value)) ?? 'Reject';
  }
}

function yesOrNo(value: boolean): string {
  return value ? 'Yes' : 'No';
}

function isYes(key: string, offer: string): boolean {
  if (offer !== 'Yes' && offer !== 'No') throw new ProtocolViolation(`${key} is neither Yes nor No`);
  return offer === 'Yes';
}

function numberIn(key: string, offer: string, least: number, most: number): number {
  const value = /^(\d{1,10}|0[xX][0-9a-fA-F]{1,8})$/.test(offer) ? Number(offer) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new ProtocolViolation(`${key} is not a number from ${least} to ${most}`);
}
