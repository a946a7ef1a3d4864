import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { loadAddon } from '../../src/addon/load-addon.js';
import type { AddonUnavailableError } from '../../src/errors/index.js';
import { onLinux } from './addon.js';

describe.runIf(onLinux)('loadAddon', () => {
  it('loads once', () => {
    expect(loadAddon()).toBe(loadAddon());
  });
});

describe('loadAddon without an addon', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lto-no-addon-'));
  afterEach(() => {
    vi.unstubAllEnvs();
    vi.resetModules();
    rmSync(folder, { recursive: true, force: true });
  });

  it('says where it looked, on what, and what builds it', async () => {
    vi.stubEnv('NODE_LTO_PREBUILD', folder);
    vi.resetModules();
    const fresh = await import('../../src/addon/load-addon.js');
    const error = (() => {
      try {
        return fresh.loadAddon();
      } catch (reason) {
        return reason as AddonUnavailableError;
      }
    })();
    expect(error).toMatchObject({ name: 'AddonUnavailableError', code: 'LTO_ADDON_UNAVAILABLE' });
    const message = String(error);
    for (const part of [
      `${process.platform}-${process.arch}`,
      process.version,
      `Node-API ${process.versions.napi}`,
      folder,
    ]) {
      expect(message).toContain(part);
    }
    if (onLinux) expect(message).toMatch(/libc (glibc \d|musl).*npm run build:addon.*npx cmake-js compile -d/s);
  });
});
