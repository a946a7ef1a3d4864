import type { DrivePort } from '../../port/drive-port.js';
import { type HealthFacts, readHealthFacts } from './facts.js';
import { type HealthReason, type HealthVerdict, healthReasons } from './rules.js';

/** Drive and cartridge in plain words, with the facts behind them. */
export interface Health extends HealthFacts {
  /** `good`: nothing that the drive tells speaks against it. Pages that it lacks tell nothing. */
  readonly verdict: HealthVerdict;
  /** The worst first; empty when the verdict is `good`. */
  readonly reasons: readonly HealthReason[];
}

export async function readHealth(port: DrivePort): Promise<Health> {
  const facts = await readHealthFacts(port);
  const reasons = healthReasons(facts);
  return { verdict: reasons[0]?.verdict ?? 'good', reasons, ...facts };
}
