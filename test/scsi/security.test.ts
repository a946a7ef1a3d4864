import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LtoError, MalformedResponseError } from '../../src/errors/index.js';
import {
  DECRYPTION_MODE,
  decodeDataEncryptionStatus,
  decodeEncryptionCapabilities,
  decodeKeyFormats,
  decodeManagementCapabilities,
  decodeNextBlockStatus,
  decodeRandomNumber,
  decodeSecurityPageList,
  decodeSecurityProtocols,
  decodeSetDataEncryption,
  disableDataEncryption,
  ENCRYPTION_ALGORITHMS,
  ENCRYPTION_MODE,
  ENCRYPTION_SCOPE,
  ENCRYPTION_STATUS,
  encodeDataEncryptionStatus,
  encodeEncryptionCapabilities,
  encodeKeyFormats,
  encodeManagementCapabilities,
  encodeNextBlockStatus,
  encodeRandomNumber,
  encodeSecurityPageList,
  encodeSecurityProtocols,
  encodeSetDataEncryption,
  KAD_TYPE,
  listSecurityProtocols,
  SECURITY_IN_PAGE,
  securityProtocolIn,
  setDataEncryption,
} from '../../src/scsi/index.js';
import { fixtureBytes } from '../support/fixtures.js';
import { decodesOrRefuses, RUNS } from '../support/property.js';

const captured = (page: string, protocol = '20') =>
  fixtureBytes(`sg_raw -r 1024 /dev/sg1 a2 ${protocol} 00 ${page} 00 00 00 00 04 00 00 00`);

describe('SECURITY PROTOCOL IN', () => {
  it('builds the commands', () => {
    expect(securityProtocolIn(SECURITY_IN_PAGE.dataEncryptionStatus, 0x400).cdb).toEqual(
      Uint8Array.of(0xa2, 0x20, 0, 0x20, 0, 0, 0, 0, 4, 0, 0, 0),
    );
    expect(listSecurityProtocols().cdb).toEqual(Uint8Array.of(0xa2, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0));
  });

  it('reads the captured lists', () => {
    expect(decodeSecurityProtocols(captured('00', '00'))).toEqual([0x00, 0x20]);
    expect(decodeSecurityPageList(captured('00'), 0)).toEqual([0, 1, 0x10, 0x11, 0x12, 0x20, 0x21]);
    expect(decodeSecurityPageList(captured('01'), 1)).toEqual([0x10]);
    expect(decodeKeyFormats(captured('11'))).toEqual([0, 0]);
    expect(encodeSecurityProtocols([0x00, 0x20])).toEqual(captured('00', '00'));
    expect(encodeSecurityPageList(0, decodeSecurityPageList(captured('00'), 0))).toEqual(captured('00'));
    expect(encodeKeyFormats([0, 0])).toEqual(captured('11'));
  });

  it('reads the captured capabilities: AES-256-GCM as algorithm 1, in hardware', () => {
    const capabilities = decodeEncryptionCapabilities(captured('10'));
    expect(capabilities).toMatchObject({
      externalControl: 0,
      configurationPrevented: 1,
      algorithms: [
        {
          index: 1,
          validForMountedVolume: true,
          messageAuthentication: true,
          distinguishesEncryptedBlocks: true,
          decrypt: 2,
          encrypt: 2,
          nonce: 1,
          maximumUnauthenticatedKad: 32,
          maximumAuthenticatedKad: 12,
          keySize: 32,
          rawDecryptionModeControl: 4,
          recordsEncryptionMode: true,
        },
      ],
    });
    expect(ENCRYPTION_ALGORITHMS[capabilities.algorithms[0]?.algorithm ?? 0]).toBe('AES-256-GCM-128');
    expect(encodeEncryptionCapabilities(capabilities)).toEqual(captured('10'));
  });

  it('refuses capabilities with a descriptor cut off', () => {
    expect(() => decodeEncryptionCapabilities(captured('10').subarray(0, 40))).toThrow(MalformedResponseError);
  });

  it('reads the captured management capabilities', () => {
    const capabilities = decodeManagementCapabilities(captured('12'));
    expect(Object.values(capabilities)).toEqual([true, true, true, true, true, true, true]);
    expect(encodeManagementCapabilities(capabilities)).toEqual(captured('12'));
  });

  it('reads the captured status, off as stenc says, though its length field promises 12 bytes more', () => {
    const status = decodeDataEncryptionStatus(captured('20'));
    expect(status).toMatchObject({
      nexusScope: ENCRYPTION_SCOPE.local,
      encryptionScope: 1,
      encryptionMode: ENCRYPTION_MODE.disable,
      decryptionMode: DECRYPTION_MODE.disable,
      algorithmIndex: 1,
      keyInstance: 0,
      parametersControl: 0,
      kads: [],
    });
    expect(encodeDataEncryptionStatus(status).subarray(4)).toEqual(captured('20').subarray(4));
  });

  it('reads who controls the parameters and the key-associated data', () => {
    const page = Uint8Array.from([
      ...[0, 0x20, 0, 27, 0x22, 2, 3, 1, 0, 0, 0, 5, 0x3d, 2, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0],
      ...[0, 3, 0, 3, 0x6b, 0x65, 0x79],
    ]);
    const status = decodeDataEncryptionStatus(page);
    expect(status).toMatchObject({
      nexusScope: 1,
      encryptionScope: 2,
      encryptionMode: ENCRYPTION_MODE.encrypt,
      decryptionMode: DECRYPTION_MODE.mixed,
      parametersControl: 3,
      volumeContainsEncryptedBlocks: true,
      checkExternalEncryptionMode: 2,
      rawDecryptionDisabled: true,
      kads: [{ type: KAD_TYPE.unauthenticated, authenticated: 3, data: Uint8Array.of(0x6b, 0x65, 0x79) }],
    });
    expect(encodeDataEncryptionStatus(status)).toEqual(page);
    expect(() => decodeDataEncryptionStatus(page.subarray(0, 29))).toThrow(MalformedResponseError);
  });

  it('reads the captured next block status', () => {
    const status = decodeNextBlockStatus(captured('21'));
    expect(status).toMatchObject({ logicalObject: 0, compressionStatus: 0, algorithmIndex: 1, kads: [] });
    expect(ENCRYPTION_STATUS[status.encryptionStatus]).toBe('not a logical block');
    expect(encodeNextBlockStatus(status)).toEqual(captured('21'));
  });

  it('reads random numbers', () => {
    const random = Uint8Array.from({ length: 32 }, (_, index) => index);
    expect(decodeRandomNumber(encodeRandomNumber(random))).toEqual(random);
    expect(() => decodeRandomNumber(encodeRandomNumber(random).subarray(0, 30))).toThrow(MalformedResponseError);
  });

  it('refuses another page than the one that was asked for', () => {
    expect(() => decodeNextBlockStatus(captured('20'))).toThrow(MalformedResponseError);
    // One byte is a whole page of key formats, whatever the number before it.
    expect([...decodeKeyFormats(Uint8Array.of(0, 0x11, 0, 1, 0))]).toEqual([0]);
    expect(() => decodeKeyFormats(Uint8Array.of(0, 0x12, 0, 1, 0))).toThrow('the page is 0x0012, not 0x0011');
  });

  it.each([
    ['00', (bytes: Uint8Array) => decodeSecurityPageList(bytes, 0)],
    ['10', decodeEncryptionCapabilities],
    ['11', decodeKeyFormats],
    ['12', decodeManagementCapabilities],
    ['20', decodeDataEncryptionStatus],
    ['21', decodeNextBlockStatus],
  ])('survives whatever is made of page %s', (page, decode) => {
    decodesOrRefuses(decode, captured(page));
    decodesOrRefuses(decodeSecurityProtocols, captured('00', '00'));
  });
});

describe('set data encryption', () => {
  const key = Uint8Array.from({ length: 32 }, (_, index) => 0xc0 + index);
  const parameters = {
    scope: ENCRYPTION_SCOPE.allNexus,
    lock: true,
    checkExternalEncryptionMode: 2,
    rawDecryptionModeControl: 3,
    supplementalDecryptionKey: false,
    clearKeyOnDemount: true,
    clearKeyOnReservationPreempted: false,
    clearKeyOnReservationLoss: true,
    encryptionMode: ENCRYPTION_MODE.encrypt,
    decryptionMode: DECRYPTION_MODE.mixed,
    algorithmIndex: 1,
    keyFormat: 0,
    kadFormat: 2,
    key,
    kads: [{ type: KAD_TYPE.unauthenticated, authenticated: 0, data: Uint8Array.from(Buffer.from('backup-1')) }],
  };

  it('lays out the page as SSC-5 does', () => {
    expect(encodeSetDataEncryption(parameters)).toEqual(
      Uint8Array.from([
        ...[0, 0x10, 0, 60, 0x41, 0xb5, 2, 3, 1, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 32],
        ...key,
        ...[0, 0, 0, 8, ...Buffer.from('backup-1')],
      ]),
    );
  });

  it('marks the command secret', () => {
    const command = setDataEncryption(parameters);
    expect(command).toMatchObject({ secret: true, direction: 'out', name: 'SECURITY PROTOCOL OUT' });
    expect(command.cdb).toEqual(Uint8Array.of(0xb5, 0x20, 0, 0x10, 0, 0, 0, 0, 0, 64, 0, 0));
    expect(decodeSetDataEncryption(command.dataOut)).toEqual(parameters);
  });

  it('switches off with both modes 0 and no key', () => {
    const { dataOut, secret } = disableDataEncryption(1);
    expect(dataOut).toEqual(Uint8Array.from([0, 0x10, 0, 16, 0x40, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]));
    expect(secret).toBe(true);
  });

  it('gives back every setting', () => {
    const bytes = (maxLength: number) => fc.uint8Array({ maxLength });
    const kad = fc.record({ type: fc.nat(255), authenticated: fc.nat(7), data: bytes(40) });
    fc.assert(
      fc.property(
        fc.nat(7),
        fc.boolean(),
        fc.nat(255),
        bytes(64),
        fc.array(kad),
        (scope, lock, index, secret, kads) => {
          const each = { ...parameters, scope, lock, algorithmIndex: index, key: secret, kads };
          expect(decodeSetDataEncryption(encodeSetDataEncryption(each))).toEqual(each);
        },
      ),
      RUNS,
    );
  });

  it('refuses lists whose lengths lie, without a byte of the key in the error', () => {
    const valid = encodeSetDataEncryption(parameters);
    const longKey = Uint8Array.from(valid);
    longKey[19] = 255;
    const shortPage = Uint8Array.from(valid);
    shortPage[3] = 40;
    for (const list of [longKey, shortPage, valid.subarray(0, 40)]) {
      const error = caught(() => decodeSetDataEncryption(list));
      expect(error).toBeInstanceOf(MalformedResponseError);
      expectNoKey(error);
    }
    decodesOrRefuses(decodeSetDataEncryption, valid);
  });

  it('keeps the key out of the error for a setting that does not fit', () => {
    const error = caught(() => setDataEncryption({ ...parameters, scope: 9 }));
    expect(error).toBeInstanceOf(LtoError);
    expectNoKey(error);
  });

  function caught(action: () => unknown): unknown {
    try {
      return action();
    } catch (error) {
      return error;
    }
  }

  function expectNoKey(error: unknown): void {
    const text = `${inspect(error, { depth: 9 })} ${JSON.stringify(error)}`;
    for (const form of [Buffer.from(key).toString('hex').slice(0, 8), 'c0 c1 c2', '192, 193', '192,193']) {
      expect(text).not.toContain(form);
    }
  }
});
