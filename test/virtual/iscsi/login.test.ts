import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { testUnitReady } from '../../../src/scsi/commands/primary.js';
import { LOGIN_RESPONSE, LOGOUT_REQUEST, LOGOUT_RESPONSE } from '../../../src/virtual/iscsi/pdu/layouts.js';
import { IscsiServer } from '../../../src/virtual/iscsi/server.js';
import { newDriveFolder } from '../support.js';
import { SMALL_STEPS } from './initiator.js';
import { connected, loggedIn, outcomeOf, serveDrives } from './support.js';

const CREDENTIALS = { user: 'backup', secret: 'twelve bytes or more' };

describe('login', () => {
  it('listens on the loopback address only, unless it is told otherwise', async () => {
    const { server } = await serveDrives();
    expect(server.address.host).toBe('127.0.0.1');
  });

  it('lets an initiator in and answers every key that it offers', async () => {
    const served = await serveDrives();
    const initiator = await loggedIn(served, {
      keys: { ...SMALL_STEPS, HeaderDigest: 'None,CRC32C', ErrorRecoveryLevel: '2', 'X-org.example': '1' },
    });
    expect(Object.fromEntries(initiator.keys)).toEqual({
      TargetPortalGroupTag: '1',
      MaxRecvDataSegmentLength: '1048576',
      MaxBurstLength: '1536',
      FirstBurstLength: '1024',
      InitialR2T: 'Yes',
      ImmediateData: 'No',
      HeaderDigest: 'None',
      ErrorRecoveryLevel: '0',
      'X-org.example': 'NotUnderstood',
    });
    expect(outcomeOf(await initiator.command(testUnitReady()))).toBe('6/29/00');
    expect(outcomeOf(await initiator.command(testUnitReady()))).toBe('good');
  });

  it.each([
    ['a target that is not there', { target: 'iqn.2026-11.test:none' }, '0203'],
    ['a name that is none', { initiator: 'nobody' }, '0200'],
    ['a digest that both cannot have', { keys: { MaxBurstLength: '1' } }, undefined],
  ])('refuses %s', async (_what, options, status) => {
    const served = await serveDrives();
    const login = loggedIn(served, options);
    await expect(login).rejects.toThrow(status === undefined ? 'but the end' : `login status ${status}`);
    // The others are none the worse for it.
    expect(outcomeOf(await (await loggedIn(served)).command(testUnitReady()))).toBe('6/29/00');
  });

  it('finds the targets, in as many PDUs as it takes', async () => {
    const { server, port, target } = await serveDrives({}, {}, {}, {}, {}, {}, {}, {}, {});
    const initiator = await connected(port);
    await initiator.login({ keys: { MaxRecvDataSegmentLength: '512' } });
    const found = await initiator.text('SendTargets=All\0');
    const expected = server.targets.map(({ name }) => `TargetName=${name}\0TargetAddress=127.0.0.1:${port},1\0`);
    expect(found).toBe(expected.join(''));
    expect(await initiator.text(`SendTargets=${target}\0`)).toBe(expected[0]);
    expect(await initiator.text('Weather=fine\0')).toBe('Weather=NotUnderstood\0');
  });

  it('ends a session by logout, and an older one of the same initiator by a new login', async () => {
    const served = await serveDrives();
    const first = await loggedIn(served);
    await first.command(testUnitReady());
    const second = await loggedIn(served);
    expect(await first.next()).toBeUndefined();
    expect(outcomeOf(await second.command(testUnitReady()))).toBe('6/29/00');
    second.send(LOGOUT_REQUEST, { immediate: true, final: true, initiatorTaskTag: 77 });
    expect((await second.expect(LOGOUT_RESPONSE)).response).toBe(0);
    expect(await second.next()).toBeUndefined();
  });

  it('keeps initiators apart', async () => {
    const served = await serveDrives();
    const one = await loggedIn(served, { sessionId: 1 });
    const other = await loggedIn(served, { sessionId: 2 });
    expect(outcomeOf(await one.command(testUnitReady()))).toBe('6/29/00');
    expect(outcomeOf(await one.command(testUnitReady()))).toBe('good');
    expect(outcomeOf(await other.command(testUnitReady()))).toBe('6/29/00');
  });
});

describe('CHAP', () => {
  it.each(['5', '6', '7'])('lets in who knows the secret, with algorithm %s', async (algorithm) => {
    const served = await serveDrives({ chap: { initiator: CREDENTIALS } });
    const initiator = await loggedIn(served, { chap: { ...CREDENTIALS, algorithm } });
    expect(outcomeOf(await initiator.command(testUnitReady()))).toBe('6/29/00');
  });

  it.each([
    ['a wrong secret', { ...CREDENTIALS, secret: 'not this one, sorry' }],
    ['a wrong name', { ...CREDENTIALS, user: 'somebody' }],
    ['an algorithm that is unknown', { ...CREDENTIALS, algorithm: '99' }],
  ])('refuses %s', async (_what, chap) => {
    const served = await serveDrives({ chap: { initiator: CREDENTIALS } });
    await expect(loggedIn(served, { chap })).rejects.toThrow('login status 0201');
    expect(served.lines.join('\n')).not.toContain(CREDENTIALS.secret);
  });

  it('refuses who skips the proof', async () => {
    const served = await serveDrives({ chap: { initiator: CREDENTIALS } });
    await expect(loggedIn(served)).rejects.toThrow('login status 0201');
  });

  it('wants a secret of 12 bytes', async () => {
    const opening = IscsiServer.open([await newDriveFolder()], {
      port: 0,
      chap: { initiator: { user: 'a', secret: 'short' } },
    });
    await expect(opening).rejects.toMatchObject({ code: 'LTO_INVALID_ARGUMENT' });
  });
});

describe('the proof of the target', () => {
  const TARGET = { user: 'drive', secret: 'another twelve bytes' };
  const chap = { initiator: CREDENTIALS, target: TARGET };
  const ID = 77;
  const CHALLENGE = Buffer.from('a challenge of the initiator');

  it.each(['5', '6', '7'])('is given to an initiator that asks for it, with algorithm %s', async (algorithm) => {
    const served = await serveDrives({ chap });
    const asks = { CHAP_I: `${ID}`, CHAP_C: `0x${CHALLENGE.toString('hex')}` };
    const initiator = await loggedIn(served, { chap: { ...CREDENTIALS, algorithm, asks } });
    const hash = { 5: 'md5', 6: 'sha1', 7: 'sha256' }[algorithm] ?? '';
    const proof = createHash(hash)
      .update(Buffer.from([ID]))
      .update(TARGET.secret)
      .update(CHALLENGE)
      .digest('hex');
    expect([initiator.keys.get('CHAP_N'), initiator.keys.get('CHAP_R')]).toEqual([TARGET.user, `0x${proof}`]);
    expect(outcomeOf(await initiator.command(testUnitReady()))).toBe('6/29/00');
  });

  it('takes a challenge in Base64', async () => {
    const served = await serveDrives({ chap });
    const asks = { CHAP_I: '0', CHAP_C: `0b${CHALLENGE.toString('base64')}` };
    const initiator = await loggedIn(served, { chap: { ...CREDENTIALS, asks } });
    const proof = createHash('md5')
      .update(Buffer.from([0]))
      .update(TARGET.secret)
      .update(CHALLENGE)
      .digest('hex');
    expect(initiator.keys.get('CHAP_R')).toBe(`0x${proof}`);
  });

  it('is not forced on one that does not ask', async () => {
    const initiator = await loggedIn(await serveDrives({ chap }), { chap: CREDENTIALS });
    expect(initiator.keys.has('CHAP_R')).toBe(false);
  });

  const asks = { CHAP_I: '1', CHAP_C: '0x0123456789' };
  it.each([
    ['a wrong secret', { ...CREDENTIALS, secret: 'not this one, sorry', asks }],
    ['the challenge of the target itself', { ...CREDENTIALS, asks: { CHAP_I: '1', CHAP_C: 'echo' } }],
    ['no challenge', { ...CREDENTIALS, asks: { CHAP_I: '1' } }],
    ['an empty challenge', { ...CREDENTIALS, asks: { CHAP_I: '1', CHAP_C: '0x' } }],
    ['a challenge that is too long', { ...CREDENTIALS, asks: { CHAP_I: '1', CHAP_C: `0x${'00'.repeat(1025)}` } }],
    ['an identifier of two bytes', { ...CREDENTIALS, asks: { ...asks, CHAP_I: '256' } }],
  ])('is refused to an initiator with %s', async (_what, wrong) => {
    const served = await serveDrives({ chap });
    const initiator = await connected(served.port);
    await expect(initiator.login({ target: served.target, chap: wrong })).rejects.toThrow('login status 0201');
    expect(initiator.keys.has('CHAP_R')).toBe(false);
    for (const { secret } of [CREDENTIALS, TARGET]) expect(served.lines.join('\n')).not.toContain(secret);
  });

  it('is refused by a target that has none to give', async () => {
    const served = await serveDrives({ chap: { initiator: CREDENTIALS } });
    await expect(loggedIn(served, { chap: { ...CREDENTIALS, asks } })).rejects.toThrow('login status 0201');
  });

  it.each([
    ['the same for both', CREDENTIALS.secret],
    ['short', 'short'],
  ])('wants a secret that is not %s, and never tells it', async (_what, secret) => {
    const opening = IscsiServer.open([await newDriveFolder()], {
      port: 0,
      chap: { initiator: CREDENTIALS, target: { user: 'drive', secret } },
    });
    const error: Error = await opening.then(
      () => new Error('it opened'),
      (refusal) => refusal,
    );
    expect(error).toMatchObject({ code: 'LTO_INVALID_ARGUMENT' });
    expect(error.message).not.toContain(secret);
  });
});

describe('a server', () => {
  it('closes its drives in order, with sessions open', async () => {
    const served = await serveDrives();
    await loggedIn(served);
    await served.server.close();
    expect(JSON.parse(await readFile(join(served.folder, 'drive.json'), 'utf8'))).toMatchObject({ closed: true });
  });

  it('leaves no drive open when it cannot listen, or another is busy', async () => {
    const { port, folder } = await serveDrives();
    const spare = await newDriveFolder();
    await expect(IscsiServer.open([spare], { port })).rejects.toMatchObject({ errno: 'EADDRINUSE' });
    await expect(IscsiServer.open([spare, folder], { port: 0 })).rejects.toMatchObject({ code: 'LTO_DRIVE_BUSY' });
    const again = await IscsiServer.open([spare], { port: 0 });
    await again.close();
  });

  it('refuses a PDU that is no login', async () => {
    const { port, lines } = await serveDrives();
    const initiator = await connected(port);
    initiator.send(LOGIN_RESPONSE, {});
    expect(await initiator.next()).toBeUndefined();
    expect(lines).toEqual([expect.stringContaining('against the protocol: no login request')]);
  });
});
