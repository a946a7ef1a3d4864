import type { LiveInfo } from './live-info.js';

/** As last reported, with its age. */
export interface CachedLiveInfo extends LiveInfo {
  readonly ageMs: number;
}

/** How often knowledge of the cartridge in a drive has become invalid. */
export interface Forgetting {
  readonly times: number;
}

interface Seen {
  readonly info: LiveInfo;
  /** Of a drive that was reached: it is true as long as nothing was forgotten since. */
  readonly until?: { readonly forgetting: Forgetting; readonly times: number } | undefined;
}

/** By the device that configurations name. */
const seen = new Map<string, Seen>();

/** Keeps it for `cachedLiveInfo`. */
export function remember(device: string, info: LiveInfo, until?: Seen['until']): LiveInfo {
  seen.set(device, { info, until });
  return info;
}

/**
 * What was last reported of the device that configurations name so, without asking the drive; undefined if nothing was.
 * Once this process knows that the cartridge was taken out or may be another one, nothing of it is reported.
 */
export function cachedLiveInfo(device: string): CachedLiveInfo | undefined {
  const known = seen.get(device);
  if (known === undefined) return undefined;
  const { info, until } = known;
  const isValid = until === undefined || until.forgetting.times === until.times;
  return { ...(isValid ? info : withoutCartridge(info)), ageMs: Date.now() - info.at.getTime() };
}

function withoutCartridge(info: LiveInfo): LiveInfo {
  const reason = 'the cartridge was taken out or changed since, and the drive has not been asked again';
  const nothing = { tape: undefined, identity: undefined, needsRegistration: false };
  return { ...info, ...nothing, online: false, state: 'not-ready', reason };
}
