import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MalformedResponseError } from '../../src/errors/index.js';
import {
  COMMAND_SUPPORT,
  decodeCommandSupport,
  decodeSupportedCommands,
  encodeCommandSupport,
  encodeSupportedCommands,
  reportSupportedCommand,
  reportSupportedCommands,
} from '../../src/scsi/index.js';
import { decodesOrRefuses, RUNS } from '../support/property.js';

const timeouts = { commandSpecific: 1, nominal: 60, recommended: 1500 };
const TIMEOUT_BYTES = [0, 10, 0, 1, 0, 0, 0, 60, 0, 0, 5, 0xdc];

describe('REPORT SUPPORTED OPERATION CODES, all commands', () => {
  const list = Uint8Array.from([0, 0, 0, 28, 0x8c, 0, 0, 5, 0, 1, 0, 16, 0x12, 0, 0, 0, 0, 2, 0, 6, ...TIMEOUT_BYTES]);
  const commands = [
    { operationCode: 0x8c, serviceAction: 5, cdbLength: 16 },
    { operationCode: 0x12, cdbLength: 6, timeouts },
  ];

  it('reads descriptors with and without service action and timeouts', () => {
    expect(decodeSupportedCommands(list)).toEqual({ commands, truncated: false });
    expect(encodeSupportedCommands(commands)).toEqual(list);
  });

  it('says when the list was cut or its length is wrong, and keeps what is whole', () => {
    expect(decodeSupportedCommands(list.subarray(0, 25))).toEqual({ commands: commands.slice(0, 1), truncated: true });
    const lying = Uint8Array.from(list);
    lying[3] = 20;
    expect(decodeSupportedCommands(lying)).toEqual({ commands: commands.slice(0, 1), truncated: true });
    lying[3] = 24;
    expect(decodeSupportedCommands(lying)).toEqual({ commands, truncated: false });
    expect(() => decodeSupportedCommands(Uint8Array.of(0, 0, 0, 3, 1, 2, 3))).toThrow(MalformedResponseError);
  });

  it('gives back every list', () => {
    const u32 = fc.nat(0xfffffffd);
    const command = fc.record(
      {
        operationCode: fc.nat(255),
        cdbLength: fc.nat(0xffff),
        serviceAction: fc.nat(0xffff),
        timeouts: fc.record({ commandSpecific: fc.nat(255), nominal: u32, recommended: u32 }),
      },
      { requiredKeys: ['operationCode', 'cdbLength'] },
    );
    fc.assert(
      fc.property(fc.array(command), (each) => {
        expect(decodeSupportedCommands(encodeSupportedCommands(each))).toEqual({ commands: each, truncated: false });
      }),
      RUNS,
    );
    decodesOrRefuses(decodeSupportedCommands, list);
  });

  it('builds the command', () => {
    expect(reportSupportedCommands(true, 0x400).cdb).toEqual(
      Uint8Array.of(0xa3, 0x0c, 0x80, 0, 0, 0, 0, 0, 4, 0, 0, 0),
    );
  });
});

describe('REPORT SUPPORTED OPERATION CODES, one command', () => {
  const answer = Uint8Array.from([0, 0x83, 0, 6, 0x12, 1, 0xff, 0xff, 0xff, 0, ...TIMEOUT_BYTES]);
  const support = {
    support: COMMAND_SUPPORT.standard,
    usage: Uint8Array.of(0x12, 1, 0xff, 0xff, 0xff, 0),
    timeouts,
  };

  it('reads support, CDB usage data and timeouts', () => {
    expect(decodeCommandSupport(answer)).toEqual(support);
    expect(encodeCommandSupport(support)).toEqual(answer);
    expect(decodeCommandSupport(Uint8Array.of(0, 1, 0, 0))).toEqual({ support: 1, usage: new Uint8Array(0) });
  });

  it('refuses an answer that is cut short', () => {
    expect(() => decodeCommandSupport(answer.subarray(0, 8))).toThrow(MalformedResponseError);
    expect(() => decodeCommandSupport(answer.subarray(0, 20))).toThrow(MalformedResponseError);
    decodesOrRefuses(decodeCommandSupport, answer);
  });

  it('asks with and without service action', () => {
    expect(reportSupportedCommand(0x12).cdb.subarray(2, 6)).toEqual(Uint8Array.of(0x81, 0x12, 0, 0));
    expect(reportSupportedCommand(0xa3, 0x0f, false).cdb.subarray(2, 6)).toEqual(Uint8Array.of(2, 0xa3, 0, 0x0f));
  });
});
