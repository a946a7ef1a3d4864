import { expect, it } from 'vitest';
import { serveAnother } from './second-server.js';

// open-iscsi judges CHAP in both directions.

const SECRET = 'a secret of the lab';
const TARGET_SECRET = 'another one of the lab';

it('open-iscsi gets in with the secret, and not without', async () => {
  const { set, admin } = await serveAnother(['--chap-user=lab'], { LTO_CHAP_SECRET: SECRET });
  await expect(admin('--login')).rejects.toThrow(/authorization failure/);
  await set('node.session.auth.authmethod', 'CHAP');
  await set('node.session.auth.username', 'lab');
  await set('node.session.auth.password', 'another secret, wrong');
  await expect(admin('--login')).rejects.toThrow(/authorization failure/);
  await set('node.session.auth.password', SECRET);
  expect(await admin('--login')).toMatch(/successful/);
  expect(await admin('--logout')).toMatch(/successful/);
});

it('open-iscsi has the target prove itself, and goes away when the proof is wrong', async () => {
  const options = ['--chap-user=lab', '--chap-target-user=drive'];
  const { set, admin, said } = await serveAnother(options, {
    LTO_CHAP_SECRET: SECRET,
    LTO_CHAP_TARGET_SECRET: TARGET_SECRET,
  });
  await set('node.session.auth.authmethod', 'CHAP');
  await set('node.session.auth.username', 'lab');
  await set('node.session.auth.password', SECRET);
  await set('node.session.auth.username_in', 'drive');
  await set('node.session.auth.password_in', 'it expects this one');
  await expect(admin('--login')).rejects.toThrow(/login failure/);
  await set('node.session.auth.password_in', TARGET_SECRET);
  expect(await admin('--login')).toMatch(/successful/);
  expect(await admin('--logout')).toMatch(/successful/);
  for (const secret of [SECRET, TARGET_SECRET]) expect(said()).not.toContain(secret);
});
