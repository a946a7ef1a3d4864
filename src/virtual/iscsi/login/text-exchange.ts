import { NO_TAG, type PduLayout, type TEXT_REQUEST, TEXT_RESPONSE, type Values } from '../pdu/layouts.js';
import { ProtocolViolation } from '../pdu/pdu.js';
import type { Target } from '../target/target.js';
import type { Parameters } from './parameters.js';
import { encodeText, TextCollector, type TextKeys } from './text.js';

/** What text requests need from their connection. */
export interface TextLink {
  readonly parameters: Pick<Parameters, 'maxSendBytes'>;
  /** All targets of the server. */
  readonly targets: readonly Target[];
  /** The address that the initiator connected to, in the form of TargetAddress. */
  readonly localAddress: string;
  /** Sends an answer and advances the status sequence number. */
  reply<L extends PduLayout>(layout: L, values: Partial<Values<L>>, data?: Uint8Array): void;
}

const NOTHING = new Uint8Array(0);

/** Text requests of the full feature phase: discovery, and unknown keys (RFC 7143 section 11.10). */
export class TextExchange {
  readonly #connection: TextLink;
  /** Target of the session; undefined in a discovery session. */
  readonly #target: Target | undefined;
  readonly #collector = new TextCollector();
  /** The rest of the answer, which the initiator has yet to request. */
  #left: Uint8Array = NOTHING;
  #tag = 0;

  constructor(connection: TextLink, target: Target | undefined) {
    this.#connection = connection;
    this.#target = target;
  }

  /** Throws ProtocolViolation for an invalid text request. */
  answer(request: Values<typeof TEXT_REQUEST>, data: Uint8Array): void {
    const { initiatorTaskTag, lun, targetTransferTag, continues, final } = request;
    if (continues && final) throw new ProtocolViolation('a text with both the final and the continue bit');
    const fetches = targetTransferTag !== NO_TAG && this.#left.length > 0;
    if (!fetches) {
      const keys = this.#collector.add(data, continues);
      this.#left = keys === undefined ? NOTHING : encodeText(this.#answers(keys));
    }
    const size = this.#connection.parameters.maxSendBytes;
    const part = this.#left.subarray(0, size);
    this.#left = this.#left.subarray(size);
    const more = this.#left.length > 0;
    const ends = final && !more;
    this.#tag = (this.#tag + 1) % NO_TAG;
    this.#connection.reply(
      TEXT_RESPONSE,
      { final: ends, continues: more, initiatorTaskTag, lun, targetTransferTag: ends ? NO_TAG : this.#tag },
      part,
    );
  }

  #answers(keys: TextKeys): [string, string][] {
    return [...keys].flatMap(([key, value]): [string, string][] => {
      if (key === 'SendTargets') return this.#sendTargets(value);
      return [[key, 'NotUnderstood']];
    });
  }

  /** All targets in a discovery session; otherwise only the target of the session (RFC 7143 appendix C). */
  #sendTargets(wanted: string): [string, string][] {
    const all = this.#target === undefined ? this.#connection.targets : [this.#target];
    if (wanted === 'All' && this.#target !== undefined) return [['SendTargets', 'Reject']];
    const named = all.filter(({ name }) => wanted === 'All' || wanted === '' || wanted === name);
    return named.flatMap(({ name }) => [
      ['TargetName', name],
      ['TargetAddress', `${this.#connection.localAddress},1`],
    ]);
  }
}
