import { expect, it } from 'vitest';
import { testUnitReady } from '../../../src/scsi/commands/primary.js';
import { NO_DIGESTS } from '../../../src/virtual/iscsi/pdu/digest.js';
import {
  DATA_OUT,
  LOGIN_REQUEST,
  LOGOUT_REQUEST,
  NO_TAG,
  NOP_IN,
  NOP_OUT,
  type PduLayout,
  SCSI_COMMAND,
  TASK_MANAGEMENT_REQUEST,
  TEXT_REQUEST,
  type Values,
} from '../../../src/virtual/iscsi/pdu/layouts.js';
import { encodePdu } from '../../../src/virtual/iscsi/pdu/pdu.js';
import { IscsiServer } from '../../../src/virtual/iscsi/server.js';
import { memoryInUse } from '../../support/memory.js';
import { Initiator, SMALL_STEPS } from '../iscsi/initiator.js';
import { driveWithFile, expectFileIntact } from './cartridge.js';
import { FUZZ_RUNS, FUZZ_SEED, Generator } from './generator.js';

const ROUND = 20_000;
const PATIENCE_MS = 30_000;
const MOST_GROWTH = 64 * 2 ** 20;
const DIGEST_ERRORS = ['a wrong header digest', 'a wrong data digest'];
/** What the server may say of a connection; anything else is a fault of its own. */
const EXPECTED =
  /against the protocol: |login refused: |ECONNRESET|EPIPE|logged in again|the target was reset|a wrong data digest|a command is missing/;
const DIGESTS = [
  {},
  { HeaderDigest: 'CRC32C' },
  { DataDigest: 'CRC32C,None' },
  { HeaderDigest: 'CRC32C', DataDigest: 'CRC32C' },
];
const TEXTS = [
  'SendTargets=All\0',
  'SendTargets=\0',
  'MaxRecvDataSegmentLength=512\0',
  'HeaderDigest=CRC32C,None\0MaxBurstLength=999999999\0',
  'AuthMethod=CHAP,None\0',
  'CHAP_A=5\0CHAP_N=x\0CHAP_R=0x00\0',
  'InitiatorName=iqn.2026-11.test:fuzz\0SessionType=Discovery\0',
  'nonsense',
  '=\0=\0',
];

/** Sends what comes into its mind over one connection after the other. */
class Attacker {
  readonly #generator: Generator;
  readonly #port: number;
  readonly #target: string;
  /** Those of the connection at hand. */
  #digests = NO_DIGESTS;
  sent = 0;

  constructor(generator: Generator, port: number, target: string) {
    this.#generator = generator;
    this.#port = port;
    this.#target = target;
  }

  async attack(): Promise<void> {
    const initiator = await Initiator.connect(this.#port);
    this.#digests = NO_DIGESTS;
    try {
      if (this.#generator.chance(0.75)) await this.#logIn(initiator);
      for (let pdus = 1 + this.#generator.below(40); pdus > 0; pdus -= 1) {
        initiator.socket.write(this.#bytes(initiator));
        this.sent += 1;
      }
      if (this.#generator.chance(0.5)) await settled(initiator);
    } finally {
      initiator.socket.destroy();
    }
  }

  async #logIn(initiator: Initiator): Promise<void> {
    const sessionId = this.#generator.below(4);
    const steps = this.#generator.chance(0.5) ? SMALL_STEPS : {};
    const keys = { ...steps, ...this.#generator.pick(DIGESTS) };
    await initiator.login({ target: this.#generator.chance(0.9) ? this.#target : undefined, sessionId, keys });
    this.#digests = initiator.digests;
  }

  /** Now and then a digest is wrong, or is missing, or nobody wants it. */
  #encode<L extends PduLayout>(layout: L, values: Partial<Values<L>>, data?: Uint8Array, cdb?: Uint8Array) {
    const isOdd = this.#generator.chance(0.01);
    const digests = isOdd ? { header: this.#generator.chance(0.5), data: this.#generator.chance(0.5) } : this.#digests;
    const pieces = encodePdu(layout, values, { data, cdb, digests });
    const last = pieces.at(-1);
    // The digest of the data where there are data, or that of the header.
    if (last !== undefined && this.#generator.chance(0.03)) last.set(this.#generator.bytes(1), last.length - 1);
    return pieces;
  }

  #bytes(initiator: Initiator): Uint8Array {
    if (this.#generator.chance(0.03)) return this.#generator.bytes(this.#generator.below(200));
    const pdu = Buffer.concat(this.#pdu(initiator));
    return this.#generator.chance(0.1) ? this.#generator.damaged(pdu) : pdu;
  }

  #pdu(initiator: Initiator): Uint8Array[] {
    const generator = this.#generator;
    const kind = generator.below(12);
    // Data and login take no number of a command.
    const immediate = generator.chance(0.2) || (kind >= 3 && kind <= 5);
    const request = {
      immediate,
      final: generator.chance(0.95),
      initiatorTaskTag: generator.below(50),
      lun: Buffer.from([0, generator.chance(0.95) ? 0 : generator.below(256), 0, 0, 0, 0, 0, 0]).toString('hex'),
      commandSequence: this.#commandSequence(initiator, immediate),
    };
    switch (kind) {
      case 0:
        return this.#encode(NOP_OUT, request, generator.bytes(generator.below(100)));
      case 1:
        return this.#encode(TASK_MANAGEMENT_REQUEST, {
          ...request,
          function: generator.chance(0.9) ? generator.below(7) : generator.below(128),
          referencedTaskTag: generator.below(50),
        });
      case 2:
        return this.#encode(TEXT_REQUEST, { ...request, targetTransferTag: NO_TAG }, this.#text());
      case 3:
      case 4:
        return this.#encode(DATA_OUT, this.#dataOut(request), generator.bytes(generator.below(600)));
      case 5:
        return generator.chance(0.1) ? this.#encode(LOGOUT_REQUEST, request) : this.#login(request);
      default:
        return this.#command(request);
    }
  }

  #commandSequence(initiator: Initiator, immediate: boolean): number {
    if (this.#generator.chance(0.02)) return this.#generator.below(NO_TAG);
    return immediate ? initiator.commandSequence : initiator.nextCommand();
  }

  #text(): Uint8Array {
    const text = Buffer.from(this.#generator.pick(TEXTS));
    return this.#generator.chance(0.2) ? this.#generator.damaged(text) : text;
  }

  #dataOut({ initiatorTaskTag, final }: { readonly initiatorTaskTag: number; readonly final: boolean }) {
    const bufferOffset = this.#generator.pick([0, 0, 512, 1024]);
    return { initiatorTaskTag, final, targetTransferTag: this.#generator.pick([NO_TAG, 0, 1]), bufferOffset };
  }

  #login(request: object): Uint8Array[] {
    const stages = { currentStage: this.#generator.below(4), nextStage: this.#generator.below(4) };
    const flags = { transit: this.#generator.chance(0.5), continues: this.#generator.chance(0.1) };
    return this.#encode(LOGIN_REQUEST, { ...request, ...stages, ...flags }, this.#text());
  }

  #command(request: object): Uint8Array[] {
    const generator = this.#generator;
    const write = generator.chance(0.4);
    const data = write && generator.chance(0.6) ? generator.dataOut().subarray(0, 1000) : new Uint8Array(0);
    const expected = generator.pick([
      data.length,
      data.length + 100,
      1023,
      4096,
      1_000_000,
      0xffffffff,
      generator.below(600),
    ]);
    const values = {
      ...request,
      write,
      read: generator.chance(write ? 0.05 : 0.9),
      expectedDataTransferLength: expected,
    };
    return this.#encode(SCSI_COMMAND, values, data, generator.cdb().subarray(0, 16));
  }
}

/** The target has taken all that was sent, or has closed the connection. */
async function settled(initiator: Initiator): Promise<void> {
  initiator.send(NOP_OUT, { immediate: true, final: true, initiatorTaskTag: 0x7777 });
  // A PDU that was damaged may swallow the one that follows: then nothing ever comes back.
  initiator.socket.setTimeout(200, () => initiator.socket.destroy());
  for (let pdu = await initiator.next(); pdu !== undefined; pdu = await initiator.next()) {
    if (pdu.opcode === NOP_IN.opcode) return;
  }
}

/** Another initiator finds the drive answering. */
async function expectAnswering(port: number, target: string): Promise<void> {
  const initiator = await Initiator.connect(port);
  const timer = setTimeout(() => initiator.socket.destroy(), PATIENCE_MS);
  await initiator.login({ target, initiator: 'iqn.2026-11.test:honest' });
  const { status } = await initiator.command(testUnitReady());
  expect([0x02, 0x18]).toContain(status);
  clearTimeout(timer);
  initiator.socket.destroy();
}

it('survives any PDUs, and leaves the cartridge whole', { timeout: 36_000_000 }, async () => {
  const generator = new Generator(FUZZ_SEED);
  const seen = new Set<string>();
  let before: number | undefined;
  for (let done = 0; done < FUZZ_RUNS; ) {
    const folder = await driveWithFile();
    const lines: string[] = [];
    const server = await IscsiServer.open([folder], { port: 0, log: (line) => lines.push(line) });
    const [target] = server.targets;
    const attacker = new Attacker(generator, server.address.port, target?.name ?? '');
    for (let connections = 0; attacker.sent < Math.min(ROUND, FUZZ_RUNS - done); connections += 1) {
      await attacker.attack();
      if (connections % 20 === 0) await expectAnswering(server.address.port, target?.name ?? '');
    }
    done += attacker.sent;
    for (const line of lines) for (const what of DIGEST_ERRORS) if (line.includes(what)) seen.add(what);
    await server.close();
    await expectFileIntact(folder);
    expect(lines.filter((line) => !EXPECTED.test(line) && !line.includes('the server ends'))).toEqual([]);
    // The first round has compiled code and filled caches.
    before ??= memoryInUse();
  }
  // The digests were put to the test.
  expect([...seen].sort()).toEqual([...DIGEST_ERRORS].sort());
  const grown = memoryInUse() - (before ?? 0);
  if (process.env.FUZZ_RUNS !== undefined) process.stdout.write(`grown by ${grown} bytes\n`);
  expect(grown).toBeLessThan(MOST_GROWTH);
});
