import type { DrivePort } from '../../port/drive-port.js';
import { type HealthFacts, readHealthFacts } from './facts.js';
import { type HealthReason, type HealthVerdict, healthReasons } from './rules.js';

/** Health of drive and cartridge, with the facts behind it. */
export interface Health extends HealthFacts {
  /** `good`: nothing that the drive reports is a reason for concern. Missing pages are not counted. */
  readonly verdict: HealthVerdict;
  /** The most severe first; empty if the verdict is `good`. */
  readonly reasons: readonly HealthReason[];
}

export async function readHealth(port: DrivePort): Promise<Health> {
  const facts = await readHealthFacts(port);
  const reasons = healthReasons(facts);
  return { verdict: reasons[0]?.verdict ?? 'good', reasons, ...facts };
}
