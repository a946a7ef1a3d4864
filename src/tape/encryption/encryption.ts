import { ask, CALL_OPTIONS, type CallOptions, requireOptions } from '../../arguments/options.js';
import { EncryptionError } from '../../errors/index.js';
import type { DrivePort } from '../port/drive-port.js';
import { confirmEncryption } from './confirm.js';
import { encryptionGuard } from './guard.js';
import {
  type DriveEncryptionCapabilities,
  type EncryptionStatus,
  type NextBlock,
  readEncryptionCapabilities,
  readNextBlock,
  readParameters,
  statusOf,
} from './pages.js';
import { type EncryptionOptions, requireEncryptionOptions } from './parameters.js';
import { type EncryptionSession, encryptionOf } from './session.js';
import { clearKey, setKey, takeKeyOut } from './set-key.js';

/**
 * The keys of a drive. A key counts as set when the drive itself reports it, and every write asks again: after a reset,
 * another cartridge or a change by another host, nothing is written until the key is confirmed again. While encryption
 * is asked for, no file that may hold plain records gets a receipt (docs/encryption.md).
 */
export class TapeEncryption {
  readonly #port: DrivePort;
  readonly #session: EncryptionSession;

  constructor(port: DrivePort) {
    this.#port = port;
    this.#session = encryptionOf(port);
    port.addGuard(encryptionGuard(port));
  }

  /** Algorithms, key formats and options; undefined for a drive that can't encrypt. */
  capabilities(options?: CallOptions): Promise<DriveEncryptionCapabilities | undefined> {
    return this.#ask('encryption capabilities', options, () => readEncryptionCapabilities(this.#port));
  }

  /** What is set in the drive now, by any host; undefined for a drive that cannot encrypt. */
  status(options?: CallOptions): Promise<EncryptionStatus | undefined> {
    return this.#ask('encryption status', options, async () => {
      const parameters = await readParameters(this.#port);
      return parameters && statusOf(parameters);
    });
  }

  /**
   * Whether and with which key the block at the current position is encrypted; undefined if the drive does not report
   * it.
   */
  nextBlock(options?: CallOptions): Promise<NextBlock | undefined> {
    return this.#ask('encryption of the next block', options, () => readNextBlock(this.#port));
  }

  /** Whether data written through this handle must be encrypted: no file is begun without a proven key then. */
  get asked(): boolean {
    return this.#session.encryptionAsked;
  }

  /** Identifier of the key that was asked for, while it is proven. */
  get provenKeyId(): string | undefined {
    const { proof, request, encryptionAsked } = this.#session;
    return proof && encryptionAsked ? request?.keyId : undefined;
  }

  /** A key was set to read a file, and the one that was asked for to write has to be set again. */
  get replacedForReading(): boolean {
    const { encryptionAsked, request } = this.#session;
    return encryptionAsked && request?.encrypts === false;
  }

  /**
   * Sets a key and proves it: see `EncryptionOptions`. Resolves with what the drive then says. Rejects with
   * EncryptionError for anything that is not as it was asked for, NoMediumError without a cartridge, and DriveBusyError
   * while a stream is open; nothing is written then until this or `disable` succeeds.
   */
  async enable(options: EncryptionOptions & CallOptions): Promise<EncryptionStatus> {
    requireEncryptionOptions(options, { device: this.#port.device, operation: 'set encryption' });
    const set = async () => statusOf(await setKey(this.#port, options));
    return this.#port.lease.exclusively('set encryption', set, options.signal);
  }

  /** Asks the drive whether the key that was asked for is still set. Rejects with EncryptionError if not. */
  confirm(options?: CallOptions): Promise<void> {
    const operation = 'confirm encryption';
    return this.#ask(operation, options, () => confirmEncryption(this.#port, operation));
  }

  /**
   * Clears the key, switches encryption off, and proves it. Data written from then on is not encrypted. Resolves with
   * undefined for a drive that can't encrypt.
   */
  async disable(options?: CallOptions): Promise<EncryptionStatus | undefined> {
    requireOptions(options, { device: this.#port.device, operation: 'switch encryption off' }, CALL_OPTIONS);
    return this.#port.lease.exclusively(
      'switch encryption off',
      async () => {
        const parameters = await clearKey(this.#port);
        return parameters && statusOf(parameters);
      },
      options?.signal,
    );
  }

  #ask<T>(operation: string, options: CallOptions | undefined, question: () => Promise<T>): Promise<T> {
    return ask(options, { device: this.#port.device, operation }, question, CALL_OPTIONS);
  }
}

/**
 * Removes the key of this handle from the drive before the cartridge is unloaded. The request stays: nothing is written
 * to the next cartridge before encryption is enabled again. May fail on a drive that clears the key itself.
 */
export async function clearBeforeUnload(port: DrivePort): Promise<void> {
  const { request } = encryptionOf(port);
  if (request === undefined) return;
  const why = 'the cartridge was unloaded';
  try {
    await takeKeyOut(port, why);
  } catch (error) {
    if (!request.clearKeyOnDemount || !(error instanceof EncryptionError)) throw error;
    encryptionOf(port).invalidate(why);
  }
}

/** Removes the key of this handle from the drive before the handle is closed, unless `keep` was set. */
export async function clearBeforeClose(port: DrivePort): Promise<void> {
  const { request } = encryptionOf(port);
  if (request !== undefined && !request.keep) await clearKey(port);
}
